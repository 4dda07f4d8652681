"""The fixtures, for every distribution that installs ``onbehalf``.

This module is imported with every run of pytest, so a fixture imports the application when it is asked for.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from webapp.testing import factories

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import BytecodeCache

    from webapp.db import Database
    from webapp.testing import postgresql

ALL_PLUGINS = ("azure", "office365", "vianet", "marketplace", "usgov", "germany")
SECRET = "a-secret-that-only-tests-know-and-use"  # noqa: S105  # it guards nothing


def missing(what: str, *, required: str) -> NoReturn:
    """Skip the test for want of ``what``; fail it where the variable ``required`` is set, as in CI."""
    if os.environ.get(required):
        pytest.fail(f"{what}, and {required} is set")
    pytest.skip(what)


@pytest.fixture
def make_cloud() -> Callable[..., Any]:
    """Return ``webapp.testing.make_cloud``."""
    return factories.make_cloud


@pytest.fixture
def make_partner() -> Callable[..., Any]:
    """Return ``webapp.testing.make_partner``."""
    return factories.make_partner


@pytest.fixture
def make_member() -> Callable[..., Any]:
    """Return ``webapp.testing.make_member``."""
    return factories.make_member


@pytest.fixture
def make_customer() -> Callable[..., Any]:
    """Return ``webapp.testing.make_customer``."""
    return factories.make_customer


@pytest.fixture
def make_situation() -> Callable[..., Any]:
    """Return ``webapp.testing.make_situation``."""
    return factories.make_situation


@pytest.fixture
def make_draft() -> Callable[..., Any]:
    """Return ``webapp.testing.make_draft``."""
    return factories.make_draft


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """Yield a PostgreSQL server, started when a test first asks for it."""
    from webapp.testing import postgresql

    try:
        with postgresql.running() as server:
            yield server
    except ModuleNotFoundError as error:
        missing(f"PostgreSQL tests need {error.name}", required="REQUIRE_POSTGRESQL")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_engine(request: pytest.FixtureRequest) -> str:
    """Return the name of a database engine: a test that asks for it, or for a database, runs once on each."""
    return str(request.param)


@pytest.fixture
def database_url(database_engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a new database without tables."""
    if database_engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    with request.getfixturevalue("postgresql_server").database() as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with all tables and no rows, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "onbehalf.sqlite3"
    _upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: postgresql.Server) -> Iterator[str]:
    """Yield the name of a PostgreSQL database with all tables and no rows, to be taken as a template."""
    with postgresql_server.database() as url:
        _upgrade(url.render_as_string(hide_password=False))
        yield str(url.database)


@pytest.fixture
def migrated_database(database_engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a new database with all tables and no rows."""
    from webapp.db import Database

    if database_engine == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "migrated.sqlite3")
        database = Database(f"sqlite:///{file}")
        yield database
        database.engine.dispose()
        return
    template = request.getfixturevalue("migrated_postgresql")
    with request.getfixturevalue("postgresql_server").database(template) as url:
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.engine.dispose()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Return a place for compiled templates, so that the application of each test need not compile them anew."""
    from jinja2 import FileSystemBytecodeCache

    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    migrated_sqlite: Path, compiled_templates: BytecodeCache, tmp_path: Path
) -> Iterator[Callable[..., Flask]]:
    """Yield a function that makes the application: all our plugins, a new SQLite database, and what is passed in."""
    from webapp.app import create_app
    from webapp.config import load_settings
    from webapp.demo.cast_partners import own_tenant

    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        if "database_url" not in settings:
            file = shutil.copy(migrated_sqlite, tmp_path / f"app{len(made)}.sqlite3")
            settings["database_url"] = f"sqlite:///{file}"
        ordinary = {"plugins": ALL_PLUGINS, "secret_key": SECRET}
        settings = {"writes_per_minute": 100_000} | settings  # a test writes faster than a person
        settings = {"operator": (own_tenant("Fabrikam", "global"),)} | settings  # as in the demo
        app = create_app(load_settings(**ordinary | settings), demo=True)
        app.testing = True
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with the example data, to be copied."""
    from webapp.commands.demo import fill
    from webapp.config import load_settings

    file = tmp_path_factory.mktemp("demo") / "onbehalf.sqlite3"
    fill(load_settings(database_url=f"sqlite:///{file}", plugins=ALL_PLUGINS, secret_key=SECRET))
    return file


@pytest.fixture
def demo_app(make_app: Callable[..., Flask], demo_database: Path, tmp_path: Path) -> Flask:
    """Return the application with a copy of the example data: what a test changes, no other sees."""
    file = shutil.copy(demo_database, tmp_path / "demo.sqlite3")
    return make_app(database_url=f"sqlite:///{file}")


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], None]:
    """Return a function that signs a client in as the demo member of that key, as the page does."""

    def enter(client: FlaskClient, key: str) -> None:
        answer = client.post("/sign-in/demo", data={"member": key, "csrf_token": csrf_token(client, "/sign-in")})
        assert answer.status_code == 303, answer.text

    return enter


def csrf_token(client: FlaskClient, page: str) -> str:
    """Return the token of the form on ``page``."""
    text = client.get(page).text
    tag = next((tag for tag in re.findall(r"<input[^>]*>", text) if 'name="csrf_token"' in tag), "")
    found = re.search(r'value="([^"]+)"', tag)
    assert found, f"{page} holds no csrf_token"
    return found[1]


def _upgrade(url: str) -> None:
    from webapp.db import Database

    database = Database(url)
    database.upgrade()
    database.engine.dispose()
