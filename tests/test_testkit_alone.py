"""The kit needs nothing but ``pip install onbehalf[testkit]``: core's own dependencies, and pytest."""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is not installed with onbehalf[testkit]", name=name)

sys.meta_path.insert(0, Blocker())
"""
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "-p", "webapp.testing.pytest_plugin")


def plain(requirement):
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def with_what_they_need(names):
    """Return distributions and all that they require, without extras."""
    found, to_do = set(), set(names)
    while to_do:
        name = to_do.pop()
        found.add(name)
        try:
            needed = requires(name) or ()
        except PackageNotFoundError:  # for another platform or Python
            continue
        to_do |= {plain(one) for one in needed if "extra ==" not in one} - found
    return found


def only_for_developers():
    """Return the modules that come with our own development environment alone."""
    allowed = with_what_they_need({"onbehalf", "pytest"})
    pinned = {plain(line) for line in (ROOT / "requirements" / "dev.txt").read_text().splitlines() if "==" in line}
    optional = {"psycopg", "psycopg-binary", "redis"}  # in run.txt for the deployers that have them
    return sorted(
        module
        for module, distributions in packages_distributions().items()
        if {plain(one) for one in distributions} <= (pinned | optional) - allowed
    )


@pytest.fixture
def run(tmp_path):
    """Return a function that runs Python, and whatever it starts, without what only developers install."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(f"BLOCKED = {only_for_developers()!r}\n{BLOCKER}", encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONBEHALF_")}
    environ["PYTHONPATH"] = os.pathsep.join([str(site), *filter(None, sys.path)])
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

    def run_it(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)

    return run_it


def test_what_is_blocked_is_what_our_own_tests_use_and_nothing_that_the_kit_brings():
    blocked = set(only_for_developers())

    assert {"playwright", "hypothesis", "mypy", "psycopg", "xdist", "httpx"} <= blocked
    assert not {"pytest", "_pytest", "flask", "pydantic", "pluggy", "babel", "jinja2"} & blocked


def test_it_is_blocked_in_what_is_run_here(run):
    assert "is not installed with onbehalf[testkit]" in run("-c", "import playwright").stderr


def test_every_module_a_plugins_tests_may_import_loads(run):
    modules = "webapp.testing, webapp.testing.kit, webapp.testing.desk, webapp.testing.pytest_plugin"

    ran = run("-c", f"import {modules}; from webapp.testing.conformance import examine")

    assert ran.returncode == 0, ran.stderr


def test_the_suite_of_a_plugin_runs(run):
    ran = run(*PYTEST, "plugins/azure/tests/test_azure_conformance.py")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_the_application_that_a_plugins_tests_may_ask_for_is_made(run, tmp_path):
    (tmp_path / "test_it.py").write_text(
        "def test_it(demo_app, sign_in):\n"
        "    client = demo_app.test_client()\n"
        "    sign_in(client, 'fabrikam-admin-agent')\n"
        "    assert client.get('/customers').status_code == 200\n"
    )

    ran = run(*PYTEST, str(tmp_path / "test_it.py"))

    assert ran.returncode == 0, ran.stdout + ran.stderr
