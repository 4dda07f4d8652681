"""What needs the reader now: clocks, handovers without a number, drafts, and where they worked last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from webapp import drafts
from webapp.permissions import Viewer, customers_of, requests_of
from webapp.request_list import COLUMNS
from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

SHOWN = 8


@dataclass(frozen=True)
class Home:
    """The parts of the page, each the most urgent first."""

    due: Sequence[Row[Any]]
    without_number: Sequence[Row[Any]]
    passed_to_me: Sequence[drafts.Waiting]
    my_drafts: Sequence[drafts.Waiting]
    recent: Sequence[Row[Any]]
    counts: dict[str, int]


def of(session: Session, viewer: Viewer) -> Home:
    """Return what the viewer's partner has to look at."""
    return Home(
        due=_requests(session, viewer, "filed", col(ServiceRequest.due_at).is_(None), col(ServiceRequest.due_at)),
        without_number=_requests(session, viewer, "handed_over", col(ServiceRequest.handed_over_at)),
        passed_to_me=drafts.passed_to(session, viewer),
        my_drafts=drafts.of_viewer(session, viewer),
        recent=_recent_customers(session, viewer),
        counts=_counts(session, viewer),
    )


def _requests(session: Session, viewer: Viewer, state: str, *order: Any) -> Sequence[Row[Any]]:
    statement = (
        select(*COLUMNS, col(ServiceRequest.handed_over_at))
        .outerjoin(Member, col(Member.id) == col(ServiceRequest.owner_id))
        .where(requests_of(viewer), col(ServiceRequest.state) == state)
        .order_by(*order, col(ServiceRequest.id))
        .limit(SHOWN)
    )
    return session.execute(statement).all()


def _recent_customers(session: Session, viewer: Viewer) -> Sequence[Row[Any]]:
    last = func.max(ServiceRequest.created_at).label("last")
    statement = (
        select(col(Customer.id), col(Customer.name), col(Customer.domain), col(Customer.cloud), last)
        .join(ServiceRequest, col(ServiceRequest.customer_id) == col(Customer.id))
        .where(customers_of(viewer), col(ServiceRequest.created_by_id) == viewer.member_id)
        .group_by(col(Customer.id), col(Customer.name), col(Customer.domain), col(Customer.cloud))
        .order_by(last.desc())
        .limit(SHOWN)
    )
    return session.execute(statement).all()


def _counts(session: Session, viewer: Viewer) -> dict[str, int]:
    statement = (
        select(col(ServiceRequest.state), func.count()).where(requests_of(viewer)).group_by(col(ServiceRequest.state))
    )
    return {row[0]: row[1] for row in session.execute(statement)}
