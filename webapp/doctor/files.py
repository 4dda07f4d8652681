"""May others on this machine read what is the desk's alone?"""

from __future__ import annotations

import stat
from pathlib import Path

from webapp.config import Settings, config_file, secrets_folder
from webapp.db import address_of
from webapp.doctor.findings import Finding, Findings, ok, warning
from webapp.i18n import _


def findings(settings: Settings) -> Findings:
    """Look at the rights of the settings' file, of the secrets' folder with its files, and of an SQLite database."""
    if file := config_file():
        yield _rights(file)
    if folder := secrets_folder():
        for secret in (folder, *sorted(folder.iterdir())):
            yield _rights(secret)
    if (database := sqlite_file(settings.database_url)) and database.exists():
        yield _rights(database)


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; ``None`` for another kind, or one in memory."""
    address = address_of(url)
    name = address.database if address and address.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _rights(file: Path) -> Finding:
    if not file.exists():
        missing = _("There is no file %(file)s.", file=str(file))
        return warning("files", missing, _("Correct the path, or unset the variable."))
    if file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return warning(
            "files",
            _("Everybody on this machine may read or change %(file)s.", file=str(file)),
            _("Take the right away: chmod o-rwx %(file)s", file=str(file)),
        )
    return ok("files", _("%(file)s is kept from others on this machine.", file=str(file)))
