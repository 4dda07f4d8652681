"""Weeks up to now: they begin when Monday begins for the reader, so the database is given their bounds as moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col


@dataclass(frozen=True)
class Period:
    """So many weeks up to now, by their Mondays in the reader's zone; the last one is still going on."""

    mondays: tuple[date, ...]
    zone: ZoneInfo
    now: datetime

    @classmethod
    def of(cls, now: datetime, zone: ZoneInfo, weeks: int) -> Period:
        """Return the period that ends with the present week."""
        today = now.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        return cls(tuple(monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)), zone, now)

    @property
    def starts(self) -> list[datetime]:
        """When each week begins, and when the last one ends."""
        days = [*self.mondays, self.mondays[-1] + timedelta(weeks=1)]
        return [datetime.combine(day, datetime.min.time(), self.zone).astimezone(UTC) for day in days]

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Select what happened in the period."""
        return and_(col(column) >= self.starts[0], col(column) < self.starts[-1])

    def week(self, column: Any) -> ColumnElement[int]:
        """Return the number of the week of a moment in the period, from 0."""
        return case(*((col(column) < end, number) for number, end in enumerate(self.starts[1:])))
