"""Figures over weeks: what was asked, whether vendors answered in time, and how long it took to close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlmodel import Session, col

from webapp.permissions import Viewer, requests_of
from webapp.tables.requests import ServiceRequest

PERIODS = (12, 26, 52)
MOST_SERIES = 6
"""More colours than these nobody tells apart; what is rarer is shown together."""
OTHERS = ""
COLUMNS: tuple[Any, ...] = (
    ServiceRequest.created_at,
    ServiceRequest.cloud,
    ServiceRequest.product,
    ServiceRequest.filed_at,
    ServiceRequest.due_at,
    ServiceRequest.answered_at,
    ServiceRequest.closed_at,
)


@dataclass(frozen=True)
class Series:
    """One part of each week's bar; ``key`` is a product's or a cloud's, empty for all the rarer ones together."""

    key: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All weeks together."""
        return sum(self.counts)


@dataclass(frozen=True)
class Days:
    """How many days requests for a product took from filing to closing: half of them at most ``median``."""

    product: str
    closed: int
    median: float
    longest: float


@dataclass(frozen=True)
class Figures:
    """All figures of a period. ``weeks`` are Mondays in the reader's time zone, the last one still going on."""

    weeks: tuple[date, ...]
    by_product: tuple[Series, ...]
    by_cloud: tuple[Series, ...]
    in_time: tuple[int, ...]
    too_late: tuple[int, ...]
    days: tuple[Days, ...]

    @property
    def share_in_time(self) -> float | None:
        """The share of first answers that came within the target; ``None`` where there was none."""
        answered = sum(self.in_time) + sum(self.too_late)
        return sum(self.in_time) / answered if answered else None

    @property
    def total(self) -> int:
        """The number of requests of the period."""
        return sum(series.total for series in self.by_product)


def of(
    session: Session, viewer: Viewer, *, now: datetime, zone: ZoneInfo, weeks: int, cloud: str = "", product: str = ""
) -> Figures:
    """Return the figures of the last ``weeks`` weeks over the requests that the viewer may see."""
    mondays = _mondays(now.astimezone(zone).date(), weeks)
    start = datetime.combine(mondays[0], datetime.min.time(), zone)
    rows = _rows(session, viewer, start, cloud, product)
    place = {monday: number for number, monday in enumerate(mondays)}

    def week(at: datetime) -> int | None:
        return place.get(_monday(at.astimezone(zone).date()))

    answered = [
        (week(row.answered_at), row.answered_at <= row.due_at) for row in rows if row.answered_at and row.due_at
    ]
    return Figures(
        weeks=tuple(mondays),
        by_product=_series(((row.product, week(row.created_at)) for row in rows), weeks),
        by_cloud=_series(((row.cloud, week(row.created_at)) for row in rows), weeks),
        in_time=_counted((at for at, met in answered if met), weeks),
        too_late=_counted((at for at, met in answered if not met), weeks),
        days=_days([row for row in rows if row.closed_at and row.filed_at and week(row.closed_at) is not None]),
    )


def _rows(session: Session, viewer: Viewer, start: datetime, cloud: str, product: str) -> Sequence[Row[Any]]:
    """Return what was prepared, answered or closed since ``start``."""
    since = [col(column) >= start for column in (ServiceRequest.created_at, ServiceRequest.answered_at)]
    statement = select(*COLUMNS).where(
        requests_of(viewer), since[0] | since[1] | (col(ServiceRequest.closed_at) >= start)
    )
    if cloud:
        statement = statement.where(col(ServiceRequest.cloud) == cloud)
    if product:
        statement = statement.where(col(ServiceRequest.product) == product)
    return session.execute(statement).all()


def _mondays(today: date, weeks: int) -> list[date]:
    this = _monday(today)
    return [this - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _counted(found: Iterable[int | None], weeks: int) -> tuple[int, ...]:
    counts = Counter(found)
    return tuple(counts[number] for number in range(weeks))


def _series(found: Iterable[tuple[str, int | None]], weeks: int) -> tuple[Series, ...]:
    """Return a series for each of the most frequent keys, and one for the rest."""
    by_key: Mapping[str, list[int | None]] = defaultdict(list)
    for key, number in found:
        if number is not None:
            by_key[key].append(number)
    ranked = sorted(by_key, key=lambda key: (-len(by_key[key]), key))
    shown = ranked if len(ranked) <= MOST_SERIES else ranked[: MOST_SERIES - 1]
    series = [Series(key, _counted(by_key[key], weeks)) for key in shown]
    rest = [number for key in ranked[len(shown) :] for number in by_key[key]]
    return (*series, Series(OTHERS, _counted(rest, weeks))) if rest else tuple(series)


def _days(rows: Sequence[Row[Any]]) -> tuple[Days, ...]:
    by_product: Mapping[str, list[float]] = defaultdict(list)
    for row in rows:
        by_product[row.product].append((row.closed_at - row.filed_at) / timedelta(days=1))
    return tuple(
        Days(key, len(took), median(took), max(took))
        for key, took in sorted(by_product.items(), key=lambda item: (-len(item[1]), item[0]))
    )
