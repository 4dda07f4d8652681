"""The server killed while people write: what was acknowledged is there after the next start, and nothing half done."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from webapp.db import Database
from webapp.tables.requests import Draft, ServiceRequest, TimelineEntry

TOOL = Path(__file__).parent / "tools" / "crash.py"
ROUNDS = 5


@pytest.fixture
def filled_database(database_engine, request, tmp_path):
    """Yield the address of a database with the example data, once on each engine."""
    if database_engine == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('demo_database'), tmp_path / 'crash.sqlite3')}"
        return
    template = request.getfixturevalue("demo_postgresql")
    with request.getfixturevalue("postgresql_server").database(template) as url:
        yield url.render_as_string(hide_password=False)


def test_a_killed_server_loses_nothing_it_acknowledged_and_leaves_nothing_half_done(filled_database):
    command = [sys.executable, str(TOOL), "--database-url", filled_database, "--rounds", str(ROUNDS)]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    assert ended.stdout, ended.stderr
    figures = json.loads(ended.stdout)
    assert (figures["lost"], figures["half_done"], figures["surprises"]) == ([], [], [])
    assert figures["rounds"] == ROUNDS
    assert {"draft", "request"} <= set(figures["acknowledged"])
    assert ended.returncode == 0


@pytest.fixture(scope="module")
def crash():
    """Return the tool as a module, to try what it finds."""
    spec = importlib.util.spec_from_file_location("crash_tool", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules["crash_tool"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["crash_tool"]


@pytest.fixture
def session(filled_database):
    database = Database(filled_database)
    with database.writing() as session:
        session.info["database"] = database
        yield session
    database.engine.dispose()


def test_it_finds_nothing_where_nothing_is_wrong(crash, session):
    assert list(crash.lost(session, crash.Ledger())) == []
    assert list(crash.half_done(session, session.info["database"])) == []


@pytest.mark.parametrize("kind", ["request", "note", "edit", "ticket"])
def test_it_finds_what_was_acknowledged_and_is_not_there(crash, session, kind):
    ref = session.exec(select(ServiceRequest.ref)).first()

    assert len(list(crash.lost(session, crash.Ledger(told=[(kind, ref, "told, but never recorded")])))) == 1


def test_it_finds_a_draft_that_was_kept_and_is_not_there(crash, session):
    ledger = crash.Ledger(drafts={"heard": ["kept"], "never heard": [crash.NOTHING_TOLD, "sent"]})

    assert list(crash.lost(session, ledger)) == ["draft of heard"]


def without_its_first_entry(session, row):
    entry = session.exec(select(TimelineEntry).where(TimelineEntry.request_id == row.id)).first()
    session.delete(entry)


def with_its_draft(session, row):
    fields = {"title": row.title}
    session.add(Draft(customer_id=row.customer_id, product="azure", fields=fields, saved_at=row.created_at))


def with_a_number_nobody_recorded(session, row):
    row.ticket_number = "" if row.ticket_number else "118032014183770"


@pytest.mark.parametrize("plant", [without_its_first_entry, with_its_draft, with_a_number_nobody_recorded])
def test_it_finds_what_is_half_done(crash, session, plant):
    plant(session, session.exec(select(ServiceRequest).order_by(ServiceRequest.id)).first())
    session.flush()

    assert list(crash.half_done(session, session.info["database"])) != []
