"""The log: a line of JSON an event, found by the reference on the page, with nothing in it that is secret or typed."""

import io
import json
import logging
import logging.config
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from webapp import logs
from webapp.config import load_settings
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

FABRIKAM = "fabrikam-admin-agent"
TYPED = "What-only-this-reader-typed"
TOKEN = "a-token-that-only-this-test-knows"
CLIENT_SECRET = "a-client-secret-that-only-this-test-knows"


@pytest.fixture
def written():
    """Return a function that gives the log's text so far, as ``serve`` would write it."""
    stream = io.StringIO()
    sign_in = {"global": {"client_id": "onbehalf", "client_secret": CLIENT_SECRET}}
    settings = load_settings(secret_key=SECRET, metrics_token=TOKEN, sign_in=sign_in)
    configuration = logs.configuration(settings)
    made = logging.config.DictConfigurator(configuration).configure_formatter(configuration["formatters"]["json"])
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(made)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def lines(written):
    """Return a function that gives the lines so far of a logger."""
    return lambda name: [line for line in map(json.loads, written().splitlines()) if line["logger"] == name]


def test_each_answer_is_a_line_with_who_what_and_how_long(demo_app, desk, lines):
    reader = desk(FABRIKAM)

    page = reader.get(f"/customers?q={TYPED}")

    line = lines("onbehalf.access")[-1]
    assert page.status == 200
    assert {name: line[name] for name in ("method", "path", "status", "level")} == {
        "method": "GET",
        "path": "/customers",
        "status": 200,
        "level": "INFO",
    }
    assert line["ms"] > 0
    assert line["member"] > 0
    assert re.fullmatch(r"[0-9a-f]{12}", line["reference"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


def test_a_stranger_has_a_line_without_a_member(desk, lines):
    desk().get("/")

    assert "member" not in lines("onbehalf.access")[-1]


def test_two_answers_have_two_references(desk, lines):
    reader = desk()
    reader.get("/sign-in")
    reader.get("/sign-in")

    first, second = lines("onbehalf.access")[-2:]
    assert first["reference"] != second["reference"]


@pytest.mark.parametrize(
    "address", ["/nothing/%0a%7b%22level%22:%22x%22%7d", "/nothing/%1b[2J%e2%80%ae", "/" + "x" * 9000]
)
def test_an_address_can_neither_forge_a_line_nor_move_a_cursor_nor_fill_the_disk(desk, written, address):
    before = len(written().splitlines())

    desk().get(address)

    added = written().splitlines()[before:]
    assert len(added) == 1
    assert all(" " <= character <= "~" for character in added[0])
    assert len(added[0]) < 2000


REFUSING_ROW = {
    "sqlite": """CREATE TRIGGER refuse BEFORE INSERT ON service_request
        BEGIN SELECT RAISE(ABORT, 'this row is refused'); END""",
    "postgresql": "ALTER TABLE service_request ADD CONSTRAINT refuse CHECK (length(title) < 3) NOT VALID",
}


def change(app, statement):
    with app.extensions["onbehalf"].database.writing() as session:
        session.connection().exec_driver_sql(statement)
        session.commit()


def test_the_page_of_an_error_and_its_line_bear_the_same_reference(demo_app_on_each_engine, lines):
    app = demo_app_on_each_engine
    reader = Desk(app.test_client(), FABRIKAM)
    change(app, "ALTER TABLE draft RENAME TO lost")

    page = reader.get("/")

    (reference,) = re.findall(r"Reference for whoever runs this desk: ([0-9a-f]{12})", page.words)
    (error,) = [line for line in lines("onbehalf") if line["level"] == "ERROR"]
    assert error["reference"] == reference == lines("onbehalf.access")[-1]["reference"]
    assert "sqlalchemy.exc" in error["exception"][0]
    assert "home.py" in error["exception"][0]


def test_the_line_of_a_plugin_says_which_hook_and_product(install_plugin, make_app, demo_database, tmp_path, lines):
    reader = _with_a_plugin_that_repeats_what_was_typed(install_plugin, make_app, demo_database, tmp_path)

    reader.file("Contoso", "azure", title=TYPED)

    line = lines("onbehalf.plugins")[-1]
    assert (line["plugin"], line["hook"], line["product"]) == ("parrot", "entitlement_check", "azure")
    assert "builtins" not in line["exception"][0]
    assert line["exception"][0].startswith("RuntimeError at ")


def _with_a_plugin_that_repeats_what_was_typed(install_plugin, make_app, demo_database, tmp_path):
    install_plugin(
        "parrot",
        """
        from webapp import hookimpl

        @hookimpl
        def entitlement_check(situation):
            raise RuntimeError(str(situation.answers))
        """,
    )
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    app = make_app(database_url=f"sqlite:///{copy}", plugins=(*ALL_PLUGINS, "parrot"))
    return Desk(app.test_client(), FABRIKAM)


def test_nothing_typed_or_secret_is_logged_whatever_fails(demo_app_on_each_engine, database_engine, written):
    app = demo_app_on_each_engine
    app.testing = False
    client = app.test_client()
    reader = Desk(client, FABRIKAM)
    token, form = reader.token(), reader.new("Contoso", "azure")
    typed = {"title": TYPED, "description": TYPED, "answer_tried": TYPED, "contact_name": TYPED}
    client.get(f"/sign-in/oidc/callback/global?state={TYPED}&code={TYPED}")
    client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    reader.get(f"/requests?q={TYPED}&after={TYPED}")
    reader.post(form.action, form.filled(**typed, action="save"))
    reader.post(form.action, form.filled(**typed) | {"csrf_token": TYPED})
    change(app, REFUSING_ROW[database_engine])
    refused = reader.post(form.action, form.filled(**typed, action="file"))
    change(app, "ALTER TABLE service_request RENAME TO lost")
    away = reader.post(form.action, form.filled(**typed, action="file"))
    cookies = [cookie.value for cookie in client._cookies.values()]

    text = written()

    assert min(refused.status, away.status) >= 500
    assert text.count('"ERROR"') >= 1
    assert cookies
    for secret in (TYPED, SECRET, TOKEN, CLIENT_SECRET, token, *cookies, *[c.partition(".")[0] for c in cookies]):
        assert secret not in text


def test_nothing_typed_is_logged_when_a_plugin_repeats_it(install_plugin, make_app, demo_database, tmp_path, written):
    reader = _with_a_plugin_that_repeats_what_was_typed(install_plugin, make_app, demo_database, tmp_path)

    reader.file("Contoso", "azure", title=TYPED, answer_tried=TYPED)

    assert "parrot" in written()
    assert TYPED not in written()


def test_a_secret_in_somebody_elses_words_is_concealed(written):
    log = logging.getLogger("a.library")

    log.warning("Calling https://x:%s@example.com with %s and %s", CLIENT_SECRET, SECRET, TOKEN)

    assert CLIENT_SECRET not in written()
    assert SECRET not in written()
    assert TOKEN not in written()
    assert written().count("[concealed]") == 3


def test_the_passwords_in_addresses_are_secrets_too():
    settings = load_settings(
        database_url="postgresql://desk:of-the-database@db.example/desk",
        limits_storage="redis://:of-redis@cache.example",
    )

    assert {"of-the-database", "of-redis"} <= set(logs.secrets_of(settings))


def test_a_password_is_a_secret_as_it_is_written_in_an_address_and_as_it_is_meant():
    settings = load_settings(
        database_url="postgresql://desk:p%40ss%2Fword@db.example/desk",
        limits_storage="redis://cache.example?password=in-the-query",
    )

    assert {"p%40ss%2Fword", "p@ss/word", "in-the-query"} <= set(logs.secrets_of(settings))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "PermissionError: Permission denied"),
        (ValueError(TYPED), "ValueError at"),
    ],
    ids=["what the system says", "what may quote a reader"],
)
def test_only_what_the_system_says_of_itself_is_quoted(lines, error, words):
    try:
        raise KeyError(TYPED) from error
    except KeyError:
        logging.getLogger("a.library").exception("It failed")

    line = lines("a.library")[-1]
    assert line["exception"][0].startswith("KeyError at ")
    assert line["exception"][1].startswith(words)
    assert TYPED not in json.dumps(line)


@pytest.fixture
def served_log(demo_database, tmp_path, monkeypatch):
    """Serve the desk as a deployer does, ask for some pages, end it, and return what stood on standard error."""
    file = shutil.copy(demo_database, tmp_path / "served.sqlite3")
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure")
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [Path(sys.executable).with_name("onbehalf"), "serve", "--workers", "1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.2)
        httpx.get(f"http://127.0.0.1:{port}/readyz")
        httpx.get(f"http://127.0.0.1:{port}/sign-in?next=/{TYPED}")
        server.terminate()
        return server.communicate(timeout=20)[1]


def test_a_served_desk_writes_nothing_but_json_lines_to_standard_error(served_log):
    read = [json.loads(line) for line in served_log.splitlines()]

    paths = [line["path"] for line in read if line["logger"] == "onbehalf.access"]
    assert "/sign-in" in paths
    assert TYPED not in served_log


def test_whoever_asks_again_and_again_whether_the_desk_is_ready_leaves_a_line_each_time_and_no_more(served_log):
    read = [json.loads(line) for line in served_log.splitlines()]
    asked = next(line for line in read if line.get("path") == "/readyz")

    assert [line["logger"] for line in read if line["reference"] == asked["reference"]] == ["onbehalf.access"]
