"""Who asks, for whom, about what: all a hook may know, and all it needs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.contracts.values import ReadOnly, Value

Role = Literal["global_admin", "admin_agent", "helpdesk_agent", "sales_agent"]
ROLES: tuple[Role, ...] = ("global_admin", "admin_agent", "helpdesk_agent", "sales_agent")
PartnerKind = Literal["direct_bill", "indirect_provider", "indirect_reseller", "advisor"]
RelationshipStatus = Literal["active", "pending", "never_requested", "removed", "ended", "expired"]
SubscriptionStatus = Literal["active", "pending", "suspended", "expired", "disabled", "deleted"]
Rules = Literal["documents", "today"]


class Publisher(Value):
    """Who published a marketplace offer, and how its support is reached (R39); whatever is unknown is ``None``.

    ``first_response_minutes`` is what it promises, around the clock, whatever the severity and the language.
    """

    name: str
    support_url: str | None = None
    support_email: str | None = None
    support_phone: str | None = None
    first_response_minutes: int | None = Field(default=None, gt=0)


class Offer(Value):
    """What was bought from the marketplace."""

    name: str
    publisher: Publisher


class Subscription(Value):
    """A customer's subscription. ``entitlement_id`` is Azure's subscription id; ``id`` what the form field holds.

    ``product`` is a product's key; ``offer`` what was bought, where that is from the marketplace.
    """

    id: str
    product: str
    name: str
    status: SubscriptionStatus
    trial: bool = False
    entitlement_id: str = ""
    offer: Offer | None = None


class Relationship(Value):
    """An admin relationship between the filer's partner and the customer.

    ``roles`` are what it grants: ``admin_agent``/``helpdesk_agent`` for a delegated one, Entra role template names such
    as ``service_support_administrator`` for a granular one. ``ends_at`` is ``None`` where it has no end.
    """

    kind: Literal["delegated", "granular"]
    status: RelationshipStatus
    roles: tuple[str, ...] = ()
    ends_at: datetime | None = None

    def status_at(self, moment: datetime) -> RelationshipStatus:
        """Return the status at ``moment``: one whose end has passed has expired, whatever was recorded."""
        return "expired" if self.status == "active" and self.ends_at and self.ends_at <= moment else self.status


class AzureAccess(Value):
    """Azure access that a provider gave the filer's partner for this customer (R26)."""

    granted_by: str
    since: date
    until: date | None = None


class SupportGroup(Value):
    """A security group of the partner's staff that may file on a subscription (R27).

    ``subscription_id`` is a ``Subscription.id``, or ``None`` for all of the customer's; ``members`` are e-mails.
    """

    name: str
    since: date
    subscription_id: str | None = None
    members: tuple[str, ...] = ()


class Contract(Value):
    """A support contract or benefit; ``cloud`` ``None`` = every cloud.

    ``plan`` is open; the rules speak of ``mpn_contract premier azure_plan asfp psfp unified prodirect
    signature_cloud_support vianet_advanced``.
    """

    plan: str
    contract_id: str = ""
    access_id: str = ""
    cloud: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def valid_on(self, day: date, cloud: str) -> bool:
        """Say whether the contract counts in ``cloud`` on ``day``; both ends of its validity are included."""
        return (
            self.cloud in (None, cloud)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


class Partner(Value):
    """The filer's partner, or its provider. ``tenant_id`` is its own in this cloud; empty = not enrolled there.

    ``country`` is two letters (ISO 3166), ``time_zone`` an IANA name. ``contracts`` are all that are recorded, ended
    ones among them; ``situation.contract`` finds one that counts.
    """

    name: str
    kind: PartnerKind
    country: str
    time_zone: str
    tenant_id: str = ""
    contracts: tuple[Contract, ...] = ()


class Member(Value):
    """The signed-in filer. ``account`` is the user name in this cloud; empty = none there."""

    name: str
    email: str
    phone: str = ""
    roles: tuple[Role, ...] = ()
    account: str = ""


class Customer(Value):
    """The customer. ``own`` = the filer's own tenant (R43); ``reseller`` the name of the reseller it buys through.

    ``initial_domain`` is the first of its tenant, such as ``contoso.onmicrosoft.com``; ``country`` two letters (ISO
    3166). ``domain`` and ``initial_domain`` may be empty: nobody recorded them yet. ``azure_access`` is what a provider
    gave for it.
    """

    name: str
    tenant_id: str
    domain: str
    initial_domain: str
    country: str
    own: bool = False
    reseller: str | None = None
    relationships: tuple[Relationship, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    azure_access: AzureAccess | None = None
    support_groups: tuple[SupportGroup, ...] = ()


class Situation(Value):
    """All that a check may know: who asks, for whom, about which product, with the answers so far.

    ``answers`` holds what was answered, by question key; an unanswered question is missing, never empty. ``settings``
    are the asked plugin's own: its class ``Settings``, filled in; ``None`` where it has none, and in a test that hands
    in none. ``rules`` is what the deployer chose (``ONBEHALF_RULES``): those of the source documents, or of today's
    pages. ``category`` and ``severity`` are those of ``Product``; ``None`` = not chosen yet. ``language`` is what the
    request is written in. ``provider`` is the indirect provider where the filer is a reseller.
    """

    cloud: Cloud
    product: Product
    customer: Customer
    partner: Partner
    member: Member
    provider: Partner | None = None
    subscription_id: str | None = None
    category: str | None = None
    severity: str | None = None
    language: str = "en"
    answers: ReadOnly[str, str] = Field(default_factory=dict)
    now: datetime = Field(default_factory=lambda: datetime.now(UTC))
    rules: Rules = "documents"
    settings: BaseModel | None = None

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The customer's subscriptions of this product."""
        return tuple(s for s in self.customer.subscriptions if s.product == self.product.key)

    @property
    def subscription(self) -> Subscription | None:
        """The one chosen, or the only one of this product."""
        mine = self.subscriptions
        if self.subscription_id is None:
            return mine[0] if len(mine) == 1 else None
        return next((s for s in mine if s.id == self.subscription_id), None)

    @property
    def relationship(self) -> Relationship | None:
        """The admin relationship that counts: an active one, else one that is gone, else one that never was (R68).

        What is gone stays so until it is rebuilt: a new request that the customer has not accepted is no relationship.
        """
        order = ("active", "expired", "ended", "removed", "pending", "never_requested")
        ranked = sorted(self.customer.relationships, key=lambda r: order.index(self.status_of(r)))
        return ranked[0] if ranked else None

    def status_of(self, relationship: Relationship) -> RelationshipStatus:
        """Return the status now: one whose end has passed has expired, whatever was recorded."""
        return relationship.status_at(self.now)

    def contract(self, *plans: str, of: Partner | None = None) -> Contract | None:
        """Return a contract of one of ``plans`` that is valid today in this cloud; ``of`` defaults to the filer's."""
        holder = of or self.partner
        today = self.now.date()
        return next((c for c in holder.contracts if c.plan in plans and c.valid_on(today, self.cloud.key)), None)
