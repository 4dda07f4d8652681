"""What a database's error means to a reader: away, busy, full, read-only or damaged; nothing was recorded.

PostgreSQL's codes are those of Appendix A of its manual; SQLite's driver tells its errors apart by name.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from webapp.errors import DeskError, Words
from webapp.i18n import _

SAID: dict[str, Words] = {
    "away": _("The database cannot be reached."),
    "busy": _("The database is busy."),
    "full": _("The database has no room left."),
    "read_only": _("The database takes no changes at present."),
    "damaged": _("The database is damaged."),
}
PASSES = frozenset({"away", "busy"})
BY_CODE = {
    "53100": "full",
    "25006": "read_only",
    "XX001": "damaged",
    "XX002": "damaged",
    **dict.fromkeys(("40001", "40P01", "53200", "53300", "53400", "55P03", "57014"), "busy"),
    "SQLITE_FULL": "full",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
}


class DatabaseTrouble(DeskError):
    """The database is away, locked or full; nothing was recorded."""

    status = 503


def of(error: Exception, *, wrote: bool) -> DatabaseTrouble | None:
    """Return what to tell the reader, or ``None`` if the error is ours and not the database's state.

    ``wrote``: the reader sent a form, which every page of ours gives back.
    """
    kind = _kind(error)
    return DatabaseTrouble(SAID[kind], remedy=_remedy(passes=kind in PASSES, wrote=wrote)) if kind else None


def _remedy(*, passes: bool, wrote: bool) -> Words:
    if wrote and passes:
        return _("Nothing was recorded, and your text is still here. Send it again in a minute.")
    if wrote:
        return _(
            "Nothing was recorded, and your text is still here. Tell whoever runs this desk, and send it again when "
            "they have mended it."
        )
    return _("Try again in a minute.") if passes else _("Tell whoever runs this desk, and come back when it is mended.")


def _kind(error: Exception) -> str | None:
    if isinstance(error, PoolTimeout):
        return "busy"
    if not isinstance(error, DBAPIError):
        return None
    known = BY_CODE.get(_code(error.orig))
    away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return known or ("away" if away else None)


def _code(error: BaseException | None) -> str:
    """Return the engine's own code: PostgreSQL's five characters, or the name of SQLite's, without its extension."""
    if isinstance(error, sqlite3.Error):
        name = str(getattr(error, "sqlite_errorname", ""))
        return "_".join(name.split("_")[:2])
    return str(getattr(error, "sqlstate", None) or "")
