"""How resellers stand with their customers' Azure, which only the provider can open to them, and its history (R26)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, func, select

from webapp import customers
from webapp.customers import Found
from webapp.deployment import Deployment
from webapp.errors import Conflict
from webapp.i18n import LazyText, _
from webapp.permissions import Viewer
from webapp.tables.customers import AccessEvent, AzureAccess, Customer
from webapp.tables.partners import Member, Partner

Standing = Literal["granted", "limited", "ended", "none"]


@dataclass(frozen=True)
class Access:
    """How a reseller stands with one customer's Azure; ``asked`` = its last question has no answer yet."""

    customer: Customer
    provider: str
    reseller: str
    standing: Standing
    since: date | None
    until: date | None
    asked: bool


def listed(
    session: Session, deployment: Deployment, viewer: Viewer, query: str, after: str
) -> tuple[Found, list[Access]]:
    """Return a page of the customers that a reseller of the viewer's serves, or that the viewer serves as one."""
    size = deployment.settings.page_size
    found = customers.search_customers(
        session, viewer, query, after=after, size=size, only=col(Customer.reseller_id).is_not(None)
    )
    ids = [row.id for row in found.rows]
    rows = {row.id: row for row in session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    return found, _standings(session, [rows[key] for key in ids if key in rows], deployment.now().date())


def of_customer(session: Session, deployment: Deployment, customer: Customer) -> Access:
    """Return how the customer's reseller stands.

    :raises Conflict: if the customer buys through no reseller.
    """
    if customer.reseller_id is None:
        raise Conflict(
            _("%(customer)s buys through no reseller, so there is nobody to give access to.", customer=customer.name),
            remedy=_("Record its reseller on the customer's page first."),
        )
    return _standings(session, [customer], deployment.now().date())[0]


def asked_of(session: Session, deployment: Deployment, viewer: Viewer) -> list[Access]:
    """Return the customers whose reseller asked the viewer's partner and got no answer yet, at most eight."""
    customer, reseller = col(AccessEvent.customer_id), col(AccessEvent.reseller_id)
    mine = AccessEvent.provider_id == viewer.partner_id
    last = select(func.max(AccessEvent.id)).where(mine).group_by(customer, reseller).scalar_subquery()
    statement = (
        select(Customer)
        .join(AccessEvent, customer == col(Customer.id))
        .where(col(AccessEvent.id).in_(last), AccessEvent.kind == "asked", reseller == col(Customer.reseller_id))
        .where(mine, Customer.partner_id == viewer.partner_id)
        .order_by(col(AccessEvent.at))
        .limit(8)
    )
    return _standings(session, session.exec(statement).all(), deployment.now().date())


def history(session: Session, customer: Customer) -> Sequence[tuple[AccessEvent, str | None]]:
    """Return what happened between the customer's provider and its present reseller, the newest first, with names."""
    statement = (
        select(AccessEvent, Member.name)
        .outerjoin(Member, col(Member.id) == col(AccessEvent.member_id))
        .where(
            AccessEvent.customer_id == customer.id,
            AccessEvent.provider_id == customer.partner_id,
            AccessEvent.reseller_id == customer.reseller_id,
        )
        .order_by(col(AccessEvent.id).desc())
        .limit(200)
    )
    return session.exec(statement).all()


def letter(viewer: Viewer, provider: str, customer: Customer) -> LazyText:
    """Return the words in which a reseller asks its provider for access (R26)."""
    return _(
        "Hello %(provider)s,\n\nplease give us access to the Azure account of our customer %(customer)s, so that we "
        "can file support requests for it.\n\nDomain: %(domain)s\nTenant id: %(tenant)s\n\nIf you would rather file "
        "this one yourself, tell us: we will pass the draft to you.\n\n%(name)s, %(partner)s",
        provider=provider,
        customer=customer.name,
        domain=customer.domain,
        tenant=customer.tenant_id,
        name=viewer.member.name,
        partner=viewer.partner.name,
    )


def _standings(session: Session, rows: Sequence[Customer], today: date) -> list[Access]:
    names = _names(session, {row.partner_id for row in rows} | {row.reseller_id or 0 for row in rows})
    grants, asked = _grants(session, rows), _asked(session, rows)
    found = []
    for row in rows:
        grant = grants.get((row.id, row.reseller_id or 0))
        found.append(
            Access(
                customer=row,
                provider=names.get(row.partner_id, ""),
                reseller=names.get(row.reseller_id or 0, ""),
                standing=standing_of(grant, today),
                since=grant.since if grant else None,
                until=grant.until if grant else None,
                asked=(row.id, row.reseller_id or 0) in asked,
            )
        )
    return found


def standing_of(grant: AzureAccess | None, today: date) -> Standing:
    """Say what a grant is worth on ``today``; both its days are included, as in the rules."""
    if grant is None:
        return "none"
    if grant.until is not None and grant.until < today:
        return "ended"
    return "granted" if grant.until is None else "limited"


def _names(session: Session, ids: Iterable[int]) -> Mapping[int, str]:
    return dict(session.exec(select(Partner.id, Partner.name).where(col(Partner.id).in_(list(ids)))).all())


def _grants(session: Session, rows: Sequence[Customer]) -> Mapping[tuple[int, int], AzureAccess]:
    """Return the newest grant by customer and reseller, as the rules take it."""
    statement = (
        select(AzureAccess)
        .join(Customer, col(Customer.id) == col(AzureAccess.customer_id))
        .where(col(Customer.partner_id) == col(AzureAccess.provider_id))
        .where(col(AzureAccess.customer_id).in_([row.id for row in rows]))
        .order_by(col(AzureAccess.since), col(AzureAccess.id))
    )
    return {(grant.customer_id, grant.reseller_id): grant for grant in session.exec(statement)}


def _asked(session: Session, rows: Sequence[Customer]) -> set[tuple[int, int]]:
    """Return customer and reseller wherever the last that happened is a question."""
    customer, reseller = col(AccessEvent.customer_id), col(AccessEvent.reseller_id)
    last = (
        select(func.max(AccessEvent.id))
        .where(customer.in_([row.id for row in rows]))
        .group_by(customer, reseller)
        .scalar_subquery()
    )
    events = session.exec(select(AccessEvent).where(col(AccessEvent.id).in_(last), AccessEvent.kind == "asked"))
    return {(event.customer_id, event.reseller_id) for event in events}
