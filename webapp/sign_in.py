"""Who is signed in, and in which language and time zone they read."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from flask import current_app, g, has_request_context, request, session
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from webapp import audit, errors, partners, sessions
from webapp.audit import Fact
from webapp.db import Database, writes
from webapp.deployment import Deployment
from webapp.i18n import LANGUAGES
from webapp.permissions import Viewer
from webapp.sign_in_refused import SignInRefused

log = logging.getLogger("onbehalf")
COOKIE_KEY = "sid"
KEPT = ("theme", "shortcuts", "ways_in")
"""What a sign-in keeps of the cookie: what was chosen, and the sign-ins begun in other tabs."""
CHINESE = {
    "zh": "zh_Hans_CN",
    "zh_CN": "zh_Hans_CN",
    "zh_SG": "zh_Hans_CN",
    "zh_Hans": "zh_Hans_CN",
    "zh_TW": "zh_Hant_TW",
    "zh_HK": "zh_Hant_TW",
    "zh_MO": "zh_Hant_TW",
    "zh_Hant": "zh_Hant_TW",
}


def current_viewer(database_session: Session) -> Viewer | None:
    """Return who is signed in, or ``None``."""
    secret = session.get(COOKIE_KEY)
    if not isinstance(secret, str):
        return None
    deployment: Deployment = current_app.extensions["onbehalf"]
    now = deployment.now()
    found = sessions.find(database_session, secret, sessions.Limits.of(deployment.settings), now)
    if found is None:
        session.pop(COOKIE_KEY)
        return None
    g.user_session, viewer = found
    if sessions.is_due(g.user_session, now):
        _note_seen(database_session, deployment.database, now)
    return viewer


def begin(database_session: Session, member_id: int, cloud: str = "") -> None:
    """Sign a member in by a new session; the one before ends, and so does what the cookie held of it. Commits last."""
    _end_row(database_session)
    chosen = session.get("language")
    kept = {key: session[key] for key in KEPT if key in session}
    session.clear()
    session.update(kept)
    session[COOKIE_KEY] = sessions.begin(
        database_session,
        member_id,
        now=_now(),
        cloud=cloud,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
    )
    who = partners.viewer_of(database_session, member_id)
    if who is not None and chosen in LANGUAGES:  # chosen at the door, a moment ago: from here on it is the member's
        who.member.language = str(chosen)
    _tell(database_session, who, "session.begun", {"cloud": cloud})
    database_session.commit()


def end(database_session: Session, who: Viewer | None) -> None:
    """Sign out. Commits."""
    _end_row(database_session)
    if who is not None:
        _tell(database_session, who, "session.ended")
    database_session.commit()


def refused(database_session: Session, error: SignInRefused) -> None:
    """Record that somebody was not let in. Commits."""
    subject = f"tenant:{error.tenant_id}" if error.tenant_id else ""
    _tell(database_session, error.who, "session.refused", {"cause": error.cause, "cloud": error.cloud}, subject)
    database_session.commit()


def _tell(
    database_session: Session,
    who: Viewer | None,
    action: str,
    detail: Mapping[str, Fact] | None = None,
    subject: str = "",
) -> None:
    named = (f"member:{who.member_id}", who.member.name) if who else (subject, "")
    audit.record(database_session, who, _now(), action, *named, detail=detail, address=request.remote_addr or "")


def _end_row(database_session: Session) -> None:
    secret = session.pop(COOKIE_KEY, None)
    if isinstance(secret, str):
        sessions.end(database_session, sessions.digest(secret), _now())


def _now() -> datetime:
    deployment: Deployment = current_app.extensions["onbehalf"]
    return deployment.now()


def _note_seen(database_session: Session, database: Database, now: datetime) -> None:
    """Note that the session is in use; while the database takes no writes, pages can still be read."""
    if writes(database_session):
        sessions.note_seen(database_session, g.user_session, now)
        return
    try:
        with database.writing() as own:
            sessions.note_seen(own, g.user_session, now)
    except OperationalError as error:
        log.warning("reference=%s session not noted error=%s", errors.reference.get(), type(error).__name__)


def reading_language() -> str:
    """Return the reader's language: what they chose, else the browser's, else that of their cloud; else English.

    A member's choice is on their record, so that it follows them to another browser; a stranger's is in the cookie.
    """
    if not has_request_context():
        return "en"
    viewer: Viewer | None = g.get("viewer")
    chosen = viewer.member.language if viewer else session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return _language_of_browser() or _language_of_cloud(viewer)


def reading_time_zone() -> str:
    """Return the IANA name of the reader's time zone; UTC for a stranger."""
    viewer: Viewer | None = g.get("viewer") if has_request_context() else None
    return viewer.member.time_zone if viewer else "UTC"


def reading_zone() -> ZoneInfo:
    """Return the reader's time zone."""
    return ZoneInfo(reading_time_zone())


def _language_of_browser() -> str | None:
    for wanted in request.accept_languages.values():
        language, *subtags = wanted.replace("_", "-").split("-")
        if language.lower() == "zh":
            return _chinese(subtags)
        try:
            locale = Locale.parse(wanted, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        found = negotiate_locale([str(locale), locale.language], list(LANGUAGES))
        if found:
            return found
    return None


def _language_of_cloud(viewer: Viewer | None) -> str:
    """Return the language of the one cloud that a reader can be from; of several clouds none decides."""
    deployment: Deployment = current_app.extensions["onbehalf"]
    known: Sequence[str] = tuple(deployment.plugins.clouds)
    if viewer is not None and "session" in g and not g.get("in_trouble"):
        signed_in_by = g.user_session.cloud if "user_session" in g else ""
        known = (signed_in_by,) if signed_in_by else _enrolled_clouds(viewer)
    cloud = deployment.plugins.clouds.get(known[0]) if len(known) == 1 else None
    return cloud.language if cloud and cloud.language in LANGUAGES else "en"


def _enrolled_clouds(viewer: Viewer) -> Sequence[str]:
    """Return the clouds of the reader's partner, looked up once a request: every word asks for its language."""
    if "enrolled_clouds" not in g:
        g.enrolled_clouds = partners.clouds_of(g.session, viewer.partner)
    clouds: Sequence[str] = g.enrolled_clouds
    return clouds


def _chinese(subtags: Sequence[str]) -> str:
    """Return the kind of Chinese: the script decides before the region, and Babel does not know every pair."""
    named = (f"zh_{subtag.title() if len(subtag) == 4 else subtag.upper()}" for subtag in subtags)
    return next((CHINESE[key] for key in named if key in CHINESE), CHINESE["zh"])
