"""The hours in which a desk is staffed, and time counted in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

from webapp.contracts.responses import StaffedHours
from webapp.i18n import LazyText, _

WEEKDAYS = (0, 1, 2, 3, 4)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
CATEGORIES: Mapping[str, tuple[str, ...]] = {"SE": ("public", "de_facto")}
"""What counts as a public holiday: Sweden's Midsummer, Christmas and New Year's Eve are holidays by custom only."""


@dataclass(frozen=True)
class Desk:
    """Whose hours count: ``time_zone`` where the hours name none, ``country`` for its public holidays.

    ``overrides`` are dates by country, where the calendar is wrong or not yet announced (China's make-up days are
    announced late each year): ``2027-02-15`` closes, ``+2027-02-20`` opens.
    """

    staffed: StaffedHours
    country: str
    time_zone: str
    overrides: Mapping[str, Sequence[str]]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the hours are read."""
        return ZoneInfo(self.staffed.time_zone or self.time_zone)

    @property
    def closes_on_holidays(self) -> bool:
        """Say whether any public holiday is known, and closes the desk."""
        return self.staffed.holidays and (_has_calendar(self.country) or self.country in self.overrides)


def is_staffed(day: date, desk: Desk) -> bool:
    """Say whether the desk opens on ``day``; a make-up workday opens it, a public holiday closes it."""
    usual = day.weekday() in desk.staffed.days
    if not desk.staffed.holidays:
        return usual
    overrides = desk.overrides.get(desk.country, ())
    if f"+{day.isoformat()}" in overrides:
        return True
    if day.isoformat() in overrides:
        return False
    calendar = _calendar(desk.country, day.year)
    return day not in calendar.closed if usual else day in calendar.opened


def add_staffed_minutes(moment: datetime, minutes: int, desk: Desk) -> datetime:
    """Return when ``minutes`` of staffed time have passed since ``moment``, in UTC.

    Summed in UTC, so that a change of the clock makes no staffed hour longer or shorter.
    """
    start, left = moment.astimezone(UTC), timedelta(minutes=minutes)
    for opens, closes in _windows(moment, desk):
        begin = max(opens, start)
        if begin + left <= closes:
            return begin + left
        left -= max(closes - begin, timedelta(0))
    raise OverflowError("the calendar ends before the time is up")


def _windows(moment: datetime, desk: Desk) -> Iterator[tuple[datetime, datetime]]:
    """Yield the staffed time of each day in UTC, from the local day of ``moment`` on."""
    day = moment.astimezone(desk.zone).date()
    while day < date.max:
        if is_staffed(day, desk):
            yield _in_utc(day, desk.staffed.opens, desk.zone), _in_utc(day, desk.staffed.closes, desk.zone)
        day += timedelta(days=1)


def _in_utc(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return ``minutes`` after midnight on the wall clock of ``zone``; 1440 is the next midnight."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


class _Year(NamedTuple):
    """The days of a year on which a country does otherwise than the weekday says."""

    closed: frozenset[date]
    opened: frozenset[date]


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


def _has_calendar(country: str) -> bool:
    return country in _countries()


@lru_cache(maxsize=512)
def _calendar(country: str, year: int) -> _Year:
    """Return a country's year, empty where no calendar is known; the library takes half a second to load."""
    if not _has_calendar(country):
        return _Year(frozenset(), frozenset())
    found = holidays.country_holidays(country, years=year, categories=CATEGORIES.get(country))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    opened = (day for day in days if day.year == year and found.is_weekend(day) and found.is_working_day(day))
    return _Year(frozenset(day for day in found if day.year == year), frozenset(opened))


def in_words(desk: Desk) -> LazyText:
    """Return the sentence that says when the desk is staffed."""
    days, zone = tuple(sorted(set(desk.staffed.days))), desk.zone.key
    hours = f"{_clock(desk.staffed.opens)}–{_clock(desk.staffed.closes)}"
    if desk.closes_on_holidays:
        return _hours_but_holidays(days, hours, zone)
    if days == WEEKDAYS:
        return _("Staffed hours are Monday to Friday, %(hours)s (%(zone)s).", hours=hours, zone=zone)
    if days == EVERY_DAY:
        return _("Staffed hours are every day, %(hours)s (%(zone)s).", hours=hours, zone=zone)
    return _("Staffed hours are %(hours)s (%(zone)s), on the days set.", hours=hours, zone=zone)


def _hours_but_holidays(days: tuple[int, ...], hours: str, zone: str) -> LazyText:
    if days == WEEKDAYS:
        return _(
            "Staffed hours are Monday to Friday, %(hours)s (%(zone)s), except on public holidays.",
            hours=hours,
            zone=zone,
        )
    if days == EVERY_DAY:
        return _(
            "Staffed hours are every day, %(hours)s (%(zone)s), except on public holidays.", hours=hours, zone=zone
        )
    return _(
        "Staffed hours are %(hours)s (%(zone)s), on the days set, except on public holidays.", hours=hours, zone=zone
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
