"""What is recorded of a customer: subscriptions, one's own admin relationships and support groups (R27, R28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlmodel import Session, col, delete, select

from webapp import audit, customer_records, doors
from webapp.collation import by_name
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, Invalid, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.customers import (
    AdminRelationship,
    Customer,
    Offer,
    Publisher,
    Subscription,
    SupportGroup,
    SupportGroupMember,
)
from webapp.tables.partners import Member

Part = Subscription | AdminRelationship | SupportGroup
P = TypeVar("P", Subscription, AdminRelationship, SupportGroup)


def subscriptions(session: Session, customer: Customer) -> Sequence[Subscription]:
    """Return the customer's subscriptions, in the order they were recorded."""
    mine = select(Subscription).where(Subscription.customer_id == customer.id)
    return session.exec(mine.order_by(col(Subscription.id))).all()


def relationships(session: Session, viewer: Viewer, customer: Customer) -> Sequence[AdminRelationship]:
    """Return what the customer lets the viewer's partner administer."""
    mine = select(AdminRelationship).where(
        AdminRelationship.customer_id == customer.id, AdminRelationship.partner_id == viewer.partner_id
    )
    return session.exec(mine.order_by(col(AdminRelationship.id))).all()


def groups(session: Session, viewer: Viewer, customer: Customer) -> Sequence[SupportGroup]:
    """Return the support groups of the viewer's partner for this customer (R27)."""
    mine = select(SupportGroup).where(
        SupportGroup.customer_id == customer.id, SupportGroup.partner_id == viewer.partner_id
    )
    return session.exec(mine.order_by(col(SupportGroup.id))).all()


def members_of(session: Session, group: SupportGroup) -> Sequence[int]:
    """Return the ids of a support group's members."""
    found = select(SupportGroupMember.member_id).where(SupportGroupMember.group_id == group.id)
    return session.exec(found.order_by(col(SupportGroupMember.member_id))).all()


def one_of(rows: Sequence[P], row_id: int) -> P:
    """Return the row with this id, of those the viewer may see.

    :raises NotFound: if there is none.
    """
    found = next((row for row in rows if row.id == row_id), None) if row_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(_("Nothing of this customer has that number."), remedy=_("Choose from the customer's page."))
    return found


def offers(session: Session) -> Sequence[tuple[Offer, str]]:
    """Return every offer with its publisher's name."""
    statement = select(Offer, Publisher.name).join(Publisher, col(Publisher.id) == col(Offer.publisher_id))
    return by_name(session.exec(statement.order_by(col(Offer.id))), lambda found: found[0].name)


def save_subscription(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    row: Subscription | None,
    values: Mapping[str, Any],
) -> None:
    """Record a subscription, or change the one given.

    :raises NotAllowed: if the viewer's partner does not sell or provide to the customer.
    :raises Invalid: if the product is not known in the customer's cloud, or the offer does not go with it.
    """
    customer_records.require_own(viewer, customer)
    product = deployment.plugins.product(customer.cloud, values["product"])
    if product is None:
        raise Invalid(_("This product is not sold in the customer's cloud."), remedy=_("Choose one of the list."))
    offer_id = int(values["offer_id"]) if values["offer_id"] else None
    if product.by_publisher != (offer_id is not None):
        raise Invalid(
            _("A product of the marketplace has an offer, and no other product has one."),
            remedy=_("Choose the offer the customer bought, or none."),
        )
    saved = row or Subscription(customer_id=customer.id, product="", name="", status="")
    saved.product, saved.name, saved.status = values["product"], values["name"], values["status"]
    saved.trial, saved.offer_id = bool(values["trial"]), offer_id
    entitlement = (values["entitlement_id"] or "").strip()
    saved.entitlement_id = doors.canonical_tenant_id(entitlement) if entitlement else ""
    session.add(saved)
    _commit(session, deployment, viewer, customer, "subscription")


def save_relationship(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    row: AdminRelationship | None,
    values: Mapping[str, Any],
) -> None:
    """Record an admin relationship of the viewer's own partner, or change the one given; ``ends_at`` is a moment."""
    saved = row or AdminRelationship(customer_id=customer.id, partner_id=viewer.partner_id, kind="", status="")
    saved.kind, saved.status, saved.ends_at = values["kind"], values["status"], values["ends_at"]
    saved.roles = list(values["roles"] or ())
    session.add(saved)
    _commit(session, deployment, viewer, customer, "relationship")


def save_group(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    row: SupportGroup | None,
    values: Mapping[str, Any],
) -> None:
    """Record a support group of the viewer's own partner, or change the one given (R27).

    :raises Invalid: if a member is not of the partner, or the subscription not of the customer.
    """
    chosen = {int(value) for value in values["members"] or ()}
    own = select(Member.id).where(Member.partner_id == viewer.partner_id, col(Member.id).in_(chosen))
    on = int(values["subscription_id"]) if values["subscription_id"] else None
    fitting = on is None or on in {subscription.id for subscription in subscriptions(session, customer)}
    if set(session.exec(own)) != chosen or not fitting:
        raise Invalid(
            _("A group has your own members, on a subscription of this customer."), remedy=_("Choose from the lists.")
        )
    saved = row or SupportGroup(customer_id=customer.id, partner_id=viewer.partner_id, name="", since=values["since"])
    saved.name, saved.since, saved.subscription_id = values["name"], values["since"], on
    session.add(saved)
    session.flush()
    session.execute(delete(SupportGroupMember).where(col(SupportGroupMember.group_id) == saved.id))
    session.add_all(SupportGroupMember(group_id=saved.id, member_id=member_id) for member_id in sorted(chosen))
    _commit(session, deployment, viewer, customer, "group")


def remove(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, row: Part) -> None:
    """Remove what is recorded; requests that were filed keep what they recorded.

    :raises NotAllowed: for a subscription, if the viewer's partner does not sell or provide to the customer.
    :raises Conflict: for a subscription, while a support group is on it.
    """
    if isinstance(row, Subscription):
        customer_records.require_own(viewer, customer)
        on_it = select(SupportGroup.id).where(SupportGroup.subscription_id == row.id)
        if session.exec(on_it.limit(1)).first() is not None:
            raise Conflict(
                _("A support group is on this subscription."), remedy=_("Change or remove the support group first.")
            )
    if isinstance(row, SupportGroup):
        session.execute(delete(SupportGroupMember).where(col(SupportGroupMember.group_id) == row.id))
    session.delete(row)
    _commit(session, deployment, viewer, customer, "removed")


def _commit(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, what: str) -> None:
    session.flush()
    name, subject = customer.name, f"customer:{customer.id}"
    audit.record(session, viewer, deployment.now(), "customer.part", subject, name, detail={"what": what})
    session.commit()
