"""The `onbehalf` command: what it prints, and the two lines with which it refuses."""

import json
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import webapp
from webapp.commands import main
from webapp.commands.demo import prepare
from webapp.plugins import loading
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

ONBEHALF = str(Path(sys.executable).with_name("onbehalf"))


@pytest.fixture
def refused(capsys):
    """Run a command that must refuse; return what happened and what to do."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        happened, to_do = printed.err.splitlines()
        return happened, to_do

    return run


@pytest.fixture
def run(capsys):
    """Run a command that must succeed; return what it printed."""

    def run_it(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        return capsys.readouterr().out

    return run_it


@pytest.fixture
def database(monkeypatch, tmp_path):
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.sqlite3'}")


@pytest.fixture
def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def test_version_is_that_of_the_distribution(run):
    assert run("version") == f"{webapp.__version__}\n"


def listed(run):
    return {plugin["name"]: plugin for plugin in json.loads(run("plugins", "--json"))["plugins"]}


def test_plugins_lists_what_is_installed_and_says_what_is_enabled(run, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure,usgov")

    plugins = listed(run)

    assert {*ALL_PLUGINS, "worldwide", "programme"} <= set(plugins)
    assert plugins["azure"]["state"] == "enabled"
    assert plugins["azure"]["products"] == ["azure"]
    assert plugins["usgov"]["clouds"] == ["usgov"]
    assert plugins["worldwide"] | {"built_in": True, "clouds": ["global"]} == plugins["worldwide"]


def test_an_installed_plugin_that_is_not_enabled_is_listed_without_running_its_code(run, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure")

    vianet = listed(run)["vianet"]

    assert (vianet["state"], vianet["clouds"], vianet["products"]) == ("disabled", [], [])
    assert vianet["version"]


def test_a_cloud_that_the_deployer_left_out_is_not_listed(run, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "usgov")
    monkeypatch.setenv("ONBEHALF_CLOUDS", "global")

    assert (listed(run)["usgov"]["clouds"], listed(run)["usgov"]["products"]) == ([], [])


def test_plugins_prints_a_table_for_people(run, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "office365")

    lines = run("plugins").splitlines()

    assert lines[0].split() == ["Name", "Version", "State", "Clouds", "Products"]
    (office,) = [line for line in lines if line.startswith("office365")]
    assert office.split()[2:] == ["enabled", "-", "microsoft365,", "dynamics365,", "ems"]


def test_an_unknown_plugin_stops_with_what_to_do(refused, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure,azur")

    happened, to_do = refused("plugins")

    assert happened == "ONBEHALF_PLUGINS names azur, which is not installed."
    assert "pip install onbehalf-azur" in to_do


def test_a_plugin_named_twice_stops_with_what_to_do(refused, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure,azure")

    happened, to_do = refused("plugins")

    assert "azure twice" in happened
    assert to_do.startswith("Name each plugin once")


def test_two_distributions_with_a_plugin_of_one_name_stop_the_start(refused, monkeypatch, tmp_path):
    other = tmp_path / "onbehalf_other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: onbehalf-other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[onbehalf.plugins]\nazure = onbehalf_other\n")
    monkeypatch.syspath_prepend(tmp_path)

    happened, to_do = refused("plugins")

    assert "onbehalf-other" in happened
    assert "onbehalf-azure" in happened
    assert to_do.startswith("Uninstall one of them")
    assert loading.GROUP == "onbehalf.plugins"


def test_a_variable_that_no_setting_has_stops_with_its_name(refused, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGIN", "azure")

    happened, _to_do = refused("plugins")

    assert happened == "No setting has the name ONBEHALF_PLUGIN."


def test_a_bad_value_is_named_but_not_repeated(refused, monkeypatch):
    monkeypatch.setenv("ONBEHALF_PAGE_SIZE", "hunter2")

    happened, _to_do = refused("plugins")

    assert "ONBEHALF_PAGE_SIZE" in happened
    assert "hunter2" not in happened


@pytest.mark.parametrize("content", ["rules =", "\xff"])
def test_a_settings_file_that_is_no_toml_stops_with_its_name(refused, monkeypatch, tmp_path, content):
    file = tmp_path / "desk.toml"
    file.write_bytes(content.encode("latin-1"))
    monkeypatch.setenv("ONBEHALF_CONFIG", str(file))

    happened, _to_do = refused("plugins")

    assert happened.startswith(f"{file} is not a TOML file")


@pytest.mark.parametrize("secret", ["", "too-short"])
def test_serve_refuses_a_missing_or_guessable_secret_and_says_how_to_make_one(refused, monkeypatch, secret):
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", secret)

    happened, to_do = refused("serve")

    assert "ONBEHALF_SECRET_KEY" in happened
    assert "secrets.token_urlsafe" in to_do


@pytest.mark.parametrize("storage", ["garbage", "carrier-pigeon://loft", "async+memory://", ""])
def test_serve_refuses_a_place_to_count_in_that_is_none_before_it_starts_a_worker(refused, monkeypatch, storage):
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)
    monkeypatch.setenv("ONBEHALF_LIMITS_STORAGE", storage)

    happened, to_do = refused("serve")

    assert happened == "ONBEHALF_LIMITS_STORAGE names no place to count in."
    assert "memory://" in to_do


def test_serve_refuses_a_database_that_is_behind_until_it_is_upgraded(refused, run, monkeypatch, database):
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)

    happened, to_do = refused("serve")
    run("db", "upgrade")
    happened_then, _ = refused("serve", "--host", "192.0.2.1")

    assert happened == "The database is not up to date."
    assert to_do == "Run: onbehalf db upgrade"
    assert happened_then.startswith("http://192.0.2.1:8000 cannot be used")


@pytest.mark.parametrize(
    ("address", "happened"),
    [
        ("postgresql://nobody@/desk?host=/nonexistent", "The database cannot be used"),
        ("oracle://desk", "There is no driver"),
        ("desk", "ONBEHALF_DATABASE_URL is not a database address."),
    ],
)
def test_a_database_that_cannot_be_used_stops_with_what_to_do(refused, monkeypatch, address, happened):
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", address)

    said, _to_do = refused("db", "upgrade")

    assert said.startswith(happened)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "²"])
def test_the_demo_refuses_a_port_that_is_none(refused, monkeypatch, tmp_path, port):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", port)

    happened, _to_do = refused("demo")

    assert happened.startswith("PORT is")
    assert not (tmp_path / ".demo").exists()


def test_a_second_start_of_the_demo_is_refused_in_words_and_not_by_a_worker(refused, monkeypatch, tmp_path, free_port):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", str(free_port))
    prepare()
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure,azur")

    happened, to_do = refused("demo")

    assert happened == "ONBEHALF_PLUGINS names azur, which is not installed."
    assert "pip install" in to_do


def test_the_demo_refuses_a_port_that_is_taken(refused, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))

        happened, to_do = refused("demo")

    assert "cannot be used" in happened
    assert "another port" in to_do


def started(command, environment, folder):
    """Start a server; return the process and the address that it prints once it is ready."""
    process = subprocess.Popen(
        [ONBEHALF, *command], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    assert line.startswith("Onbehalf is at http://127.0.0.1:"), process.communicate()
    return process, line.split()[-1]


def ended(process, with_signal):
    process.send_signal(with_signal)
    _out, err = process.communicate(timeout=20)
    return process.returncode, [line for line in err.splitlines() if json.loads(line)["level"] != "INFO"]


def first_page(address):
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), follow_redirects=True) as client:
        return client.get(f"{address}/")


def test_the_demo_keeps_its_data_and_secret_and_stops_cleanly(tmp_path, free_port):
    environment = {"PORT": str(free_port), "PATH": "/usr/bin:/bin"}
    kept = tmp_path / ".demo"

    process, address = started(["demo"], environment, tmp_path)
    page = first_page(address)
    first = ended(process, signal.SIGTERM)
    secret = (kept / "secret").read_text()
    process, again = started(["demo"], environment, tmp_path)
    page_again = first_page(again)
    second = ended(process, signal.SIGINT)

    assert address == again == f"http://127.0.0.1:{free_port}"
    assert (page.status_code, page_again.status_code) == (200, 200)
    assert "fabrikam-admin-agent" in page.text
    assert (first, second) == ((0, []), (0, []))
    assert (kept / "secret").read_text() == secret
    assert stat.S_IMODE((kept / "secret").stat().st_mode) == 0o600
    assert [path.name for path in kept.glob("*unfinished*")] == []


def test_serve_has_no_sign_in_of_the_demo(tmp_path, free_port):
    environment = {
        "PATH": "/usr/bin:/bin",
        "ONBEHALF_SECRET_KEY": SECRET,
        "ONBEHALF_DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        "ONBEHALF_PLUGINS": "azure",
    }
    subprocess.run([ONBEHALF, "db", "upgrade"], env=environment, cwd=tmp_path, check=True, capture_output=True)

    process, address = started(["serve", "--port", str(free_port), "--workers", "1"], environment, tmp_path)
    page = first_page(address)
    refused = httpx.post(f"{address}/sign-in/demo", data={"member": "fabrikam-admin-agent"})
    end = ended(process, signal.SIGTERM)

    assert page.status_code == 200
    assert "fabrikam-admin-agent" not in page.text
    assert refused.status_code >= 400
    assert end == (0, [])
