"""What the rules need to know of customers: read for a page of them at once, six queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from webapp.contracts import situation as contracts
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


def of_customers(session: Session, customers: Sequence[Customer], partner: Partner) -> Mapping[int, contracts.Customer]:
    """Return, by customer id, what the rules need to know when ``partner`` files for each of ``customers``."""
    ids = [customer.id for customer in customers]
    own = _own_tenants(session, partner)
    resellers = _names(session, {customer.reseller_id for customer in customers if customer.reseller_id})
    relationships = _relationships(session, ids, partner)
    subscriptions = _subscriptions(session, ids)
    access = _azure_access(session, ids, partner)
    groups = _support_groups(session, ids, partner)
    return {
        customer.id: contracts.Customer(
            name=customer.name,
            tenant_id=customer.tenant_id,
            domain=customer.domain,
            initial_domain=customer.initial_domain,
            country=customer.country,
            own=(customer.cloud, customer.tenant_id) in own,
            reseller=resellers.get(customer.reseller_id or 0),
            relationships=tuple(relationships[customer.id]),
            subscriptions=tuple(subscriptions[customer.id]),
            azure_access=access.get(customer.id),
            support_groups=tuple(groups[customer.id]),
        )
        for customer in customers
    }


def _own_tenants(session: Session, partner: Partner) -> set[tuple[str, str]]:
    rows = session.exec(select(Enrolment.cloud, Enrolment.tenant_id).where(col(Enrolment.partner_id) == partner.id))
    return set(rows.all())


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.exec(select(Partner.id, Partner.name).where(col(Partner.id).in_(ids))).all())


def _relationships(session: Session, ids: list[int], partner: Partner) -> dict[int, list[contracts.Relationship]]:
    statement = (
        select(AdminRelationship)
        .where(col(AdminRelationship.customer_id).in_(ids), col(AdminRelationship.partner_id) == partner.id)
        .order_by(col(AdminRelationship.id))
    )
    found: dict[int, list[contracts.Relationship]] = defaultdict(list)
    for row in session.exec(statement):
        fields = {"kind": row.kind, "status": row.status, "roles": tuple(row.roles), "ends_at": row.ends_at}
        found[row.customer_id].append(contracts.Relationship.model_validate(fields))
    return found


def _subscriptions(session: Session, ids: list[int]) -> dict[int, list[contracts.Subscription]]:
    statement = (
        select(Subscription, Offer, Publisher)
        .outerjoin(Offer, col(Offer.id) == col(Subscription.offer_id))
        .outerjoin(Publisher, col(Publisher.id) == col(Offer.publisher_id))
        .where(col(Subscription.customer_id).in_(ids))
        .order_by(col(Subscription.id))
    )
    found: dict[int, list[contracts.Subscription]] = defaultdict(list)
    for row, offer, publisher in session.exec(statement):
        found[row.customer_id].append(_subscription(row, offer, publisher))
    return found


def _subscription(row: Subscription, offer: Offer | None, publisher: Publisher | None) -> contracts.Subscription:
    bought = None
    if offer and publisher:
        fields = set(contracts.Publisher.model_fields)
        known = contracts.Publisher.model_validate(publisher.model_dump(include=fields))
        bought = contracts.Offer(name=offer.name, publisher=known)
    return contracts.Subscription.model_validate(
        row.model_dump(include={"product", "name", "status", "trial", "entitlement_id"})
        | {"id": str(row.id), "offer": bought}
    )


def _azure_access(session: Session, ids: list[int], partner: Partner) -> dict[int, contracts.AzureAccess]:
    """Return the newest grant by each customer's own provider; whether it still holds is for the rules to say."""
    statement = (
        select(AzureAccess, Partner.name)
        .join(Partner, col(Partner.id) == col(AzureAccess.provider_id))
        .join(Customer, col(Customer.id) == col(AzureAccess.customer_id))
        .where(col(Customer.partner_id) == col(AzureAccess.provider_id))
        .where(col(AzureAccess.customer_id).in_(ids), col(AzureAccess.reseller_id) == partner.id)
        .order_by(col(AzureAccess.since), col(AzureAccess.id))
    )
    return {
        grant.customer_id: contracts.AzureAccess(granted_by=provider, since=grant.since, until=grant.until)
        for grant, provider in session.exec(statement)
    }


def _support_groups(session: Session, ids: list[int], partner: Partner) -> dict[int, list[contracts.SupportGroup]]:
    statement = (
        select(SupportGroup, Member.email)
        .outerjoin(SupportGroupMember, col(SupportGroupMember.group_id) == col(SupportGroup.id))
        .outerjoin(Member, col(Member.id) == col(SupportGroupMember.member_id))
        .where(col(SupportGroup.customer_id).in_(ids), col(SupportGroup.partner_id) == partner.id)
        .order_by(col(SupportGroup.id), col(Member.email))
    )
    emails: dict[int, tuple[SupportGroup, list[str]]] = {}
    for group, email in session.exec(statement):
        emails.setdefault(group.id, (group, []))[1].extend([email] if email else [])
    found: dict[int, list[contracts.SupportGroup]] = defaultdict(list)
    for group, members in emails.values():
        on = str(group.subscription_id) if group.subscription_id else None
        found[group.customer_id].append(
            contracts.SupportGroup(name=group.name, since=group.since, subscription_id=on, members=tuple(members))
        )
    return found
