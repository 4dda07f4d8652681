"""The clocks that run, by urgency: late, in their last hour, later; and how many of one's own are urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlmodel import Session, col

from webapp.permissions import Viewer, requests_of
from webapp.request_list import COLUMNS, owned
from webapp.response_clock import SOON, ClockState
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

SHOWN = 6
COUNTED_UP_TO = 99
URGENCY: tuple[ClockState, ...] = ("late", "soon", "waiting")


@dataclass(frozen=True)
class Group:
    """The clocks that stand alike: how many there are, and the first to run out."""

    state: ClockState
    many: int
    rows: Sequence[Row[Any]]


@dataclass(frozen=True)
class Alert:
    """What every page tells of the clocks: how many are late or in their last hour."""

    urgent: int


def by_urgency(session: Session, viewer: Viewer, now: datetime, which: ColumnElement[bool]) -> list[Group]:
    """Return the running clocks among ``which``; many that are late bury none that is soon."""
    due, number = col(ServiceRequest.due_at), col(ServiceRequest.id)
    urgency = case((due < now, 0), (due <= now + SOON, 1), else_=2)
    running = (
        select(
            number.label("id"),
            urgency.label("urgency"),
            func.row_number().over(partition_by=urgency, order_by=(due, number)).label("place"),
            func.count().over(partition_by=urgency).label("many"),
        )
        .where(requests_of(viewer), which, _running())
        .subquery()
    )
    shown = and_(running.c.id == number, running.c.place <= SHOWN)
    statement = (
        select(*COLUMNS, running.c.urgency, running.c.many)
        .join(running, shown)
        .outerjoin(Member, col(Member.id) == col(ServiceRequest.owner_id))
        .order_by(running.c.urgency, due, number)
    )
    rows = session.execute(statement).all()
    found = [(state, [row for row in rows if row.urgency == place]) for place, state in enumerate(URGENCY)]
    return [Group(state, some[0].many, some) for state, some in found if some]


def alert(session: Session, viewer: Viewer, now: datetime) -> Alert:
    """Return it for the viewer's own requests and those nobody owns; the count stops at 99."""
    mine = owned(viewer, "me_or_nobody")
    soon = col(ServiceRequest.due_at) <= now + SOON
    urgent = select(col(ServiceRequest.id)).where(requests_of(viewer), mine, _running(), soon).limit(COUNTED_UP_TO)
    return Alert(len(session.execute(urgent).all()))


def _running() -> ColumnElement[bool]:
    return (col(ServiceRequest.state) == "filed") & col(ServiceRequest.due_at).is_not(None)
