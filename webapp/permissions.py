"""Who may see what: the conditions that every query of customers and requests carries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import Draft, ServiceRequest


@dataclass(frozen=True)
class Viewer:
    """The signed-in member, the partner they work for, and the network address they come from, for the audit trail.

    ``operator``: that partner runs this deployment.
    """

    member: Member
    partner: Partner
    address: str = ""
    operator: bool = False

    @property
    def member_id(self) -> int:
        """The member's row."""
        return self.member.id

    @property
    def partner_id(self) -> int:
        """The partner's row."""
        return self.partner.id


def customers_of(viewer: Viewer) -> ColumnElement[bool]:
    """Select the customers the viewer's partner sells to, provides to through a reseller, or serves as the reseller."""
    mine = viewer.partner_id
    return or_(col(Customer.partner_id) == mine, col(Customer.reseller_id) == mine)


def requests_of(viewer: Viewer) -> ColumnElement[bool]:
    """Select the requests the viewer's partner filed, those of its resellers, and those it follows.

    Who followed a provider's request sees it while the customer is theirs: another reseller may have come meanwhile.
    """
    mine = viewer.partner_id
    provided = select(Customer.id).where(col(Customer.partner_id) == mine)
    served = select(Customer.id).where(customers_of(viewer))
    return or_(
        col(ServiceRequest.partner_id) == mine,
        and_(col(ServiceRequest.follower_id) == mine, col(ServiceRequest.customer_id).in_(served)),
        col(ServiceRequest.customer_id).in_(provided),
    )


def drafts_of(viewer: Viewer) -> ColumnElement[bool]:
    """Select the viewer's own drafts, for customers that are still the viewer's."""
    return and_(col(Draft.member_id) == viewer.member_id, _for_own_customers(viewer))


def drafts_passed_to(viewer: Viewer) -> ColumnElement[bool]:
    """Select the drafts that wait for the viewer, or for anyone of the viewer's partner, and nobody has taken."""
    return and_(
        col(Draft.member_id).is_(None),
        or_(
            col(Draft.to_member_id) == viewer.member_id,
            and_(col(Draft.to_member_id).is_(None), col(Draft.to_partner_id) == viewer.partner_id),
        ),
        _for_own_customers(viewer),
    )


def _for_own_customers(viewer: Viewer) -> ColumnElement[bool]:
    return col(Draft.customer_id).in_(select(Customer.id).where(customers_of(viewer)))
