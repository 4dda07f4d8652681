"""``onbehalf db``: the tables, brought up to date; and the database as every command opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DatabaseError, NoSuchModuleError, OperationalError

from webapp.config import Settings, load_settings
from webapp.db import Database
from webapp.errors import StartRefused
from webapp.i18n import _
from webapp.tables_fit import bring_up


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to date."""
    with opened(load_settings()) as database:
        later = bring_up(database) == "later"
    up_to_date = _("The database is up to date.")
    click.echo(_("The database is of a later version, and this one can use it.") if later else up_to_date)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Yield the deployment's database, and close it.

    :raises StartRefused: if its driver is not installed, or it cannot be reached.
    """
    try:
        database = Database(settings.database_url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StartRefused(
            _("There is no driver for the database that ONBEHALF_DATABASE_URL names."),
            remedy=_("Use sqlite:///file.sqlite3, or postgresql://user@host/name with onbehalf[postgresql] installed."),
        ) from error
    try:
        yield database
    except DatabaseError as error:
        if type(error) not in {DatabaseError, OperationalError}:
            raise
        raise StartRefused(
            _("The database cannot be used: %(error)s.", error=str(error.orig)),
            remedy=_("Correct ONBEHALF_DATABASE_URL, or start the database."),
        ) from error
    finally:
        database.engine.dispose()
