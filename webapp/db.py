"""One engine per application, one session per request; SQLite and PostgreSQL.

SQLite's driver begins transactions late and loses concurrent updates; here SQLAlchemy begins them: ``BEGIN IMMEDIATE``
for a session that will write, so that it waits its turn instead of failing half-way, and ``BEGIN`` for one that reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, DateTime, Engine, String, TypeDecorator, create_engine, event, func, select
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from webapp.errors import StartRefused
from webapp.i18n import _

BUSY_TIMEOUT_SECONDS = 5
MIGRATION_SECONDS = 600
"""How long an upgrade waits for another one that is under way."""

MIGRATIONS = 0x6F6E6265
"""The number of PostgreSQL's lock for migrations, the same in every version: whoever holds it migrates."""

LARGEST_ID = 2**31 - 1
"""What an id column holds; PostgreSQL refuses to compare one with more."""


class Moment(TypeDecorator[datetime]):
    """A point in time: aware going in, UTC coming out, in both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could tell when it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's naive value the zone it was stored in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class epoch_seconds(FunctionElement[int]):  # noqa: N801  # written like the SQL functions beside it
    """The whole seconds of a moment since 1970, rounded down alike in both engines."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_seconds, "sqlite")
def _epoch_seconds_in_sqlite(element: epoch_seconds, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **how)}, 1, 19)) AS INTEGER)"


@compiles(epoch_seconds, "postgresql")
def _epoch_seconds_in_postgresql(element: epoch_seconds, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **how)})) AS BIGINT)"


def writes(session: Session) -> bool:
    """Say whether the session is one that ``Database.writing`` gave."""
    return bool(session.get_bind().get_execution_options().get("onbehalf_writes"))


def bytewise(length: int) -> TypeEngine[str]:
    """Return a string type that compares by code point in both engines, so that ranges and order agree."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Database:
    """The engine, and the sessions made from it."""

    def __init__(self, url: str) -> None:
        found = address_of(url)
        if found is None:
            raise StartRefused(
                _("ONBEHALF_DATABASE_URL is not a database address."),
                remedy=_("Use sqlite:///file.sqlite3 or postgresql://user@host/name."),
            )
        self.url = found
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(self.url.render_as_string(hide_password=False))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that may write; what it does not commit is undone."""
        writer = self.engine.execution_options(onbehalf_writes=True)
        with Session(writer, expire_on_commit=False) as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables to ``revision``."""
        with self._migrating() as connection:
            command.upgrade(self._alembic(connection), revision)

    def downgrade(self, revision: str) -> None:
        """Take the tables back to ``revision``; ``base`` removes them all."""
        with self._migrating() as connection:
            command.downgrade(self._alembic(connection), revision)

    def check(self) -> None:
        """Compare the tables with the models.

        :raises alembic.util.exc.AutogenerateDiffsDetected: if they differ.
        """
        with self.engine.connect() as connection:
            command.check(self._alembic(connection))

    def is_current(self) -> bool:
        """Say whether every migration has been applied."""
        with self.engine.connect() as connection:
            script = ScriptDirectory.from_config(self._alembic(connection))
            return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """Yield a connection that migrates while no other does, and commit it; who comes second waits for the first.

        SQLite changes a table by making it anew, which its references forbid while they are watched; so they are
        looked at once, in the end.
        """
        with self.engine.execution_options(onbehalf_writes=True).connect() as connection:
            if self.engine.dialect.name != "sqlite":
                _wait_for_other_migrations(connection)
                yield connection
                connection.commit()
                return
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute(f"PRAGMA busy_timeout={MIGRATION_SECONDS * 1000}")
            try:
                yield connection
                _refuse_broken_references(connection)
                connection.commit()
            finally:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")

    def _alembic(self, connection: Connection) -> Config:
        config = Config()
        config.set_main_option("script_location", str(_migrations()))
        config.attributes["connection"] = connection
        return config


def address_of(url: str) -> URL | None:
    """Return an address, or ``None`` where it is none: what SQLAlchemy says of it may repeat the password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def known_revisions() -> dict[str, bool]:
    """Return every migration by name, and whether it is the last."""
    script = ScriptDirectory(str(_migrations()))
    return {found.revision: found.is_head for found in script.walk_revisions()}


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url)
    else:
        engine = create_engine(url, pool_pre_ping=True, connect_args=_patience(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _patience(url: str) -> dict[str, Any]:
    """Return how long PostgreSQL is waited for, as long as SQLite is; what the address itself says wins."""
    ours = {"connect_timeout": BUSY_TIMEOUT_SECONDS, "options": f"-c lock_timeout={BUSY_TIMEOUT_SECONDS}s"}
    return {name: value for name, value in ours.items() if name not in make_url(url).query}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing: _begin_sqlite does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("onbehalf_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _wait_for_other_migrations(connection: Connection) -> None:
    """Take PostgreSQL's lock for migrations until the transaction ends; other locks are waited for as ever."""
    patience = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{MIGRATION_SECONDS}s'")
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATIONS)))
    connection.execute(select(func.set_config("lock_timeout", patience, True)))


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"rows without what they name: {broken[:5]}"))


def _migrations() -> Path:
    """Return where the migrations lie: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "_migrations"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "migrations"
