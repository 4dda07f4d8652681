"""Who is signed in, and in which language and time zone they read."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from flask import g, has_request_context, request, session
from sqlmodel import Session

from webapp import partners
from webapp.i18n import LANGUAGES
from webapp.permissions import Viewer

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
    member_id = session.get("member")
    return partners.viewer_of(database_session, member_id) if isinstance(member_id, int) else None


def begin(member_id: int) -> None:
    """Sign a member in; what the session held before is dropped, but for the language and theme chosen."""
    kept = {key: session[key] for key in ("language", "theme") if key in session}
    session.clear()
    session.update(kept)
    session["member"] = member_id


def end() -> None:
    """Sign out."""
    session.pop("member", None)


def reading_language() -> str:
    """Return the reader's language: what they chose here, on their record, in the browser; else English."""
    if not has_request_context():
        return "en"
    viewer: Viewer | None = g.get("viewer")
    for chosen in (session.get("language"), viewer.member.language if viewer else None):
        if chosen in LANGUAGES:
            return str(chosen)
    return _language_of_browser() or "en"


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


def _chinese(subtags: Sequence[str]) -> str:
    """Return the kind of Chinese: the script decides before the region, and Babel does not know every pair."""
    named = (f"zh_{subtag.title() if len(subtag) == 4 else subtag.upper()}" for subtag in subtags)
    return next((CHINESE[key] for key in named if key in CHINESE), CHINESE["zh"])
