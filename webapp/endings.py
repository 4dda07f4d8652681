"""What will end within thirty days unless somebody sees to it: contracts, admin relationships, Azure access."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from webapp import contracts_held
from webapp.contracts_held import Held
from webapp.permissions import Viewer, customers_of
from webapp.roles import may
from webapp.tables.customers import AdminRelationship, AzureAccess, Customer
from webapp.tables.partners import SupportContract

Kind = Literal["contract", "relationship", "access"]
WITHIN = timedelta(days=contracts_held.WARN_DAYS)
SHOWN = 8


@dataclass(frozen=True)
class Ending:
    """One thing that ends; ``name`` is a plan's key or a customer's name, ``number`` the row that its page shows,
    ``days`` how many are left.
    """

    kind: Kind
    name: str
    number: int
    last_day: date
    days: int


def of(session: Session, viewer: Viewer, now: datetime) -> list[Ending]:
    """Return what ends soon and the viewer may see to, the first to end at the top."""
    found = [*_contracts(session, viewer, now), *_relationships(session, viewer, now), *_access(session, viewer, now)]
    return sorted(found, key=lambda ending: (ending.last_day, ending.kind, ending.number))[:SHOWN]


def _contracts(session: Session, viewer: Viewer, now: datetime) -> Iterator[Ending]:
    if not may(viewer, "manage_contracts"):
        return
    known = contracts_held.listed(session, viewer, now.date())
    for held in known:
        if held.state == "ending" and held.contract.valid_until is not None and not _renewed(held.contract, known):
            yield Ending("contract", held.contract.plan, held.contract.id, held.contract.valid_until, held.days or 0)


def _renewed(contract: SupportContract, known: Sequence[Held]) -> bool:
    """Say whether another contract of the same plan goes on where this one ends."""
    last_day = contract.valid_until or date.max
    return any(
        (other.contract.valid_until or date.max) > last_day
        and (other.contract.valid_from or date.min) <= last_day + timedelta(days=1)
        for other in known
        if (other.contract.plan, other.contract.cloud) == (contract.plan, contract.cloud)
    )


def _relationships(session: Session, viewer: Viewer, now: datetime) -> Iterator[Ending]:
    """Yield the active relationships that end; of several with one customer the last counts, as in the rules."""
    longer = aliased(AdminRelationship)
    goes_on = exists().where(
        col(longer.customer_id) == col(AdminRelationship.customer_id),
        col(longer.partner_id) == col(AdminRelationship.partner_id),
        col(longer.status) == "active",
        or_(col(longer.ends_at).is_(None), col(longer.ends_at) > col(AdminRelationship.ends_at)),
    )
    statement = (
        select(Customer.id, Customer.name, AdminRelationship.ends_at)
        .join(AdminRelationship, col(AdminRelationship.customer_id) == col(Customer.id))
        .where(customers_of(viewer), AdminRelationship.partner_id == viewer.partner_id, ~goes_on)
        .where(AdminRelationship.status == "active", col(AdminRelationship.ends_at).between(now, now + WITHIN))
        .order_by(col(AdminRelationship.ends_at), col(Customer.id))
        .limit(SHOWN)
    )
    for number, name, ends_at in session.exec(statement):
        if ends_at is not None:
            yield Ending("relationship", name, number, ends_at.date(), (ends_at.date() - now.date()).days)


def _access(session: Session, viewer: Viewer, now: datetime) -> Iterator[Ending]:
    if not may(viewer, "see_access"):
        return
    today = now.date()  # of the customer's own provider, given to its present reseller: no other grant counts (R26)
    statement = (
        select(Customer.id, Customer.name, AzureAccess)
        .join(AzureAccess, col(AzureAccess.customer_id) == col(Customer.id))
        .where(customers_of(viewer), col(AzureAccess.until).between(today, today + WITHIN))
        .where(
            AzureAccess.provider_id == Customer.partner_id,
            col(AzureAccess.reseller_id) == col(Customer.reseller_id),
        )
        .order_by(col(AzureAccess.until), col(Customer.id))
        .limit(SHOWN)
    )
    for number, name, access in session.exec(statement):
        if access.until is not None:
            yield Ending("access", name, number, access.until, (access.until - today).days)
