"""Does the database answer, is it of this version, and is anybody admitted?"""

from __future__ import annotations

from sqlalchemy.exc import DatabaseError, NoSuchModuleError
from sqlmodel import select

from webapp.config import Settings
from webapp.db import Database
from webapp.doctor import serving
from webapp.doctor.files import sqlite_file
from webapp.doctor.findings import Findings, error, note, ok, refusal, warning
from webapp.errors import StartRefused
from webapp.i18n import _
from webapp.tables.partners import Enrolment
from webapp.tables_fit import refuse_unfit


def findings(settings: Settings) -> Findings:
    """Look at the database that the settings name; nothing is changed, and no file is made."""
    if (file := sqlite_file(settings.database_url)) and not file.exists():
        yield error("database", _("There is no file %(file)s.", file=str(file)), _("Run: onbehalf db upgrade"))
        return
    try:
        database = Database(settings.database_url)
    except (NoSuchModuleError, ModuleNotFoundError):
        yield error(
            "database",
            _("There is no driver for the database that ONBEHALF_DATABASE_URL names."),
            _("Use sqlite:///file.sqlite3, or postgresql://user@host/name with onbehalf[postgresql] installed."),
        )
        return
    except StartRefused as refused:
        yield refusal("database", refused)
        return
    try:
        yield from _inside(database, settings)
    except DatabaseError as trouble:
        yield error(
            "database",
            _("The database cannot be used: %(error)s.", error=" ".join(str(trouble.orig).split())),
            _("Correct ONBEHALF_DATABASE_URL, or start the database."),
        )
    finally:
        database.engine.dispose()


def _inside(database: Database, settings: Settings) -> Findings:
    try:
        refuse_unfit(database)
    except StartRefused as refused:
        yield refusal("migrations", refused)
        return
    if database.is_current():
        yield ok("database", _("The database answers, and its tables are those of this version."))
    else:
        yield note("migrations", _("The tables are those of a later version, and this one can use them."))
    with database.reading() as session:
        admitted = set(session.exec(select(Enrolment.cloud)))
        yield from serving.findings(session)
    if not admitted:
        yield warning(
            "partners",
            _("No partner is admitted, so nobody can sign in."),
            _("Admit one: onbehalf partner add NAME --kind KIND --cloud CLOUD --tenant TENANT"),
        )
    for cloud in sorted(admitted - set(settings.sign_in)):
        yield warning(
            "partners",
            _("Partners are admitted in %(cloud)s, and there is no way to sign in there.", cloud=cloud),
            _("Add the cloud to ONBEHALF_SIGN_IN; docs/sign-in.md says what it holds."),
        )
