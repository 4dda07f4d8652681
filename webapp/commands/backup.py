"""``onbehalf backup`` and ``onbehalf restore``: the whole database in one file, checked, and back again.

SQLite is copied by its own online backup, so the desk goes on while it is. PostgreSQL brings its own tools.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import click
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from webapp.config import load_settings
from webapp.db import known_revisions
from webapp.errors import DeskError, StartRefused
from webapp.i18n import LazyText, _

BUSY_SECONDS = 5.0
OWN_TOOLS = {
    "backup": "pg_dump --format=custom --no-owner --file={file} --dbname={url}",
    "restore": "pg_restore --clean --if-exists --no-owner --single-transaction --dbname={url} {file}",
}


class BackupRefused(DeskError):
    """Nothing was copied, and nothing was replaced."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup(*, file: Path, force: bool) -> None:
    """Copy the database into FILE, while the desk goes on; FILE is there whole and checked, or not at all."""
    source = _sqlite_file("backup", file)
    if not source.is_file():
        raise _no_database(source)
    if file.exists() and file.samefile(source):
        raise BackupRefused(_("That is the database itself."), remedy=_("Name another file."))
    if file.exists() and not force:
        raise BackupRefused(
            _("%(file)s is there already.", file=str(file)), remedy=_("Choose another name, or add --force.")
        )
    with _unfinished(file) as copy:
        _copied(source, copy)
        copy.replace(file)
    _settle(file.parent)
    click.echo(_("The database is in %(file)s.", file=str(file)))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(*, file: Path) -> None:
    """Put the database that FILE holds in the place of the present one, which is kept beside it.

    Stop the desk first.
    """
    target = _sqlite_file("restore", file)
    if not file.is_file():
        raise BackupRefused(
            _("There is no file %(file)s.", file=str(file)), remedy=_("Name a file that onbehalf backup made.")
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(target) as copy:
        _copied(file, copy)
        kept = _set_aside(target, copy) if target.exists() else None
        copy.replace(target)
    _settle(target.parent)
    click.echo(_("The database is that of %(file)s.", file=str(file)))
    if kept:
        click.echo(_("The one before is kept in %(file)s.", file=str(kept)))
    if not _is_current(target):
        click.echo(_("It is of an earlier version. Run: onbehalf db upgrade"))


def _sqlite_file(what: str, file: Path) -> Path:
    """Return where the deployment's SQLite database lies.

    :raises BackupRefused: if it is none, with the command that does it there.
    """
    try:
        url = make_url(load_settings().database_url)
    except ArgumentError as error:
        raise StartRefused(
            _("ONBEHALF_DATABASE_URL is not a database address."),
            remedy=_("Use sqlite:///file.sqlite3 or postgresql://user@host/name."),
        ) from error
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Path(url.database)
    if url.get_backend_name() == "sqlite":
        raise BackupRefused(_("The database is in memory alone."), remedy=_("Set ONBEHALF_DATABASE_URL to a file."))
    command = OWN_TOOLS[what].format(file=f'"{file}"', url=f'"{_for_libpq(url)}"')
    raise BackupRefused(
        _("PostgreSQL is copied by its own tools; docs/backup.md says how."), remedy=_("Run: %(line)s", line=command)
    )


def _for_libpq(url: URL) -> str:
    """Return the address as PostgreSQL's tools take it; the password stays where they look for it: ``~/.pgpass``."""
    query = {name: value for name, value in url.query.items() if "pass" not in name}
    without = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return without.render_as_string()


def _copied(source: Path, copy: Path) -> None:
    """Copy one database whole, as it is at one moment, and check the copy.

    :raises BackupRefused: if the source is no database of ours, or is damaged or busy.
    """
    try:
        with closing(_opened(source, "ro")) as reading, closing(_opened(copy, "rw")) as writing:
            reading.backup(writing)  # in one step: a writer beside it is not waited for, and not half copied
            writing.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            faults = [*writing.execute("PRAGMA integrity_check(3)"), *writing.execute("PRAGMA foreign_key_check")]
            revisions = {revision for (revision,) in writing.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error as error:
        raise BackupRefused(
            _("%(file)s cannot be copied: %(error)s.", file=str(source), error=str(error)), remedy=_another()
        ) from error
    if faults != [("ok",)]:
        raise BackupRefused(_("%(file)s is damaged.", file=str(source)), remedy=_another())
    if not revisions or not revisions <= known_revisions().keys():
        raise BackupRefused(
            _("%(file)s is of a version of Onbehalf that this one does not know.", file=str(source)),
            remedy=_("Install the version that made it, or a newer one."),
        )
    with copy.open("rb") as written:
        os.fsync(written.fileno())


def _set_aside(target: Path, copy: Path) -> Path:
    """Keep the present database beside the place it had, and give ``copy`` its owner and mode; return where it is.

    :raises BackupRefused: if a desk has it open: what that writes would go to the file set aside.
    """
    try:
        with closing(_opened(target, "rw")) as present:
            present.execute("PRAGMA journal_mode=DELETE")  # refused while others have it open; completes the file
    except sqlite3.OperationalError as error:
        raise BackupRefused(
            _("The database is in use."), remedy=_("Stop the desk and whatever else has it open, then restore again.")
        ) from error
    except sqlite3.DatabaseError:
        pass  # a damaged one is what a restore is for: it is kept as it is
    owned = target.stat()
    copy.chmod(stat.S_IMODE(owned.st_mode))
    if os.geteuid() == 0:
        os.chown(copy, owned.st_uid, owned.st_gid)
    number = next(number for number in count(1) if not _kept_as(target, number).exists())
    kept = _kept_as(target, number)
    try:
        kept.hardlink_to(target)
    except OSError:  # not every file system has links
        shutil.copy2(target, kept)
    for left in ("-wal", "-shm"):  # those of a damaged one; beside another database they would be read as its own
        beside = target.with_name(target.name + left)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + left))
    return kept


def _kept_as(target: Path, number: int) -> Path:
    return target.with_name(f"{target.name}.before-restore" + (f"-{number}" if number > 1 else ""))


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Yield an empty file beside ``file`` for its owner alone; it goes unless it was moved into place."""
    copy = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        copy.touch(mode=0o600, exist_ok=False)
        yield copy
    except OSError as error:
        raise BackupRefused(
            _("%(file)s cannot be written: %(error)s.", file=str(file), error=error.strerror or ""),
            remedy=_("Choose another folder, or make room in this one."),
        ) from error
    finally:
        for left in ("", "-wal", "-shm", "-journal"):
            copy.with_name(copy.name + left).unlink(missing_ok=True)


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS)


def _settle(folder: Path) -> None:
    """Make the new name of a file outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_current(file: Path) -> bool:
    with closing(_opened(file, "ro")) as restored:
        applied = restored.execute("SELECT version_num FROM alembic_version")
        return all(known_revisions()[revision] for (revision,) in applied)


def _no_database(file: Path) -> BackupRefused:
    return BackupRefused(
        _("There is no database at %(file)s.", file=str(file)), remedy=_("Set ONBEHALF_DATABASE_URL to the desk's own.")
    )


def _another() -> LazyText:
    return _("Take another backup, or look at the disk it lies on.")
