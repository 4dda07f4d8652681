"""Figures over weeks: what was asked, whether vendors answered in time, and how long it took to close.

The database counts; a week begins when Monday begins in the reader's zone, so its bounds are passed in as moments and
both engines give the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from webapp.db import epoch_seconds
from webapp.permissions import Viewer, requests_of
from webapp.tables.requests import ServiceRequest
from webapp.weeks import Period

PERIODS = (12, 26, 52)
MOST_SERIES = 6
"""More colours than these nobody tells apart; what is rarer is shown together."""
OTHERS = ""
DAY = timedelta(days=1).total_seconds()


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
class Weekly:
    """Requests per week and product. ``weeks`` are Mondays in the reader's time zone, the last one still going on."""

    weeks: tuple[date, ...]
    by_product: tuple[Series, ...]

    @property
    def total(self) -> int:
        """The number of requests of the period."""
        return sum(series.total for series in self.by_product)


@dataclass(frozen=True)
class Answered:
    """First answers of one product: how many were due, and how many of them came in time."""

    product: str
    due: int
    in_time: int

    @property
    def share(self) -> float:
        """The share that came in time."""
        return self.in_time / self.due


@dataclass(frozen=True)
class Days:
    """How many days requests took from filing to closing: half of them at most ``median``."""

    product: str
    closed: int
    median: float
    longest: float


@dataclass(frozen=True)
class Figures(Weekly):
    """All figures of a period. A first answer counts in the week in which it was due; one that is overdue is late."""

    by_cloud: tuple[Series, ...]
    in_time: tuple[int, ...]
    too_late: tuple[int, ...]
    answered: tuple[Answered, ...]
    days: tuple[Days, ...]
    days_of_all: Days | None

    @property
    def share_in_time(self) -> float | None:
        """The share of first answers that came within the target; ``None`` where none was due."""
        due = sum(one.due for one in self.answered)
        return sum(self.in_time) / due if due else None


def of(
    session: Session, viewer: Viewer, *, now: datetime, zone: ZoneInfo, weeks: int, cloud: str = "", product: str = ""
) -> Figures:
    """Return the figures of the last ``weeks`` weeks over the requests that the viewer may see; three queries."""
    period, which = Period.of(now, zone, weeks), [requests_of(viewer)]
    if cloud:
        which.append(col(ServiceRequest.cloud) == cloud)
    if product:
        which.append(col(ServiceRequest.product) == product)
    asked = _asked(session, period, which)
    answers = _answers(session, period, which)
    days, days_of_all = _days(session, period, which)
    return Figures(
        weeks=period.mondays,
        by_product=_series(((row.product, row.week, row.many) for row in asked), weeks),
        by_cloud=_series(((row.cloud, row.week, row.many) for row in asked), weeks),
        in_time=_by_week(((row.week, row.met) for row in answers), weeks),
        too_late=_by_week(((row.week, row.many - row.met) for row in answers), weeks),
        answered=_by_product(answers),
        days=days,
        days_of_all=days_of_all,
    )


def weekly(session: Session, viewer: Viewer, *, now: datetime, zone: ZoneInfo, weeks: int) -> Weekly:
    """Return how many requests there were a week; one query, which the order of the requests serves."""
    period = Period.of(now, zone, weeks)
    asked = _asked(session, period, [requests_of(viewer)])
    return Weekly(period.mondays, _series(((row.product, row.week, row.many) for row in asked), weeks))


def _asked(session: Session, period: Period, which: Iterable[ColumnElement[bool]]) -> Sequence[Any]:
    """Count what was prepared, by week, cloud and product."""
    prepared: Select[int, str, str] = select(
        period.week(ServiceRequest.created_at).label("week"),
        col(ServiceRequest.cloud).label("cloud"),
        col(ServiceRequest.product).label("product"),
    ).where(*which, period.holds(ServiceRequest.created_at))
    row = prepared.subquery().c
    return session.execute(
        select(row.week, row.cloud, row.product, func.count().label("many")).group_by(row.week, row.cloud, row.product)
    ).all()


def _answers(session: Session, period: Period, which: Iterable[ColumnElement[bool]]) -> Sequence[Any]:
    """Count the first answers that were due, and those of them that came in time, by week and product.

    A request that was closed before its answer was due, and without one, says nothing of the vendor.
    """
    due, came, closed = (col(getattr(ServiceRequest, name)) for name in ("due_at", "answered_at", "closed_at"))
    overdue = and_(due < period.now, or_(closed.is_(None), closed > due))
    decided = select(
        period.week(ServiceRequest.due_at).label("week"),
        col(ServiceRequest.product).label("product"),
        case((came <= due, 1), else_=0).label("met"),
    ).where(*which, period.holds(ServiceRequest.due_at), or_(came.is_not(None), overdue))
    row = decided.subquery().c
    return session.execute(
        select(row.week, row.product, func.sum(row.met).label("met"), func.count().label("many")).group_by(
            row.week, row.product
        )
    ).all()


def _days(
    session: Session, period: Period, which: Iterable[ColumnElement[bool]]
) -> tuple[tuple[Days, ...], Days | None]:
    """Return how long closing took, by product and over everything: the middle of the row, or of its two middles."""
    took = epoch_seconds(ServiceRequest.closed_at) - epoch_seconds(ServiceRequest.filed_at)
    one = (
        select(col(ServiceRequest.product).label("product"), took.label("took"))
        .where(*which, period.holds(ServiceRequest.closed_at), col(ServiceRequest.filed_at).is_not(None))
        .subquery()
        .c
    )
    row = select(
        one.product,
        one.took,
        _middle(one.took, partition_by=one.product).label("middle"),
        _middle(one.took).label("middle_of_all"),
    )
    of_row = row.subquery().c
    found = session.execute(
        select(
            of_row.product,
            func.count().label("many"),
            func.avg(of_row.middle).label("middle"),
            func.max(of_row.took).label("longest"),
            func.sum(of_row.middle_of_all).label("middles"),
            func.count(of_row.middle_of_all).label("of_middles"),
        )
        .group_by(of_row.product)
        .order_by(func.count().desc(), of_row.product)
    ).all()
    days = tuple(Days(row.product, row.many, float(row.middle) / DAY, row.longest / DAY) for row in found)
    middles = float(sum(row.middles or 0 for row in found)) / max(1, sum(row.of_middles for row in found))
    longest = max((one.longest for one in days), default=0.0)
    return days, Days("", sum(one.closed for one in days), middles / DAY, longest) if days else None


def _middle(took: Any, **window: Any) -> ColumnElement[int]:
    """Keep the value that stands in the middle of its row, or the two that do; else ``NULL``."""
    place, many = func.row_number().over(order_by=took, **window), func.count().over(**window)
    return case((place.in_([(many + 1) // 2, (many + 2) // 2]), took))


def _series(found: Iterable[tuple[str, int, int]], weeks: int) -> tuple[Series, ...]:
    """Return a series for each of the most frequent keys, and one for the rest."""
    counts = Counter[tuple[str, int]]()
    for key, week, many in found:
        counts[key, week] += many
    totals = Counter[str]()
    for (key, _week), many in counts.items():
        totals[key] += many
    ranked = sorted(totals, key=lambda key: (-totals[key], key))
    shown = ranked if len(ranked) <= MOST_SERIES else ranked[: MOST_SERIES - 1]
    series = [Series(key, tuple(counts[key, week] for week in range(weeks))) for key in shown]
    rest = ranked[len(shown) :]
    others = tuple(sum(counts[key, week] for key in rest) for week in range(weeks))
    return (*series, Series(OTHERS, others)) if rest else tuple(series)


def _by_week(found: Iterable[tuple[int, int]], weeks: int) -> tuple[int, ...]:
    counts = Counter[int]()
    for week, many in found:
        counts[week] += many
    return tuple(counts[week] for week in range(weeks))


def _by_product(answers: Iterable[Any]) -> tuple[Answered, ...]:
    due, met = Counter[str](), Counter[str]()
    for row in answers:
        due[row.product] += row.many
        met[row.product] += row.met
    return tuple(Answered(key, due[key], met[key]) for key in sorted(due, key=lambda key: (-due[key], key)))
