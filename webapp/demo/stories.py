"""When each example request was prepared, by whom, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OLD = 150
DAYS = 90

FILERS = {
    "fabrikam-admin-agent": 40,
    "fabrikam-global-admin": 16,
    "fabrikam-helpdesk": 16,
    "fabrikam-sales": 5,
    "northwind-admin-agent": 7,
    "adatum-admin-agent": 7,
    "lantian-admin-agent": 5,
    "trey-admin-agent": 4,
}
"""Who prepares requests, and how many of a hundred."""

ENDS = {"closed": 66, "solved": 14, "answered": 13, "handed_over": 4, "ready": 3}
"""How far requests of earlier days have come, of a hundred."""


@dataclass(frozen=True)
class Story:
    """One request: ``state`` is the last it reaches; ``severity`` empty = any, of whatever category."""

    filer: str
    prepared_at: datetime
    state: str
    severity: str = ""


_RUNNING = (
    # Due are A after two hours, B after four, C after eight, from ten minutes after they were prepared.
    ("fabrikam-admin-agent", 195, "filed", "A"),
    ("fabrikam-helpdesk", 290, "filed", "B"),
    ("fabrikam-admin-agent", 90, "filed", "A"),
    ("fabrikam-admin-agent", 215, "filed", "B"),
    ("fabrikam-global-admin", 455, "filed", "C"),
    ("fabrikam-admin-agent", 30, "filed", "A"),
    ("fabrikam-admin-agent", 75, "filed", "B"),
    ("fabrikam-helpdesk", 50, "filed", "B"),
    ("fabrikam-global-admin", 160, "filed", "C"),
    ("fabrikam-admin-agent", 240, "filed", "C"),
    ("northwind-admin-agent", 70, "filed", "B"),
    ("adatum-admin-agent", 120, "filed", "C"),
    ("lantian-admin-agent", 150, "filed", "B"),
    ("trey-admin-agent", 45, "filed", "C"),
    ("fabrikam-admin-agent", 130, "answered", "A"),
    ("fabrikam-global-admin", 310, "answered", "B"),
    ("fabrikam-admin-agent", 25, "handed_over", ""),
    ("fabrikam-admin-agent", 170, "handed_over", ""),
    ("fabrikam-helpdesk", 26 * 60, "handed_over", ""),
    ("fabrikam-admin-agent", 50 * 60, "handed_over", ""),
    ("northwind-admin-agent", 200, "handed_over", ""),
    ("adatum-admin-agent", 28 * 60, "handed_over", ""),
    ("lantian-admin-agent", 100, "handed_over", ""),
    ("trey-admin-agent", 180, "handed_over", ""),
    ("fabrikam-admin-agent", 8, "ready", ""),
    ("fabrikam-admin-agent", 140, "ready", ""),
    ("fabrikam-global-admin", 55, "ready", ""),
    ("adatum-admin-agent", 20, "ready", ""),
)
"""What is going on while the demo starts: filer, minutes since it was prepared, state, severity."""


def all_of(rng: Random, now: datetime, zones: dict[str, str]) -> list[Story]:
    """Return every story, the oldest first; ``zones`` are the filers' time zones."""
    running = [
        Story(filer, now - timedelta(minutes=minutes), state, severity) for filer, minutes, state, severity in _RUNNING
    ]
    return sorted((*_earlier(rng, now, zones), *running), key=lambda story: story.prepared_at)


def _earlier(rng: Random, now: datetime, zones: dict[str, str]) -> Iterator[Story]:
    for _unused in range(OLD):
        (filer,) = rng.choices(tuple(FILERS), tuple(FILERS.values()))
        (state,) = rng.choices(tuple(ENDS), tuple(ENDS.values()))
        days = 4 + int((DAYS - 4) * rng.random() ** 1.3)
        yield Story(filer, _working_moment(rng, now - timedelta(days=days), ZoneInfo(zones[filer])), state)


def _working_moment(rng: Random, moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment in working hours of that day, or of the Friday before it."""
    day = moment.astimezone(zone).date()
    day -= timedelta(days=max(0, day.weekday() - 4))
    return datetime.combine(day, time(rng.randrange(8, 16), rng.randrange(60)), tzinfo=zone)
