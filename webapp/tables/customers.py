"""Customers, what they bought, and what a partner may do for them."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.db import Moment, bytewise


class Customer(SQLModel, table=True):
    """A customer in one cloud; ``partner_id`` sells to it or provides to its reseller.

    ``folded`` is for the search, and sorts as English and German do; the others sort by ``order_…`` where it is there.
    """

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("cloud", "tenant_id", "partner_id"),
        Index("ix_customer_folded_id", "folded", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    cloud: str = Field(max_length=40)
    tenant_id: str = Field(max_length=36)
    name: str = Field(max_length=200)
    domain: str = Field(default="", max_length=253)
    initial_domain: str = Field(default="", max_length=253)
    country: str = Field(max_length=2)
    partner_id: int = Field(foreign_key="partner.id", index=True)
    reseller_id: int | None = Field(default=None, foreign_key="partner.id", index=True)
    folded: str = Field(default="", sa_type=bytewise(1000))
    order_sv: str | None = Field(default=None, sa_type=bytewise(400))
    order_ru: str | None = Field(default=None, sa_type=bytewise(400))
    order_zh_hans: str | None = Field(default=None, sa_type=bytewise(400))
    order_zh_hant: str | None = Field(default=None, sa_type=bytewise(400))


class CustomerTerm(SQLModel, table=True):
    """The words a customer is found by (search.py)."""

    __tablename__ = "customer_term"

    term: str = Field(primary_key=True, sa_type=bytewise(100))
    customer_id: int = Field(primary_key=True, foreign_key="customer.id", index=True)


class AdminRelationship(SQLModel, table=True):
    """What a customer lets one partner administer; ``status`` as in ``contracts.situation.RelationshipStatus``."""

    __tablename__ = "admin_relationship"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    partner_id: int = Field(foreign_key="partner.id", index=True)
    kind: str = Field(max_length=12)
    status: str = Field(max_length=20)
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    ends_at: datetime | None = Field(default=None, sa_type=Moment)


class Publisher(SQLModel, table=True):
    """Who publishes marketplace offers; ``first_response_minutes`` only where the publisher states a target."""

    __tablename__ = "publisher"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=200, unique=True)
    support_url: str | None = Field(default=None, max_length=1000)
    support_email: str | None = Field(default=None, max_length=254)
    support_phone: str | None = Field(default=None, max_length=40)
    first_response_minutes: int | None = None


class Offer(SQLModel, table=True):
    """A marketplace offer."""

    __tablename__ = "offer"

    id: int = Field(default=None, primary_key=True)
    publisher_id: int = Field(foreign_key="publisher.id", index=True)
    name: str = Field(max_length=200)


class Subscription(SQLModel, table=True):
    """What a customer has of a product; ``entitlement_id`` is Azure's subscription id."""

    __tablename__ = "subscription"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    product: str = Field(max_length=40)
    name: str = Field(max_length=200)
    status: str = Field(max_length=20)
    trial: bool = False
    entitlement_id: str = Field(default="", max_length=36)
    offer_id: int | None = Field(default=None, foreign_key="offer.id")


class AzureAccess(SQLModel, table=True):
    """Azure access to one customer, granted by a provider to a reseller (R26); both dates are included."""

    __tablename__ = "azure_access"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    provider_id: int = Field(foreign_key="partner.id")
    reseller_id: int = Field(foreign_key="partner.id", index=True)
    since: date
    until: date | None = None


class AccessEvent(SQLModel, table=True):
    """What happened to a reseller's Azure access: asked, granted, limited, withdrawn or declined; both sides see it."""

    __tablename__ = "access_event"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    provider_id: int = Field(foreign_key="partner.id", index=True)
    reseller_id: int = Field(foreign_key="partner.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = Field(sa_type=Moment)
    kind: str = Field(max_length=12)
    until: date | None = None
    text: str = Field(default="", max_length=2000)


class SupportGroup(SQLModel, table=True):
    """A partner's security group that may file on a customer's subscriptions (R27); no subscription = all of them."""

    __tablename__ = "support_group"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    partner_id: int = Field(foreign_key="partner.id")
    subscription_id: int | None = Field(default=None, foreign_key="subscription.id")
    name: str = Field(max_length=200)
    since: date


class SupportGroupMember(SQLModel, table=True):
    """A member of a support group."""

    __tablename__ = "support_group_member"

    group_id: int = Field(primary_key=True, foreign_key="support_group.id")
    member_id: int = Field(primary_key=True, foreign_key="member.id", index=True)
