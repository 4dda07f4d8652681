"""What only our own tests need: an environment without the developer's settings, a served demo, and a browser."""

import os
import runpy
import threading
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, func, insert, select, update
from sqlmodel import SQLModel
from werkzeug.serving import make_server

from webapp.tables.sessions import UserSession
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import missing

BROWSER = runpy.run_path(str(Path(__file__).with_name("tools") / "browser.py"))


def pytest_addoption(parser):
    parser.addoption("--on-postgresql", action="store_true", help="Run the tests of the demo on PostgreSQL.")


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch):
    for name in [name for name in os.environ if name.startswith("ONBEHALF_") or name == "PORT"]:
        monkeypatch.delenv(name)


@pytest.fixture
def served(demo_app):
    """Serve the demo on a free port of this machine; yield its address."""
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium():
    """Yield a running browser."""
    program = BROWSER["program"]()
    if program is None:
        missing("Browser tests need Chromium (Debian: apt install chromium-headless-shell)", required="REQUIRE_BROWSER")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # heavy, and only browser tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER["QUIET"])
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium):
    """Yield an empty page of its own, in English; whatever a page's script throws fails the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    thrown = []
    page.on("pageerror", lambda error: thrown.append(error))  # noqa: PLW0108  # it is marked; a built-in cannot be
    yield page
    context.close()
    assert thrown == []


@pytest.fixture
def plain_page(chromium):
    """Yield an empty page of a browser without JavaScript."""
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def enter():
    """Return a function that signs a page in as a demo member, as a reader does."""

    def sign_in(page, address, member):
        page.goto(f"{address}/sign-in")
        token = page.locator("input[name=csrf_token]").first.get_attribute("value")
        answer = page.request.post(
            f"{address}/sign-in/demo",
            form={"member": member, "csrf_token": token},
            headers={"Origin": address, "Referer": f"{address}/sign-in"},
            max_redirects=0,
        )
        assert answer.status == 303, answer.text()

    return sign_in


@pytest.fixture
def demo_app(demo_app, request):
    """Yield the application with the example data: on SQLite, and on PostgreSQL where ``--on-postgresql`` is given."""
    if not request.config.getoption("--on-postgresql"):
        yield demo_app
        return
    template = request.getfixturevalue("demo_postgresql")
    with request.getfixturevalue("postgresql_server").database(template) as url:
        yield request.getfixturevalue("make_app")(database_url=url.render_as_string(hide_password=False))


@pytest.fixture
def desk(demo_app):
    """Return a function that opens a desk in the demo: for a demo member, or for a stranger."""
    return lambda member="": Desk(demo_app.test_client(), member)


@pytest.fixture
def set_clock():
    """Return a function that stops an application's clock at a moment; whoever is signed in stays so."""

    def stop(app, moment):
        app.extensions["onbehalf"] = replace(app.extensions["onbehalf"], clock=lambda: moment)
        with app.extensions["onbehalf"].database.writing() as session:
            session.execute(update(UserSession).values(created_at=moment, seen_at=moment))
            session.commit()

    return stop


@pytest.fixture(scope="session")
def copy_demo_to(demo_database):
    """Return a function that copies the example data into a database that has the tables."""

    def copy(url):
        source, target = create_engine(f"sqlite:///{demo_database}"), create_engine(url)
        with source.connect() as reading, target.begin() as writing:
            for table in SQLModel.metadata.sorted_tables:
                _copy(table, reading, writing)
        source.dispose()
        target.dispose()

    return copy


@pytest.fixture(scope="session")
def demo_postgresql(postgresql_server, migrated_postgresql, copy_demo_to):
    """Yield the name of a PostgreSQL database with the example data, to be taken as a template."""
    with postgresql_server.database(migrated_postgresql) as url:
        copy_demo_to(url)
        yield url.database


def _copy(table, reading, writing):
    rows = [dict(row) for row in reading.execute(select(table)).mappings()]
    if rows:
        writing.execute(insert(table), rows)
    if rows and "id" in table.c:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        writing.execute(select(func.setval(sequence, max(row["id"] for row in rows))))


@pytest.fixture
def demo_app_on_each_engine(database_engine, make_app, request):
    """Yield the application with the example data, once on each database engine."""
    if database_engine == "sqlite":
        yield request.getfixturevalue("demo_app")
        return
    template = request.getfixturevalue("demo_postgresql")
    with request.getfixturevalue("postgresql_server").database(template) as url:
        yield make_app(database_url=url.render_as_string(hide_password=False))


@pytest.fixture
def desk_on_each_engine(demo_app_on_each_engine):
    """Return what ``desk`` returns, once on each database engine."""
    return lambda member="": Desk(demo_app_on_each_engine.test_client(), member)


@pytest.fixture
def install_plugin(tmp_path, monkeypatch):
    """Return a function that installs a distribution with one plugin, as pip would; it returns the module's name.

    With a manifest the module is a package that holds it.
    """

    def install(name, code="", distribution="", manifest=""):
        distribution = distribution or f"onbehalf-{name}"
        module = f"made_{name.replace('-', '_')}_{uuid4().hex}"
        folder = tmp_path / distribution
        info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[onbehalf.plugins]\n{name} = {module}\n")
        if manifest:
            (folder / module).mkdir()
            (folder / module / "__init__.py").write_text(dedent(code), encoding="utf-8")
            (folder / module / "onbehalf-plugin.toml").write_text(manifest, encoding="utf-8")
        else:
            (folder / f"{module}.py").write_text(dedent(code), encoding="utf-8")
        monkeypatch.syspath_prepend(folder)
        return module

    return install
