"""Times as a reader sees them: in their language and their own time zone, with the zone named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_name,
)
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup, escape

from webapp.errors import Invalid
from webapp.i18n import _
from webapp.sign_in import reading_zone

_TYPED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def init_app(app: Flask) -> None:
    """Give templates the filters for times and numbers, and the zone's name."""
    filters = (moment, short_moment, for_input, distance, short_day, number, percent, in_days)
    app.jinja_env.filters.update({name.__name__: name for name in filters})
    app.jinja_env.globals["time_zone_name"] = time_zone_name


def moment(at: datetime | None) -> Markup:
    """Return a ``<time>`` with date, time and zone."""
    if at is None:
        return Markup("")
    words = _words(at, "medium") + " " + _zone_abbreviation(at)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), words)


def short_moment(at: datetime | None) -> Markup:
    """Return a ``<time>`` with date and time, for columns whose head names the zone."""
    if at is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), _words(at, "short"))


def distance(at: datetime, now: datetime) -> str:
    """Return how far ``at`` is from ``now``: "in 2 hours", "3 days ago"."""
    return str(format_timedelta(at - now, granularity="minute", threshold=1, add_direction=True, locale=get_locale()))


def short_day(day: date) -> str:
    """Return a day without its year, as on the axis of a chart."""
    return str(format_skeleton("MMMd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=get_locale() or "en"))


def number(value: float) -> str:
    """Return a number as its reader writes it, with one decimal at most."""
    return str(format_decimal(value, format="#,##0.#", locale=get_locale() or "en"))


def percent(share: float) -> str:
    """Return a share as its reader writes it: 0.5 is "50%"."""
    return str(format_percent(share, locale=get_locale() or "en"))


def in_days(days: float) -> str:
    """Return so many days in words, with one decimal at most: "1.6 days"."""
    locale = get_locale() or Locale("en")
    length: Literal["short", "long"] = "short" if locale.language == "zh" else "long"  # Babel finds no long one there
    return str(format_unit(round(days, 1), "duration-day", length=length, format="#,##0.#", locale=locale))


def in_my_zone(at: datetime | None) -> datetime | None:
    """Return the moment in the reader's zone, for a file that names its offset from UTC."""
    return at.astimezone(reading_zone()) if at else None


def for_input(at: datetime) -> Markup:
    """Return ``at`` as an ``<input type=datetime-local>`` holds it, in the reader's zone."""
    return escape(at.astimezone(reading_zone()).strftime("%Y-%m-%dT%H:%M"))


def from_input(text: str, otherwise: datetime) -> datetime:
    """Return the moment typed in the reader's zone; nothing typed is ``otherwise``. An offset, if given, counts.

    :raises Invalid: if it is not a date and time.
    """
    if not text.strip():
        return otherwise
    try:
        if not _TYPED.fullmatch(text.strip()):
            raise ValueError("a date and a time")
        typed = datetime.fromisoformat(text.strip())
        aware = typed if typed.tzinfo else typed.replace(tzinfo=reading_zone())
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            _("This is not a date and time."), remedy=_("Enter it like 2026-11-21 14:30, in your own time.")
        ) from error


SUMMER_OF_A_REGION = ", летнее время"
"""What Babel puts behind a region that has no zone's name of its own in Russian, also in winter."""


def time_zone_name() -> str:
    """Return the reader's zone by name, for the head of a column."""
    zone = reading_zone()
    if zone.key in {"UTC", "Etc/UTC"}:  # as a region it is unknown
        return str(get_timezone_name(datetime.now(zone), width="long", locale=get_locale()))
    return str(get_timezone_name(zone, width="long", locale=get_locale())).removesuffix(SUMMER_OF_A_REGION)


def _words(at: datetime, style: str) -> str:
    return _formatted(at.replace(second=0, microsecond=0), style, reading_zone().key, str(get_locale() or "en"))


@lru_cache(maxsize=4096)
def _formatted(at: datetime, style: str, zone: str, locale: str) -> str:
    """Join date and time as the locale joins them; ``short`` leaves the year out, and both leave the seconds out."""
    where, parsed = ZoneInfo(zone), Locale.parse(locale)
    if style == "medium":
        date = format_date(at.astimezone(where), "medium", locale=parsed)
    else:
        date = format_skeleton("MMMd", at, tzinfo=where, locale=parsed)
    time = format_time(at, "short", tzinfo=where, locale=parsed)
    joined = str(parsed.datetime_formats["medium"]).replace("'", "")
    return joined.replace("{0}", time).replace("{1}", date)


def _zone_abbreviation(at: datetime) -> str:
    return str(format_datetime(at, "ZZZZ", tzinfo=reading_zone(), locale=get_locale() or "en"))
