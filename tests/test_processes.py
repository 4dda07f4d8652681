"""Each process says how its plugins are; the page and the command tell of all of them, and ask no plugin for it."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from webapp import entitlements, processes
from webapp.commands import main
from webapp.doctor import examine
from webapp.processes import Teller
from webapp.tables.processes import DeskProcess
from webapp.testing import make_situation
from webapp.testing.desk import Desk

SECRET = "a-secret-of-this-test-of-at-least-32-characters"
ONBEHALF = Path(sys.executable).with_name("onbehalf")
OPERATOR = "fabrikam-global-admin"
SHAKY = """
from webapp import *

@hookimpl
def register_products(cloud):
    return [Product(key="ems", label="EMS", vendor="Microsoft", portal="intune")]

@hookimpl
def entitlement_check(situation):
    raise RuntimeError("boom")
"""
FAILING = """
from webapp import *

@hookimpl
def register_products(cloud):
    raise RuntimeError("boom")
"""


@pytest.fixture
def app(make_app, install_plugin, demo_database, tmp_path):
    """Return an application with the example data and a plugin that fails whenever it is asked."""
    install_plugin("shaky", SHAKY)
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    return make_app(database_url=f"sqlite:///{copy}", plugins=("azure", "shaky"))


def deployment_of(app):
    return app.extensions["onbehalf"]


def teller_of(app):
    return Teller(deployment_of(app), app)


def fail(app, times):
    deployment = deployment_of(app)
    situation = make_situation(deployment.plugins.product("global", "ems"))
    for _unused in range(times):
        assert entitlements.check(deployment, situation).outcome == "unknown"


def rows(app):
    with deployment_of(app).database.reading() as session:
        return list(session.exec(select(DeskProcess)))


def as_another_process(app, name, **changes):
    """Write down what this process said as if it were another one's."""
    (mine,) = [row for row in rows(app) if row.pid == os.getpid()]
    with deployment_of(app).database.writing() as session:
        session.add(DeskProcess(**mine.model_dump() | {"host": name, "pid": 7} | changes))
        session.commit()


@pytest.fixture
def told(capsys, monkeypatch):
    """Return a function that runs the command with an application's settings, or others; it returns what is said."""

    def run(app, *options, database_url="", plugins=()):
        settings = deployment_of(app).settings
        monkeypatch.setenv("ONBEHALF_DATABASE_URL", database_url or settings.database_url)
        monkeypatch.setenv("ONBEHALF_PLUGINS", ",".join(plugins or settings.plugins))
        with pytest.raises(SystemExit):
            main(["plugins", *options])
        return capsys.readouterr().out

    return run


def of_shaky(printed):
    return next(plugin for plugin in json.loads(printed)["plugins"] if plugin["name"] == "shaky")


def test_the_command_tells_a_pause_its_reason_calls_and_last_error_of_a_process_that_serves(app, told):
    fail(app, 5)
    assert teller_of(app).tell_if_due()

    shaky = of_shaky(told(app, "--json"))

    assert shaky["state"] == "paused"
    assert shaky["reason"] == "entitlement_check failed 5 times in a row, last with PluginRaised."
    assert shaky["remedy"].startswith("It is asked again in ")
    assert shaky["calls"]["entitlement_check"]["calls"] == shaky["calls"]["entitlement_check"]["errors"] == 5
    assert shaky["last_error"]["hook"] == "entitlement_check"
    assert shaky["products"] == ["ems"]
    (there,) = shaky["in_processes"]
    assert there["process"] == f"{socket.gethostname()}:{os.getpid()}"
    assert there["state"] == "paused"


def test_the_command_tells_of_a_plugin_that_failed_while_it_registered(make_app, install_plugin, migrated_sqlite, told):
    install_plugin("shaky", FAILING)
    app = make_app(plugins=("azure", "shaky"))
    before = of_shaky(told(app, "--json"))
    assert teller_of(app).tell_if_due()

    shaky, printed = of_shaky(told(app, "--json")), told(app)

    assert before["state"] == "enabled"
    assert shaky["state"] == "failed"
    assert "register_products" in shaky["reason"]
    assert shaky["at_next_start"] is None
    assert "after a new start" not in printed
    assert f"{socket.gethostname()}:{os.getpid()}" in printed


def test_a_plugin_that_the_settings_no_longer_enable_is_said_to_end_with_a_new_start(app, told):
    assert teller_of(app).tell_if_due()

    shaky = of_shaky(told(app, "--json", plugins=("azure",)))
    printed = told(app, plugins=("azure",))

    assert (shaky["state"], shaky["at_next_start"]) == ("enabled", "disabled")
    assert "shaky: after a new start it is disabled." in printed


def test_the_page_adds_up_the_calls_of_all_processes_and_says_which_one_paused_a_plugin(app):
    fail(app, 5)
    assert teller_of(app).tell_if_due()
    as_another_process(app, "second")
    operator = Desk(app.test_client(), OPERATOR)

    words = operator.get("/admin/plugins").words

    assert f"Processes that serve: {socket.gethostname()}:{os.getpid()} second:7" in words
    assert "entitlement_check 10 calls, 10 errors" in words
    assert "second:7 paused" not in words, "where all say the same, it is said once"


def test_the_page_says_in_the_readers_language_what_another_process_paused_and_that_ours_runs(app):
    teller = teller_of(app)
    assert teller.tell_if_due()
    (mine,) = rows(app)
    paused = next(row for row in mine.plugins if row["name"] == "shaky") | {
        "state": "paused",
        "reason": {"en": "It was slow.", "de": "Es war langsam."},
        "remedy": {"en": "It is asked again in 60 s, as of then."},
        "paused_until": (mine.told_at + timedelta(seconds=40)).isoformat(),
        "a_later_version_says": "more",
    }
    as_another_process(app, "second", plugins=[paused])
    operator = Desk(app.test_client(), OPERATOR)
    operator.post("/preferences", data={"language": "de", "next": "/"})

    words = operator.get("/admin/plugins").words

    assert "Es war langsam." in words
    assert "as of then" not in words
    assert "second:7" in words.partition("Es war langsam.")[2][:400]


def test_the_doctor_names_what_is_paused_in_a_process_that_serves_and_what_becomes_of_it(app):
    assert teller_of(app).tell_if_due()
    settings = deployment_of(app).settings
    well = [finding for finding in examine(lambda: settings, online=False) if finding.topic == "processes"]
    fail(app, 5)
    assert teller_of(app).tell_if_due()

    (found,) = [finding for finding in examine(lambda: settings, online=False) if finding.topic == "processes"]

    assert well == []
    assert f"shaky in {socket.gethostname()}:{os.getpid()}: entitlement_check failed 5 times" in str(found.message)
    assert str(found.remedy).startswith("It is asked again in")


def test_a_process_that_was_silent_for_long_is_gone_and_forgotten(app, told):
    assert teller_of(app).tell_if_due()
    (mine,) = rows(app)
    as_another_process(app, "crashed", told_at=mine.told_at - processes.GONE_AFTER - timedelta(seconds=1))

    heard = json.loads(told(app, "--json"))["processes"]
    assert [process["process"] for process in heard] == [f"{socket.gethostname()}:{os.getpid()}"]

    assert teller_of(app).tell_if_due()
    assert len(rows(app)) == 1


def test_a_process_speaks_at_once_of_what_is_new_and_otherwise_twice_a_minute(make_app, install_plugin):
    install_plugin("shaky", SHAKY)
    app = make_app(plugins=("azure", "shaky"))
    deployment = deployment_of(app)
    later = timedelta()
    object.__setattr__(deployment, "clock", lambda clock=deployment.clock: clock() + later)
    teller = teller_of(app)

    assert [teller.tell_if_due(), teller.tell_if_due()] == [True, False]
    fail(app, 1)
    assert [teller.tell_if_due(), teller.tell_if_due()] == [True, False]
    later = processes.TELLS_EVERY
    assert [teller.tell_if_due(), teller.tell_if_due()] == [True, False]


def test_a_process_whose_database_is_away_says_so_goes_on_and_tells_when_it_is_back(app, caplog):
    database = deployment_of(app).database
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE desk_process RENAME TO away"))
    teller = teller_of(app)

    with caplog.at_level(logging.WARNING, "onbehalf.processes"):
        assert not teller.tell_if_due()
    assert "could not say" in caplog.text
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO desk_process"))
    fail(app, 1)

    assert teller.tell_if_due()


def test_without_a_database_the_command_says_so_and_makes_none(told, make_app, tmp_path):
    printed = told(make_app(plugins=("azure",)), database_url=f"sqlite:///{tmp_path / 'none' / 'desk.sqlite3'}")

    assert "there is no database yet" in printed
    assert "azure" in printed
    assert not (tmp_path / "none").exists()


def test_with_a_database_that_is_none_the_command_says_why_and_tells_of_the_plugins(told, make_app):
    nowhere = "postgresql://nobody@/desk?host=/nonexistent"

    printed = json.loads(told(make_app(plugins=("azure",)), "--json", database_url=nowhere))

    assert "cannot be used" in printed["unheard"]
    assert {plugin["name"]: plugin["state"] for plugin in printed["plugins"]}["azure"] == "enabled"


def test_what_a_process_says_is_kept_on_each_engine(demo_app_on_each_engine):
    app = demo_app_on_each_engine

    assert teller_of(app).tell_if_due()
    assert teller_of(app).tell_if_due()

    (mine,) = rows(app)
    assert {plugin["name"]: plugin["state"] for plugin in mine.plugins}["azure"] == "enabled"
    processes.forget(deployment_of(app).database, os.getppid())
    assert rows(app) == []


def until(find, seconds=60):
    """Return what ``find`` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)
    return found


@pytest.fixture
def serving(migrated_database, monkeypatch):
    """Yield a desk that two workers serve, as a process, on each engine."""
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", migrated_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [ONBEHALF, "serve", "--workers", "2", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield server
        finally:
            server.terminate()


def test_the_workers_of_a_server_are_heard_while_it_serves_and_forgotten_when_it_ends(serving, migrated_database):
    def listed():
        command = [ONBEHALF, "plugins", "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    told = until(lambda: (told := listed()) and len(told["processes"]) == 2 and told)
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(30) == 0

    azure = next(plugin for plugin in told["plugins"] if plugin["name"] == "azure")
    assert len(azure["in_processes"]) == 2
    assert azure["calls"]["register_products"]["calls"] == 2
    with migrated_database.reading() as session:
        assert session.exec(select(DeskProcess)).all() == []
