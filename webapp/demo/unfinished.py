"""What lies on the cast's desks when the demo starts: half-written requests, some of them refused as things stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from webapp import drafts, partners
from webapp.demo import problems
from webapp.deployment import Deployment
from webapp.tables.customers import Customer


@dataclass(frozen=True)
class Unfinished:
    """A draft of a member, begun so many minutes ago; ``turn`` is the place of its problem among the product's."""

    member: str
    customer: str
    product: str
    minutes: int
    turn: int


UNFINISHED = (
    # A suspended subscription; a helpdesk agent without a support group (R27); a reseller without a contract (R35).
    Unfinished("fabrikam-admin-agent", "Coho Winery", "azure", 95, 5),
    Unfinished("fabrikam-admin-agent", "Nod Publishers", "microsoft365", 40, 3),
    Unfinished("fabrikam-helpdesk", "Woodgrove Bank", "azure", 65, 3),
    Unfinished("adatum-admin-agent", "School of Fine Art", "dynamics365", 180, 0),
)


def load(session: Session, deployment: Deployment, now: datetime) -> None:
    """Let the cast type them, ``now`` being the present, where the product is sold. Commits each."""
    phrases = problems.read().problems
    for one in UNFINISHED:
        customer = session.exec(select(Customer).where(Customer.name == one.customer)).one()
        viewer = partners.viewer_of(session, partners.member_by_key(session, one.member).id)
        if viewer is None or deployment.plugins.product(customer.cloud, one.product) is None:
            continue
        problem = phrases[one.product][one.turn]
        words = {"title": problem.title, "description": problem.description, "category": problem.category}
        drafts.save(
            session, _at(deployment, now - timedelta(minutes=one.minutes)), viewer, customer, one.product, words
        )


def _at(deployment: Deployment, moment: datetime) -> Deployment:
    return replace(deployment, clock=lambda: moment)
