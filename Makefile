# Everything a newcomer or CI needs; `make demo` and `make test` are the two commands of the README.
PYTHON ?= python3
PORT ?= 8000
ROUNDS ?= 100
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q --retries 10
PLUGINS := $(sort $(patsubst plugins/%/pyproject.toml,plugins/%,$(wildcard plugins/*/pyproject.toml)))
EDITABLE := --editable . $(addprefix --editable ,$(PLUGINS))

.PHONY: demo test crash check rules lock env messages bundle wheels screenshot clean

demo: $(VENV)/run.stamp
	@PORT=$(PORT) $(BIN)/onbehalf demo

# A process a core; JOBS=0 runs them one after the other.
test: env
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Kills the server under writes, on both databases; `make test` does it five times.
crash: env
	$(BIN)/python tests/tools/crash.py --rounds $(ROUNDS)

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml -r webapp plugins
	$(BIN)/python tests/tools/messages.py --check
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/test_migrations.py

rules: env
	@$(BIN)/python tests/tools/rules.py

messages: env
	$(BIN)/python tests/tools/messages.py

env: $(VENV)/dev.stamp

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Onbehalf needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "This Python cannot make environments; on Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.lock: $(VENV)/python.stamp requirements/run.txt requirements/build.txt requirements/assets.txt
	$(PIP) --require-hashes --no-deps -r requirements/run.txt -r requirements/build.txt
	$(PIP) --require-hashes --no-deps --upgrade --target $(VENV)/assets -r requirements/assets.txt
	@touch $@

$(VENV)/run.stamp: $(VENV)/run.lock pyproject.toml requirements/build_assets.py $(addsuffix /pyproject.toml,$(PLUGINS))
	PYTHONPATH=$(VENV)/assets $(PIP) --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP) --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# Writes the pins. uv resolves; plain pip installs them. The lock file of uv names a package index, so it is not kept.
lock: $(VENV)/python.stamp
	$(PIP) uv
	$(BIN)/uv lock -q
	$(BIN)/uv export -q --all-packages --all-extras --no-default-groups --no-emit-workspace --no-annotate --no-header -o requirements/run.txt
	$(BIN)/uv export -q --only-group build --no-emit-workspace --no-annotate --no-header -o requirements/build.txt
	$(BIN)/uv export -q --only-group dev --no-emit-workspace --no-annotate --no-header -o requirements/dev.txt
	$(BIN)/uv pip compile -q --no-deps --generate-hashes --no-annotate --no-header --no-emit-index-url requirements/assets.in -o requirements/assets.txt
	@rm -f uv.lock

# Everything a machine without a network needs, for this platform and this Python.
bundle: $(VENV)/run.stamp
	PYTHONPATH=$(VENV)/assets $(BIN)/python requirements/bundle.py

# Wheels of the core and of each plugin, for a folder that pip installs from.
wheels: $(VENV)/run.stamp
	PYTHONPATH=$(VENV)/assets $(PIP:install=wheel) --no-deps --no-build-isolation -w dist/wheels . $(PLUGINS)

# Every page, wide and narrow, into .artifacts/; the README's own picture with `make screenshot README=1`.
screenshot: env
	$(BIN)/python tests/tools/screenshots.py $(if $(README),--readme)

clean:
	rm -rf $(VENV) .demo dist build
