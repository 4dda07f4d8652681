"""Customers: the viewer's list, one of them, and what the rules need to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Row, tuple_
from sqlmodel import Session, col, select

from webapp import search
from webapp.contracts import situation as contracts
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.permissions import Viewer, customers_of
from webapp.tables.customers import (
    AdminRelationship,
    AzureAccess,
    Customer,
    Offer,
    Publisher,
    Subscription,
    SupportGroup,
    SupportGroupMember,
)
from webapp.tables.partners import Enrolment, Member, Partner

COUNT_UP_TO = 1000


@dataclass(frozen=True)
class Found:
    """A page of customers. ``after`` continues the list; ``count`` stops at 1001, which reads "1000+"."""

    rows: tuple[Row[tuple[int, str, str, str, str, str]], ...]
    query: str
    after: str
    count: int


def search_customers(session: Session, viewer: Viewer, query: str, *, after: str = "", size: int = 25) -> Found:
    """Return the viewer's customers that match ``query``, by name; all of them if nothing was typed."""
    visible = customers_of(viewer)
    ids = search.matching(query, visible)
    where = col(Customer.id).in_(ids) if ids is not None else visible
    columns = (Customer.id, Customer.name, Customer.domain, Customer.cloud, Customer.country, Customer.folded)
    statement = select(*columns).where(where).order_by(col(Customer.folded), col(Customer.id)).limit(size + 1)  # type: ignore[call-overload]
    if marker := _marker(after):
        statement = statement.where(tuple_(col(Customer.folded), col(Customer.id)) > marker)
    rows = tuple(session.execute(statement).all())
    count = len(session.execute(select(Customer.id).where(where).limit(COUNT_UP_TO + 1)).all())
    more = f"{rows[size - 1].id}~{rows[size - 1].folded}" if len(rows) > size else ""
    return Found(rows[:size], query, more, count)


def _marker(after: str) -> tuple[str, int] | None:
    """Read where a page continues: ``<id>~<folded>``; anything else starts at the beginning."""
    found = re.fullmatch(r"(\d{1,18})~(.*)", after, re.DOTALL)
    return (found[2], int(found[1])) if found and "\0" not in after else None


def fetch(session: Session, viewer: Viewer, customer_id: int) -> Customer:
    """Return one of the viewer's customers.

    :raises NotFound: if there is none, or it is another partner's: the reader learns no difference.
    """
    statement = select(Customer).where(col(Customer.id) == customer_id, customers_of(viewer))
    customer = session.exec(statement).first() if customer_id < 2**31 else None
    if customer is None:
        raise NotFound(
            _("There is no such customer among yours."),
            remedy=_("Search for it by name, domain or tenant id; or ask the partner that manages it."),
        )
    return customer


def facts(session: Session, customer: Customer, partner: Partner) -> contracts.Customer:
    """Return what the rules need to know of ``customer`` when ``partner`` files for it."""
    own = session.exec(
        select(Enrolment.id).where(
            col(Enrolment.partner_id) == partner.id,
            col(Enrolment.cloud) == customer.cloud,
            col(Enrolment.tenant_id) == customer.tenant_id,
        )
    ).first()
    reseller = session.get(Partner, customer.reseller_id) if customer.reseller_id else None
    return contracts.Customer(
        name=customer.name,
        tenant_id=customer.tenant_id,
        domain=customer.domain,
        initial_domain=customer.initial_domain,
        country=customer.country,
        own=own is not None,
        reseller=reseller.name if reseller else None,
        relationships=_relationships(session, customer, partner),
        subscriptions=_subscriptions(session, customer),
        azure_access=_azure_access(session, customer, partner),
        support_groups=_support_groups(session, customer, partner),
    )


def _relationships(session: Session, customer: Customer, partner: Partner) -> tuple[contracts.Relationship, ...]:
    statement = select(AdminRelationship).where(
        col(AdminRelationship.customer_id) == customer.id, col(AdminRelationship.partner_id) == partner.id
    )
    return tuple(
        contracts.Relationship.model_validate(
            {"kind": row.kind, "status": row.status, "roles": tuple(row.roles), "ends_at": row.ends_at}
        )
        for row in session.exec(statement)
    )


def _subscriptions(session: Session, customer: Customer) -> tuple[contracts.Subscription, ...]:
    statement = (
        select(Subscription, Offer, Publisher)
        .outerjoin(Offer, col(Offer.id) == col(Subscription.offer_id))
        .outerjoin(Publisher, col(Publisher.id) == col(Offer.publisher_id))
        .where(col(Subscription.customer_id) == customer.id)
        .order_by(col(Subscription.id))
    )
    return tuple(_subscription(*row) for row in session.exec(statement))


def _subscription(row: Subscription, offer: Offer | None, publisher: Publisher | None) -> contracts.Subscription:
    bought = None
    if offer and publisher:
        fields = set(contracts.Publisher.model_fields)
        bought = contracts.Offer(
            name=offer.name, publisher=contracts.Publisher.model_validate(publisher.model_dump(include=fields))
        )
    return contracts.Subscription.model_validate(
        row.model_dump(include={"product", "name", "status", "trial", "entitlement_id"})
        | {"id": str(row.id), "offer": bought}
    )


def _azure_access(session: Session, customer: Customer, partner: Partner) -> contracts.AzureAccess | None:
    statement = (
        select(AzureAccess, Partner.name)
        .join(Partner, col(Partner.id) == col(AzureAccess.provider_id))
        .where(col(AzureAccess.customer_id) == customer.id, col(AzureAccess.reseller_id) == partner.id)
        .order_by(col(AzureAccess.since).desc())
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    grant, provider = found
    return contracts.AzureAccess(granted_by=provider, since=grant.since, until=grant.until)


def _support_groups(session: Session, customer: Customer, partner: Partner) -> tuple[contracts.SupportGroup, ...]:
    statement = (
        select(SupportGroup, Member.email)
        .outerjoin(SupportGroupMember, col(SupportGroupMember.group_id) == col(SupportGroup.id))
        .outerjoin(Member, col(Member.id) == col(SupportGroupMember.member_id))
        .where(col(SupportGroup.customer_id) == customer.id, col(SupportGroup.partner_id) == partner.id)
        .order_by(col(SupportGroup.id), col(Member.email))
    )
    members: dict[int, tuple[SupportGroup, list[str]]] = {}
    for group, email in session.exec(statement):
        entry = members.setdefault(group.id or 0, (group, []))
        if email:
            entry[1].append(email)
    return tuple(
        contracts.SupportGroup(
            name=group.name,
            since=group.since,
            subscription_id=str(group.subscription_id) if group.subscription_id else None,
            members=tuple(emails),
        )
        for group, emails in members.values()
    )
