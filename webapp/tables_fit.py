"""May this version work on these tables? On its own, and on those to which a later version only added.

While several servers are upgraded one after the other, the ones that are still of the version before have the tables of
the new one beneath them: they go on, and a worker of theirs may start anew.
"""

from __future__ import annotations

from typing import Literal

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Inspector, inspect
from sqlmodel import SQLModel

import webapp.tables  # noqa: F401  # registers the tables
from webapp.db import Database, known_revisions
from webapp.errors import StartRefused
from webapp.i18n import _

Fit = Literal["current", "earlier", "later", "foreign"]
USABLE: frozenset[Fit] = frozenset({"current", "later"})


def fit_of(database: Database) -> Fit:
    """Say of which version the tables are: this one's, an earlier one's, or a later one's that this one can use.

    ``foreign`` are those of a later version that took away what this one needs. Changes of a type or a rule are not
    looked at: docs/upgrade.md keeps them from migrations while a version that would mind is running.
    """
    known = known_revisions()
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None or revision in known:
            return "current" if revision and known[revision] else "earlier"
        return "later" if _serves(inspect(connection)) else "foreign"


def refuse_unfit(database: Database) -> None:
    """Refuse tables that this version cannot work on.

    :raises StartRefused: with what to do.
    """
    fit = fit_of(database)
    if fit == "earlier":
        raise StartRefused(_("The database is not up to date."), remedy=_("Run: onbehalf db upgrade"))
    if fit == "foreign":
        raise StartRefused(
            _("The database is of a later version, and this one cannot work on its tables."),
            remedy=_("Install that version, or restore the backup from before the upgrade."),
        )


def bring_up(database: Database) -> Fit:
    """Bring the tables up to date, and say what they are then; those of a later version are left as they are.

    :raises StartRefused: if this version cannot work on those.
    """
    if fit_of(database) == "earlier":
        database.upgrade()
    refuse_unfit(database)
    return fit_of(database)


def _serves(found: Inspector) -> bool:
    """Say whether every table and column of this version is there, and a row need not hold anything beyond them."""
    there = {name: columns for (_schema, name), columns in found.get_multi_columns().items()}
    for table in SQLModel.metadata.tables.values():
        columns = {column["name"]: column for column in there.get(table.name, ())}
        if not columns.keys() >= set(table.columns.keys()):
            return False
        beyond = [column for name, column in columns.items() if name not in table.columns]
        if any(not column["nullable"] and column["default"] is None for column in beyond):
            return False
    return True
