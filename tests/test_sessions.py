"""Sessions: how long they last, what ends them, whose they are, and what the cookie says of them."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from webapp.app import create_app
from webapp.config import load_settings
from webapp.cookies import PLAIN
from webapp.sessions import digest
from webapp.tables.audit import AuditEntry
from webapp.tables.sessions import UserSession
from webapp.testing.desk import Desk, Page
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

ASTRID = "fabrikam-admin-agent"
ERIK = "fabrikam-helpdesk"
HTTPS = "https://desk.example"


class Clock:
    """The application's clock, which a test puts on."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(demo_app_on_each_engine, clock, compiled_templates):
    """Return the demo on each engine, with the clock of the test."""
    settings = demo_app_on_each_engine.extensions["onbehalf"].settings
    app = create_app(settings, demo=True, clock=clock)
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    app.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture
def enter(app):
    return lambda member=ASTRID: Desk(app.test_client(), member)


def rows(app):
    with app.extensions["onbehalf"].database.reading() as session:
        return session.exec(select(UserSession).order_by(UserSession.created_at)).all()


def secret_of(desk):
    with desk.client.session_transaction() as cookie:
        return cookie.get("sid")


def is_in(desk):
    return desk.get("/").status == 200


# ---- limits --------------------------------------------------------------------------------------------------------


def test_a_session_that_is_used_goes_on_and_one_that_is_idle_for_half_an_hour_ends(enter, clock):
    desk = enter()

    for _time in range(3):
        clock.pass_by(minutes=29)
        assert is_in(desk)
    clock.pass_by(minutes=30)

    assert desk.get("/requests?q=x").location == "/sign-in?next=/requests?q%3Dx"


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(enter, clock):
    desk = enter()

    for _time in range(12 * 3 - 1):
        clock.pass_by(minutes=20)
        assert is_in(desk)
    clock.pass_by(minutes=20)

    assert not is_in(desk)


def test_writing_keeps_a_session_alive_as_reading_does(enter, clock):
    desk = enter()
    token = desk.token()

    for _time in range(3):
        clock.pass_by(minutes=29)
        assert desk.post("/preferences", {"theme": "dark", "csrf_token": token}).status == 303

    assert is_in(desk)


def test_a_refused_write_keeps_the_session_alive_too(enter, clock):
    desk = enter()
    token = desk.token()

    for _time in range(3):
        clock.pass_by(minutes=29)
        assert desk.post("/requests/OB-00000000/notes", {"text": "", "csrf_token": token}).status == 404

    assert is_in(desk)


def test_both_limits_are_settings(demo_app, clock):
    address = demo_app.extensions["onbehalf"].settings.database_url
    settings = load_settings(
        database_url=address, plugins=ALL_PLUGINS, secret_key=SECRET, session_idle_minutes=5, session_hours=1
    )
    app = create_app(settings, demo=True, clock=clock)
    idle, busy = Desk(app.test_client(), ASTRID), Desk(app.test_client(), ASTRID)

    for _time in range(14):
        clock.pass_by(minutes=4)
        assert is_in(busy)
    clock.pass_by(minutes=4)

    assert not is_in(idle)
    assert not is_in(busy)
    app.extensions["onbehalf"].database.engine.dispose()


def test_use_is_noted_once_a_minute_at_most(app, enter, clock):
    desk = enter()
    written = []
    event.listen(
        app.extensions["onbehalf"].database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: (
            written.append(statement) if "UPDATE user_session" in statement else None
        ),
    )

    for _time in range(4):
        desk.get("/help")
        clock.pass_by(seconds=20)
    desk.get("/help")

    assert len(written) == 1
    assert rows(app)[0].seen_at == clock.now - timedelta(seconds=20)


def test_pages_can_be_read_while_the_database_takes_no_writes(demo_app, desk, caplog):
    reader = desk(ASTRID)
    later = datetime.now(UTC) + timedelta(minutes=5)
    demo_app.extensions["onbehalf"] = replace(demo_app.extensions["onbehalf"], clock=lambda: later)
    database = demo_app.extensions["onbehalf"].database
    event.listen(database.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=50"))
    database.engine.dispose()
    with database.engine.execution_options(onbehalf_writes=True).connect() as other:
        other.exec_driver_sql("SELECT 1")

        assert reader.get("/help").status == 200
    assert "session not noted" in caplog.text


# ---- the id --------------------------------------------------------------------------------------------------------


def test_the_row_holds_the_digest_of_what_the_cookie_holds(app, enter):
    desk = enter()
    secret = secret_of(desk)

    assert len(secret) >= 43
    assert [row.id for row in rows(app)] == [digest(secret)]


def test_a_sign_in_has_an_id_of_its_own_and_ends_the_session_before(app, enter):
    desk = enter()
    first = secret_of(desk)
    thief = Desk(app.test_client())
    thief.client.set_cookie("onbehalf", desk.client.get_cookie("onbehalf").value)
    assert is_in(thief)

    page = desk.get("/")
    desk.post("/sign-out", {"csrf_token": page.form("/sign-out").values()["csrf_token"]})
    Desk.__init__(desk, desk.client, ERIK)

    assert secret_of(desk) != first
    assert not is_in(thief)


def test_an_id_that_was_planted_before_the_sign_in_is_worth_nothing_after_it(app, enter):
    victim = Desk(app.test_client())
    with victim.client.session_transaction() as cookie:
        cookie["sid"] = "planted-by-somebody-who-waits"
    Desk.__init__(victim, victim.client, ASTRID)

    attacker = Desk(app.test_client())
    with attacker.client.session_transaction() as cookie:
        cookie["sid"] = "planted-by-somebody-who-waits"

    assert is_in(victim)
    assert not is_in(attacker)


def test_whoever_signs_in_over_a_session_ends_it(app, enter):
    desk = enter()
    kept = desk.client.get_cookie("onbehalf").value
    form = {"member": ERIK, "csrf_token": desk.token()}

    assert desk.post("/sign-in/demo", form).status == 303

    earlier = Desk(app.test_client())
    earlier.client.set_cookie("onbehalf", kept)
    assert not is_in(earlier)
    assert "Erik Lindqvist" in desk.get("/").words


@pytest.mark.parametrize("value", ["x", 7, None, ["x"], {"a": "b"}, "", "\0"])
def test_an_id_that_no_row_knows_signs_nobody_in(app, value):
    desk = Desk(app.test_client())
    with desk.client.session_transaction() as cookie:
        cookie["sid"] = value

    assert desk.get("/").location.startswith("/sign-in")


def test_a_cookie_that_was_changed_signs_nobody_in(app, enter):
    desk = enter()
    body, at, signature = desk.client.get_cookie("onbehalf").value.rsplit(".", 2)
    for changed in (f"{body[:-2]}AA.{at}.{signature}", f"{body}.{at}.{signature[:-2]}AA", f"{body}.{at}.", "x" * 3000):
        other = Desk(app.test_client())
        other.client.set_cookie("onbehalf", changed)
        assert other.get("/").location.startswith("/sign-in")


def test_a_cookie_signed_with_another_secret_signs_nobody_in(app, enter):
    desk = enter()
    other = create_app(
        load_settings(
            database_url=app.extensions["onbehalf"].settings.database_url, plugins=ALL_PLUGINS, secret_key=SECRET[::-1]
        ),
        clock=app.extensions["onbehalf"].clock,
    )
    client = other.test_client()
    client.set_cookie("onbehalf", desk.client.get_cookie("onbehalf").value)

    assert client.get("/").location.startswith("/sign-in")
    other.extensions["onbehalf"].database.engine.dispose()


def test_language_and_theme_outlast_a_sign_in_and_the_rest_does_not(app):
    desk = Desk(app.test_client())
    with desk.client.session_transaction() as cookie:
        cookie.update(language="sv", theme="dark", anything="else")
    Desk.__init__(desk, desk.client, ASTRID)

    assert desk.get("/help", Accept_Language="de").tags[0][1]["lang"] == "sv"
    with desk.client.session_transaction() as cookie:
        assert cookie["theme"] == "dark"
        assert not {"language", "anything"} & set(cookie)  # the language is the member's own from now on


# ---- ending --------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_row_so_that_a_copy_of_the_cookie_is_worth_nothing(app, enter):
    desk = enter()
    copy = Desk(app.test_client())
    copy.client.set_cookie("onbehalf", desk.client.get_cookie("onbehalf").value)

    assert desk.send(desk.get("/").form("/sign-out")).location == "/sign-in"

    assert rows(app)[0].ended_at is not None
    assert not is_in(copy)


def test_a_member_sees_where_they_are_signed_in_and_ends_one_of_it(app, enter):
    here = enter()
    elsewhere = Desk(app.test_client())
    elsewhere.client.environ_base.update(REMOTE_ADDR="127.0.0.9", HTTP_USER_AGENT="<b>Another</b> browser/7")
    Desk.__init__(elsewhere, elsewhere.client, ASTRID)
    enter(ERIK)

    page = here.get("/sessions")
    other = digest(secret_of(elsewhere))
    answer = here.send(page.form(f"/sessions/{other}/end"))

    assert "127.0.0.9" in page.words
    assert "<b>Another</b> browser/7" in page.words
    assert len([form for form in page.forms if form.action.endswith("/end")]) == 2
    assert page.words.count("This session") == 1
    assert answer.location == "/sessions"
    assert not is_in(elsewhere)
    assert is_in(here)
    assert len([form for form in here.get("/sessions").forms if form.action.endswith("/end")]) == 1


def test_every_page_leads_to_the_list_of_sessions(enter):
    assert "/sessions" in enter().get("/help").links


def test_ending_the_session_one_sits_at_signs_out(enter):
    desk = enter()
    form = desk.get("/sessions").form(f"/sessions/{digest(secret_of(desk))}/end")

    assert desk.get(desk.send(form).location).location == "/sign-in?next=/sessions"


def test_the_list_holds_no_session_that_has_ended_by_itself(enter, clock):
    enter()
    clock.pass_by(minutes=20)
    here = enter()
    clock.pass_by(minutes=20)

    assert len([form for form in here.get("/sessions").forms if form.action.endswith("/end")]) == 1


def test_another_members_session_is_not_there(app, enter):
    erik, astrid = enter(ERIK), enter()

    for foreign in (digest(secret_of(erik)), "0" * 64, "x", "%00"):
        assert astrid.post(f"/sessions/{foreign}/end", {}).status == 404
    assert is_in(erik)


def test_what_ends_a_session_needs_the_token_of_a_page(enter):
    desk = enter()

    answer = desk.client.post(f"/sessions/{digest(secret_of(desk))}/end", data={})

    assert answer.status_code == 403
    assert is_in(desk)


def test_sessions_of_long_ago_are_forgotten_at_the_next_sign_in(app, enter, clock):
    enter()
    clock.pass_by(days=31)
    enter(ERIK)
    enter()

    assert len(rows(app)) == 2
    assert all(row.created_at == clock.now for row in rows(app))


def test_beginning_and_ending_are_in_the_audit_trail_with_the_address(app, enter):
    desk = enter()
    desk.send(desk.get("/").form("/sign-out"))

    with app.extensions["onbehalf"].database.reading() as session:
        told = [
            (row.action, row.member_name, row.address)
            for row in session.exec(select(AuditEntry).order_by(AuditEntry.id))
            if row.action.startswith("session.")
        ]
    assert told[-2:] == [
        ("session.begun", "Astrid Nyberg", "127.0.0.1"),
        ("session.ended", "Astrid Nyberg", "127.0.0.1"),
    ]


# ---- the cookie ----------------------------------------------------------------------------------------------------


def cookie_set(answer):
    (line,) = [line for line in answer.headers.getlist("Set-Cookie") if "onbehalf" in line]
    pair, *flags = line.split("; ")
    return pair.partition("=")[0], {flag.lower() for flag in flags}


@pytest.mark.parametrize("address", ["http://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_on_this_machine_the_cookie_goes_over_http(demo_app, address):
    name, flags = cookie_set(demo_app.test_client().get("/sign-in", base_url=address))

    assert name == "onbehalf"
    assert flags == {"httponly", "samesite=lax", "path=/"}


@pytest.mark.parametrize("address", [HTTPS, "https://localhost", "http://desk.example", "http://10.0.0.7:8000"])
def test_elsewhere_the_cookie_is_secure_and_of_this_host_alone(demo_app, address):
    name, flags = cookie_set(demo_app.test_client().get("/sign-in", base_url=address))

    assert name == "__Host-onbehalf"
    assert flags == {"secure", "httponly", "samesite=lax", "path=/"}


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example", "[::1", "", "a:b:c"])
def test_a_host_that_only_looks_like_this_machine_gets_the_secure_cookie(demo_app, host):
    answer = demo_app.test_client().get("/sign-in", headers={"Host": host})

    if "Set-Cookie" in answer.headers:
        assert cookie_set(answer)[0] == "__Host-onbehalf"


def test_over_https_a_reader_signs_in_by_the_secure_cookie_alone(demo_app):
    client = demo_app.test_client()
    page = Page(client.get("/sign-in", base_url=HTTPS))
    token = page.form("/sign-in/demo").values()["csrf_token"]
    headers = {"Referer": f"{HTTPS}/sign-in"}

    answer = client.post("/sign-in/demo", base_url=HTTPS, headers=headers, data={"member": ASTRID, "csrf_token": token})

    assert answer.status_code == 303
    assert client.get("/", base_url=HTTPS).status_code == 200
    value = client.get_cookie("__Host-onbehalf", domain="desk.example").value
    planted = demo_app.test_client()
    planted.set_cookie("onbehalf", value, domain="desk.example")
    assert planted.get("/", base_url=HTTPS).status_code == 303


# ---- the demo's own way in -----------------------------------------------------------------------------------------


def test_the_demos_members_sign_in_on_the_machine_that_runs_it_alone(demo_app):
    client = demo_app.test_client()
    token = Page(client.get("/sign-in")).form("/sign-in/demo").values()["csrf_token"]
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"

    page = Page(client.get("/sign-in"))
    answer = client.post("/sign-in/demo", data={"member": ASTRID, "csrf_token": token})

    assert "Astrid Nyberg" not in page.words
    assert answer.status_code == 404
    assert client.get("/").location.startswith("/sign-in")


@pytest.mark.parametrize(("old", "status"), [(("o" * 40,), 200), ((), 303)])
def test_a_new_secret_signs_nobody_out_while_the_old_one_is_named(make_app, demo_database, tmp_path, old, status):
    url = f"sqlite:///{shutil.copy(demo_database, tmp_path / 'rotated.sqlite3')}"
    before = Desk(make_app(database_url=url, secret_key="o" * 40).test_client(), ASTRID)
    cookie = before.client.get_cookie(PLAIN).value

    after = make_app(database_url=url, secret_key="n" * 40, old_secret_keys=old).test_client()
    after.set_cookie(PLAIN, cookie)
    assert after.get("/customers").status_code == status
