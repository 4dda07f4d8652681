"""Figures over weeks: what was asked, whether vendors answered in time, and how long it took to close.

The database counts; a week begins when Monday begins in the reader's zone, so its bounds are passed in as moments and
both engines give the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlmodel import Session, col

from webapp.db import epoch_seconds
from webapp.permissions import Viewer, requests_of
from webapp.tables.requests import ServiceRequest

PERIODS = (12, 26, 52)
MOST_SERIES = 6
"""More colours than these nobody tells apart; what is rarer is shown together."""
OTHERS = ""
EVERYTHING = ""
DAY = timedelta(days=1).total_seconds()


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
class Figures:
    """All figures of a period. A first answer counts in the week in which it was due; one that is overdue is late."""

    weeks: tuple[date, ...]
    by_product: tuple[Series, ...]
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

    @property
    def total(self) -> int:
        """The number of requests of the period."""
        return sum(series.total for series in self.by_product)


def of(
    session: Session, viewer: Viewer, *, now: datetime, zone: ZoneInfo, weeks: int, cloud: str = "", product: str = ""
) -> Figures:
    """Return the figures of the last ``weeks`` weeks over the requests that the viewer may see; three queries."""
    period = Period.of(now, zone, weeks)
    which = [requests_of(viewer)]
    if cloud:
        which.append(col(ServiceRequest.cloud) == cloud)
    if product:
        which.append(col(ServiceRequest.product) == product)
    asked = _asked(session, period, which)
    answers = _answers(session, period, which)
    days = _days(session, period, which)
    return Figures(
        weeks=period.mondays,
        by_product=_series(((row.product, row.week, row.many) for row in asked), weeks),
        by_cloud=_series(((row.cloud, row.week, row.many) for row in asked), weeks),
        in_time=_by_week(((row.week, row.met) for row in answers), weeks),
        too_late=_by_week(((row.week, row.many - row.met) for row in answers), weeks),
        answered=_by_product(answers),
        days=tuple(one for one in days if one.product != EVERYTHING),
        days_of_all=next((one for one in days if one.product == EVERYTHING), None),
    )


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
    """Count the first answers that were due, and those of them that came in time, by week and product."""
    due, came = col(ServiceRequest.due_at), col(ServiceRequest.answered_at)
    decided = select(
        period.week(ServiceRequest.due_at).label("week"),
        col(ServiceRequest.product).label("product"),
        case((came <= due, 1), else_=0).label("met"),
    ).where(*which, period.holds(ServiceRequest.due_at), or_(came.is_not(None), due < period.now))
    row = decided.subquery().c
    return session.execute(
        select(row.week, row.product, func.sum(row.met).label("met"), func.count().label("many")).group_by(
            row.week, row.product
        )
    ).all()


def _days(session: Session, period: Period, which: Iterable[ColumnElement[bool]]) -> list[Days]:
    """Return how long closing took, by product and over everything: the middle of the row, or of its two middles."""
    took = epoch_seconds(ServiceRequest.closed_at) - epoch_seconds(ServiceRequest.filed_at)
    closed = (
        select(col(ServiceRequest.product).label("product"), took.label("took"))
        .where(*which, period.holds(ServiceRequest.closed_at), col(ServiceRequest.filed_at).is_not(None))
        .subquery()
        .c
    )
    each, everything = select(closed.product, closed.took), select(literal(EVERYTHING).label("product"), closed.took)
    one = union_all(each, everything).subquery().c
    place = func.row_number().over(partition_by=one.product, order_by=one.took).label("place")
    many = func.count().over(partition_by=one.product).label("many")
    row = select(one.product, one.took, place, many).subquery().c
    middle = case((row.place.in_([(row.many + 1) // 2, (row.many + 2) // 2]), row.took))
    found = session.execute(
        select(row.product, row.many, func.avg(middle).label("middle"), func.max(row.took).label("longest"))
        .group_by(row.product, row.many)
        .order_by(row.many.desc(), row.product)
    )
    return [Days(row.product, row.many, float(row.middle) / DAY, row.longest / DAY) for row in found]


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
