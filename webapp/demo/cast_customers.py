"""How an example customer is written down, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from webapp import search
from webapp.demo.cast_partners import guid, own_tenant
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
from webapp.tables.partners import Member

PRODUCT_NAMES = {
    "azure": "Azure",
    "microsoft365": "Microsoft 365",
    "dynamics365": "Dynamics 365",
    "ems": "Enterprise Mobility + Security",
    "vianet": "Microsoft 365 (21Vianet)",
}
LONG_AGO = timedelta(days=400)
"""How long grants and groups have been there."""


@dataclass(frozen=True)
class Bought:
    """A subscription; ``offer`` is what was bought of the marketplace, ``label`` tells two of one product apart."""

    product: str
    offer: str = ""
    label: str = ""
    status: str = "active"
    trial: bool = False


@dataclass(frozen=True)
class Relation:
    """What the customer lets ``partner`` administer; ``ends_in_days`` ``None`` = it has no end."""

    partner: str
    kind: str = "delegated"
    status: str = "active"
    roles: tuple[str, ...] = ("admin_agent", "helpdesk_agent")
    ends_in_days: int | None = None


@dataclass(frozen=True)
class Example:
    """A customer of the demo; ``group`` are the keys of members in its support group, ``tenant_of`` whose own it is."""

    name: str
    domain: str
    initial_domain: str
    country: str
    bought: tuple[Bought, ...]
    relations: tuple[Relation, ...] = (Relation("Fabrikam"),)
    seller: str = "Fabrikam"
    reseller: str = ""
    cloud: str = "global"
    azure_access: bool = False
    group: tuple[str, ...] = ()
    tenant_of: str = ""


def products(*keys: str) -> tuple[Bought, ...]:
    """Return one active subscription of each product."""
    return tuple(Bought(key) for key in keys)


def add_publishers(session: Session, offers: Mapping[str, Publisher]) -> None:
    """Add each offer with its publisher."""
    for name, publisher in offers.items():
        row = Publisher(**publisher.model_dump(exclude={"id"}))
        session.add(row)
        session.flush()
        session.add(Offer(publisher_id=row.id, name=name))
    session.flush()


def add(session: Session, example: Example, partners: Mapping[str, int], now: datetime) -> Customer:
    """Add one customer with everything known of it; ``partners`` are their rows by name; the caller commits."""
    customer = Customer(
        cloud=example.cloud,
        tenant_id=own_tenant(example.tenant_of, example.cloud) if example.tenant_of else guid(example.domain),
        name=example.name,
        domain=example.domain,
        initial_domain=example.initial_domain,
        country=example.country,
        partner_id=partners[example.seller],
        reseller_id=partners.get(example.reseller),
    )
    session.add(customer)
    session.flush()
    search.index(session, customer)
    assert customer.id is not None  # noqa: S101  # nosec B101  # a flushed row has an id; this tells the type checker
    session.add_all(_relationship(relation, customer.id, partners, now) for relation in example.relations)
    for number, bought in enumerate(example.bought):
        session.add(_subscription(session, example, bought, customer.id, number))
        session.flush()  # one by one: lists keep the order in which they were bought
    _add_azure_access(session, example, customer.id, partners, now)
    _add_support_group(session, example, customer.id, partners, now)
    return customer


def _relationship(
    relation: Relation, customer_id: int, partners: Mapping[str, int], now: datetime
) -> AdminRelationship:
    days = relation.ends_in_days
    return AdminRelationship(
        customer_id=customer_id,
        partner_id=partners[relation.partner],
        kind=relation.kind,
        status=relation.status,
        roles=list(relation.roles),
        ends_at=None if days is None else now + timedelta(days=days),
    )


def _subscription(session: Session, example: Example, bought: Bought, customer_id: int, number: int) -> Subscription:
    offer = session.exec(select(Offer).where(col(Offer.name) == bought.offer)).first() if bought.offer else None
    return Subscription(
        customer_id=customer_id,
        product=bought.product,
        name=bought.offer or f"{example.name} {bought.label or PRODUCT_NAMES[bought.product]}",
        status=bought.status,
        trial=bought.trial,
        entitlement_id=guid(f"{example.domain} {number}") if bought.product == "azure" else "",
        offer_id=offer.id if offer else None,
    )


def _add_azure_access(
    session: Session, example: Example, customer_id: int, partners: Mapping[str, int], now: datetime
) -> None:
    if example.azure_access:
        session.add(
            AzureAccess(
                customer_id=customer_id,
                provider_id=partners[example.seller],
                reseller_id=partners[example.reseller],
                since=(now - LONG_AGO).date(),
            )
        )


def _add_support_group(
    session: Session, example: Example, customer_id: int, partners: Mapping[str, int], now: datetime
) -> None:
    if not example.group:
        return
    group = SupportGroup(
        customer_id=customer_id,
        partner_id=partners[example.seller],
        name=f"{example.seller} support for {example.name}",
        since=(now - LONG_AGO).date(),
    )
    session.add(group)
    session.flush()
    members = session.exec(select(Member).where(col(Member.key).in_(example.group)))
    session.add_all(SupportGroupMember(group_id=group.id, member_id=member.id) for member in members)
