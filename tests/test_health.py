"""For machines that watch the desk: alive, ready, and counts that only those who watch may read."""

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

FABRIKAM = "fabrikam-admin-agent"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a-token-that-only-this-test-knows"


def counts(text):
    """Return the samples of an exposition by name and labels."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }


def of(found, name, **labels):
    return found.get((name, *sorted(labels.items())), 0)


def test_nobody_signs_in_to_ask_whether_the_desk_is_up(demo_app):
    stranger = demo_app.test_client()

    for address in ("/healthz", "/readyz"):
        answer = stranger.get(address)

        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_desk_whose_database_is_away_is_alive_and_not_ready(make_app, tmp_path):
    away = tmp_path / "away"
    app = make_app(database_url=f"sqlite:///{away / 'desk.sqlite3'}")
    shutil.rmtree(away)

    alive, ready = app.test_client().get("/healthz"), app.test_client().get("/readyz")

    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json["parts"] == {"database": "not ready", "migrations": "unknown", "plugins": "ready"}
    assert str(tmp_path) not in ready.text


def test_a_desk_gets_ready_by_itself_when_its_database_comes_back(make_app, tmp_path, migrated_sqlite):
    away = tmp_path / "away"
    app = make_app(database_url=f"sqlite:///{away / 'desk.sqlite3'}")
    shutil.rmtree(away)
    before = app.test_client().get("/readyz").status_code

    away.mkdir()
    shutil.copy(migrated_sqlite, away / "desk.sqlite3")

    assert (before, app.test_client().get("/readyz").status_code) == (503, 200)


def test_a_desk_is_not_ready_before_its_tables_are(make_app, database_url):
    app = make_app(database_url=database_url)
    before = app.test_client().get("/readyz")

    app.extensions["onbehalf"].database.upgrade()
    after = app.test_client().get("/readyz")

    assert before.status_code == 503
    assert before.json["parts"] == {"database": "ready", "migrations": "not ready", "plugins": "ready"}
    assert after.status_code == 200
    assert after.json["status"] == "ready"


def test_to_be_alive_no_database_is_asked(make_app, tmp_path):
    app = make_app(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")

    app.test_client().get("/healthz")

    assert not (tmp_path / "none.sqlite3").exists()


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        (ELSEWHERE, {}),
        ({"REMOTE_ADDR": "2001:db8::9"}, {}),
        ({"REMOTE_ADDR": ""}, {}),
        (ELSEWHERE, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"X-Forwarded-For": "203.0.113.9"}),
        ({}, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"x-real-ip": "203.0.113.9"}),
        ({}, {"Forwarded": "for=203.0.113.9"}),
        ({}, {"Via": "1.1 proxy"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_only_this_machine_itself_reads_the_counts_not_what_a_proxy_on_it_passes_on(
    make_app, environ, headers, proxies
):
    app = make_app(trusted_proxies=proxies)

    answer = app.test_client().get("/metrics", environ_base=environ, headers=headers)

    assert answer.status_code == 403
    assert "onbehalf_http" not in answer.text
    assert app.test_client().get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer ÿ", TOKEN]
)
def test_where_a_token_is_set_nobody_reads_the_counts_without_it(make_app, given):
    watcher = make_app(metrics_token=TOKEN).test_client()

    refused = watcher.get("/metrics", headers={"Authorization": given})
    taken = watcher.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base=ELSEWHERE)

    assert refused.status_code == 403
    assert TOKEN not in refused.text
    assert taken.status_code == 200


def test_answers_are_counted_by_page_and_not_by_what_a_client_made_up(demo_app):
    reader = Desk(demo_app.test_client(), FABRIKAM)
    for address in ("/customers?q=a", "/customers?q=b", "/made-up-1", "/made-up-2"):
        reader.get(address)
    reader.client.open("/customers", method="BREW")

    text = reader.get("/metrics").text
    found = counts(text)

    assert of(found, "onbehalf_http_requests_total", endpoint="customers.index", method="GET", status="200") == 2
    assert of(found, "onbehalf_http_requests_total", endpoint="none", method="GET", status="404") == 2
    assert of(found, "onbehalf_http_request_seconds_count", endpoint="customers.index", method="GET") == 2
    assert "made-up" not in text
    assert "BREW" not in text


def test_two_desks_of_one_process_count_apart(make_app):
    first, second = make_app(), make_app()

    first.test_client().get("/healthz")

    labels = {"endpoint": "health.alive", "method": "GET", "status": "200"}
    assert of(counts(first.test_client().get("/metrics").text), "onbehalf_http_requests_total", **labels) == 1
    assert of(counts(second.test_client().get("/metrics").text), "onbehalf_http_requests_total", **labels) == 0


def test_a_plugin_that_fails_is_counted_by_name_and_hook(install_plugin, make_app, demo_database, tmp_path):
    policy = """
    from webapp import hookimpl

    @hookimpl
    def entitlement_check(situation):
        if situation.customer.name == "Contoso":
            raise RuntimeError("no")
        return []
    """
    install_plugin("shaky", policy)
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    reader = Desk(make_app(database_url=f"sqlite:///{copy}", plugins=(*ALL_PLUGINS, "shaky")).test_client(), FABRIKAM)
    address = reader.customer("Contoso")
    before = counts(reader.get("/metrics").text)

    reader.get(f"{address}/requests/new?product=azure")
    reader.get(f"{reader.customer('Tailspin Toys')}/requests/new?product=azure")
    after = counts(reader.get("/metrics").text)

    hook = {"plugin": "shaky", "hook": "entitlement_check"}
    failed = of(after, "onbehalf_plugin_errors_total", **hook, error="PluginRaised")
    asked = of(after, "onbehalf_plugin_seconds_count", **hook) - of(before, "onbehalf_plugin_seconds_count", **hook)
    assert failed == 1
    assert asked == 2
    assert of(after, "onbehalf_plugin_seconds_count", plugin="azure", hook="entitlement_check") >= 1


def test_a_silent_owner_is_counted_as_a_failure(install_plugin, make_app, demo_database, tmp_path):
    install_plugin(
        "mute",
        """
        from webapp import Product, hookimpl

        @hookimpl
        def register_products(cloud):
            return [Product(key="azure", label="Azure", vendor="Microsoft", portal="azure")]

        @hookimpl
        def entitlement_check(situation):
            return []
        """,
    )
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    plugins = tuple("mute" if name == "azure" else name for name in ALL_PLUGINS)
    reader = Desk(make_app(database_url=f"sqlite:///{copy}", plugins=plugins).test_client(), FABRIKAM)

    reader.get(f"{reader.customer('Contoso')}/requests/new?product=azure")

    labels = {"plugin": "mute", "hook": "entitlement_check", "error": "PluginSilent"}
    assert of(counts(reader.get("/metrics").text), "onbehalf_plugin_errors_total", **labels) >= 1


def test_trouble_of_the_database_is_counted(demo_app_on_each_engine):
    reader = Desk(demo_app_on_each_engine.test_client(), FABRIKAM)
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE draft RENAME TO lost")
        session.commit()

    reader.get("/")

    found = counts(reader.get("/metrics").text)
    assert sum(value for key, value in found.items() if key[0] == "onbehalf_database_errors_total") >= 1


def test_the_manual_names_every_metric_and_no_other(demo_app):
    manual = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")

    exposed = demo_app.test_client().get("/metrics").text

    kinds = dict(re.findall(r"^# TYPE (onbehalf_\w+) (\w+)$", exposed, flags=re.MULTILINE))
    families = {name for name in kinds if not name.endswith("_created")}
    assert set(re.findall(r"^\| `(onbehalf_\w+)` \|", manual, flags=re.MULTILINE)) == families


@pytest.fixture
def two_workers(migrated_database, monkeypatch):
    """Yield the address of a desk that two worker processes serve, on each engine."""
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", migrated_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [Path(sys.executable).with_name("onbehalf"), "serve", "--workers", "2", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_the_counts_are_those_of_all_workers_whichever_answers(two_workers):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{two_workers}/readyz").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)

    answered = [httpx.get(f"{two_workers}/healthz").status_code for _ in range(20)]

    labels = {"endpoint": "health.alive", "method": "GET", "status": "200"}
    seen = {
        of(counts(httpx.get(f"{two_workers}/metrics").text), "onbehalf_http_requests_total", **labels) for _ in range(6)
    }
    assert answered == [200] * 20
    assert seen == {20}
