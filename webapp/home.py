"""What needs the reader now: clocks, handovers without a number, drafts, refusals, ends, and where they worked last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlmodel import Session, col

from webapp import drafts, endings, intake, reseller_access
from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Check
from webapp.contracts.products import Product
from webapp.deployment import Deployment
from webapp.endings import Ending
from webapp.permissions import Viewer, customers_of, requests_of
from webapp.request_list import COLUMNS
from webapp.response_clock import SOON, ClockState, state_of
from webapp.roles import may
from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

SHOWN = 8
DUE_SHOWN = 12
COUNTED_UP_TO = 99
URGENCY: tuple[ClockState, ...] = ("late", "soon", "waiting")
Whose = Literal["all", "me"]


@dataclass(frozen=True)
class Liftable:
    """A draft that is refused as it stands, and the checks that somebody can lift: the first failed ones."""

    waiting: drafts.Waiting
    cloud: Cloud
    product: Product
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Home:
    """The parts of the page, each the most urgent first; ``due`` is grouped by how a clock stands."""

    whose: Whose
    due: Sequence[tuple[ClockState, Sequence[Row[Any]]]]
    without_number: Sequence[Row[Any]]
    liftable: Sequence[Liftable]
    asked: Sequence[reseller_access.Access]
    endings: Sequence[Ending]
    passed_to_me: Sequence[drafts.Waiting]
    my_drafts: Sequence[drafts.Waiting]
    recent: Sequence[Row[Any]]
    counts: dict[str, int]


def of(session: Session, deployment: Deployment, viewer: Viewer, whose: Whose = "all") -> Home:
    """Return what the viewer's partner has to look at; ``me`` leaves out the requests that others own."""
    now, mine = deployment.now(), drafts.of_viewer(session, viewer)
    owned = col(ServiceRequest.owner_id) == viewer.member_id if whose == "me" else true()
    filed = owned & (col(ServiceRequest.state) == "filed") & col(ServiceRequest.due_at).is_not(None)
    handed_over = owned & (col(ServiceRequest.state) == "handed_over")
    return Home(
        whose=whose,
        due=_by_urgency(_requests(session, viewer, filed, col(ServiceRequest.due_at), DUE_SHOWN), now),
        without_number=_requests(session, viewer, handed_over, col(ServiceRequest.handed_over_at), SHOWN),
        liftable=list(_liftable(session, deployment, viewer, mine)),
        asked=reseller_access.asked_of(session, deployment, viewer) if may(viewer, "manage_access") else (),
        endings=endings.of(session, viewer, now),
        passed_to_me=drafts.passed_to(session, viewer),
        my_drafts=mine,
        recent=_recent_customers(session, viewer),
        counts=_counts(session, viewer, owned),
    )


@dataclass(frozen=True)
class Alert:
    """What every page tells of the clocks: how many are late or in their last hour, and when the next comes to it."""

    urgent: int
    next_at: datetime | None


def alert(session: Session, viewer: Viewer, now: datetime) -> Alert:
    """Return it for the viewer's own requests and those nobody owns; the count stops at 99."""
    mine = col(ServiceRequest.owner_id).is_(None) | (col(ServiceRequest.owner_id) == viewer.member_id)
    running = requests_of(viewer) & mine & (col(ServiceRequest.state) == "filed")
    due = col(ServiceRequest.due_at)
    urgent = select(col(ServiceRequest.id)).where(running, due <= now + SOON).limit(COUNTED_UP_TO)
    following = session.execute(select(func.min(due)).where(running, due > now + SOON)).scalar()
    return Alert(len(session.execute(urgent).all()), following - SOON if following else None)


def _by_urgency(rows: Sequence[Row[Any]], now: datetime) -> Sequence[tuple[ClockState, Sequence[Row[Any]]]]:
    groups: dict[ClockState, list[Row[Any]]] = {state: [] for state in URGENCY}
    for row in rows:
        groups[state_of(row.due_at, now=now, answered_at=None)].append(row)
    return [(state, found) for state, found in groups.items() if found]


def _liftable(
    session: Session, deployment: Deployment, viewer: Viewer, mine: Sequence[drafts.Waiting]
) -> Iterator[Liftable]:
    """Yield the drafts that are refused where a check names a page of ours, or a person, that can change it."""
    for waiting in mine[:SHOWN]:
        cloud = deployment.plugins.clouds.get(waiting.customer.cloud)
        product = deployment.plugins.product(waiting.customer.cloud, waiting.draft.product)
        if cloud is None or product is None:
            continue
        entitlement = intake.read(
            session, deployment, viewer, waiting.customer, product, waiting.draft.fields
        ).entitlement
        failed = tuple(check for check in entitlement.checks if check.outcome == "fail" and check.remedy)
        if any(check.remedy and check.remedy.action for check in failed):
            yield Liftable(waiting, cloud, product, failed)


def _requests(
    session: Session, viewer: Viewer, which: ColumnElement[bool], order: Any, limit: int
) -> Sequence[Row[Any]]:
    statement = (
        select(*COLUMNS, col(ServiceRequest.handed_over_at))
        .outerjoin(Member, col(Member.id) == col(ServiceRequest.owner_id))
        .where(requests_of(viewer), which)
        .order_by(order, col(ServiceRequest.id))
        .limit(limit)
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


def _counts(session: Session, viewer: Viewer, owned: ColumnElement[bool]) -> dict[str, int]:
    statement = (
        select(col(ServiceRequest.state), func.count())
        .where(requests_of(viewer), owned)
        .group_by(col(ServiceRequest.state))
    )
    return {row[0]: row[1] for row in session.execute(statement)}
