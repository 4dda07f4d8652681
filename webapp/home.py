"""What needs the reader now: clocks, handovers without a number, drafts, refusals, ends, and where they worked last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session, col

from webapp import clocks, drafts, endings, refusals, reseller_access
from webapp.deployment import Deployment
from webapp.endings import Ending
from webapp.permissions import Viewer, customers_of, requests_of
from webapp.request_list import COLUMNS, owned
from webapp.roles import may
from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

SHOWN, RECENT = 8, 5
Whose = Literal["", "me", "me_or_nobody"]


@dataclass(frozen=True)
class Home:
    """The parts of the page, each the most urgent first; ``my_drafts`` are those that are not ``liftable``."""

    whose: Whose
    due: Sequence[clocks.Group]
    without_number: Sequence[Row[Any]]
    liftable: Sequence[refusals.Liftable]
    asked: Sequence[reseller_access.Access]
    endings: Sequence[Ending]
    passed_to_me: Sequence[drafts.Waiting]
    my_drafts: Sequence[drafts.Waiting]
    recent: Sequence[Row[Any]]
    counts: dict[str, int]


def of(session: Session, deployment: Deployment, viewer: Viewer, whose: Whose = "") -> Home:
    """Return what the viewer's partner has to look at; ``whose`` leaves out the requests that others own."""
    now, mine = deployment.now(), drafts.of_viewer(session, viewer)
    which = owned(viewer, whose)
    liftable = refusals.among(session, deployment, viewer, mine)
    refused = {one.waiting.draft.id for one in liftable}
    return Home(
        whose=whose,
        due=clocks.by_urgency(session, viewer, now, which),
        without_number=_handed_over(session, viewer, which),
        liftable=liftable,
        asked=reseller_access.asked_of(session, deployment, viewer) if may(viewer, "manage_access") else (),
        endings=endings.of(session, viewer, now),
        passed_to_me=drafts.passed_to(session, viewer),
        my_drafts=[waiting for waiting in mine if waiting.draft.id not in refused],
        recent=_recent_customers(session, viewer),
        counts=_counts(session, viewer, which),
    )


def _handed_over(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Return what was handed over and has no number, the oldest first."""
    handed_over_at = col(ServiceRequest.handed_over_at)
    statement = (
        select(*COLUMNS, handed_over_at)
        .outerjoin(Member, col(Member.id) == col(ServiceRequest.owner_id))
        .where(requests_of(viewer), which, col(ServiceRequest.state) == "handed_over")
        .order_by(handed_over_at, col(ServiceRequest.id))
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
        .limit(RECENT)
    )
    return session.execute(statement).all()


def _counts(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> dict[str, int]:
    statement = (
        select(col(ServiceRequest.state), func.count())
        .where(requests_of(viewer), which)
        .group_by(col(ServiceRequest.state))
    )
    return {row[0]: row[1] for row in session.execute(statement)}
