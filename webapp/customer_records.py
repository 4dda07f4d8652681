"""Customers as the desk records them: added and changed by the partner that sells or provides to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp import access_decisions, audit, doors, search
from webapp.collation import by_name
from webapp.deployment import Deployment
from webapp.errors import Conflict, Invalid, NotAllowed
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.customers import Customer
from webapp.tables.partners import Enrolment, Partner

FIELDS = ("name", "cloud", "tenant_id", "domain", "initial_domain", "country", "reseller")


def known_resellers(session: Session, partner: Partner) -> Sequence[str]:
    """Return the names of the resellers that customers of ``partner`` buy through."""
    statement = (
        select(Partner.name)
        .join(Customer, col(Customer.reseller_id) == col(Partner.id))
        .where(col(Customer.partner_id) == partner.id)
        .distinct()
    )
    return by_name(session.exec(statement), str)


def reseller_of(session: Session, partner: Partner, cloud: str, named: str) -> Partner | None:
    """Return the reseller that is meant by a tenant id of its own in ``cloud``, or by name if it is one already known.

    Nobody learns by guessing names which other partners this desk has.

    :raises Invalid: if there is none, or ``partner`` is no indirect provider.
    """
    if not named:
        return None
    if partner.kind != "indirect_provider":
        raise Invalid(
            _("Only an indirect provider has resellers."),
            remedy=_("Leave the reseller empty: you sell to the customer yourself."),
        )
    found = select(Partner).where(Partner.kind == "indirect_reseller")
    if named in known_resellers(session, partner):
        found = found.where(Partner.name == named)
    else:
        tenants = select(Enrolment.partner_id).where(Enrolment.cloud == cloud, Enrolment.tenant_id == named.lower())
        found = found.where(col(Partner.id).in_(tenants))
    reseller = session.exec(found).first() if "\0" not in named else None
    if reseller is None:
        raise Invalid(
            _("No reseller of yours is known by this name, and none on this desk has this tenant id in this cloud."),
            remedy=_("Enter the reseller's tenant id; whoever runs this desk admits its partners."),
        )
    return reseller


def canonical(values: Mapping[str, str]) -> dict[str, Any]:
    """Return the words of a form that fits as they are kept: ids in lower case, domains in their ASCII form."""
    return {
        "name": values["name"].strip(),
        "cloud": values["cloud"],
        "tenant_id": doors.canonical_tenant_id(values["tenant_id"].strip()),
        "domain": doors.canonical_domain(values["domain"].strip()),
        "initial_domain": doors.canonical_domain(values["initial_domain"].strip()),
        "country": values["country"].strip().upper(),
    }


def add(session: Session, deployment: Deployment, viewer: Viewer, values: Mapping[str, str]) -> Customer:
    """Add a customer of the viewer's partner; ``values`` are the words of a form that fits.

    :raises Conflict: if the partner has a customer with this tenant id in this cloud.
    :raises Invalid: if the reseller is none.
    """
    customer = Customer(partner_id=viewer.partner_id, **canonical(values))
    reseller = reseller_of(session, viewer.partner, customer.cloud, (values.get("reseller") or "").strip())
    customer.reseller_id = reseller.id if reseller else None
    require_free(session, viewer, customer)
    put(session, customer)
    name, subject = customer.name, f"customer:{customer.id}"
    audit.record(session, viewer, deployment.now(), "customer.added", subject, name)
    session.commit()
    return customer


def change(
    session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, values: Mapping[str, str]
) -> Customer:
    """Change a customer's identity; with another reseller, the old one's Azure access ends (R26).

    :raises NotAllowed: if the viewer's partner is not the one that sells or provides to it.
    :raises Conflict, Invalid: as ``add``.
    """
    require_own(viewer, customer)
    session.refresh(customer, with_for_update=True)  # a decision about access waits, or has been made
    reseller = reseller_of(session, viewer.partner, values["cloud"], (values.get("reseller") or "").strip())
    kept = canonical(values)
    twin = Customer(id=customer.id, partner_id=customer.partner_id, **kept)
    require_free(session, viewer, twin)
    if customer.reseller_id is not None and (reseller is None or reseller.id != customer.reseller_id):
        access_decisions.end_with_reseller(session, deployment, viewer, customer)
    customer.reseller_id = reseller.id if reseller else None
    for field, value in kept.items():
        setattr(customer, field, value)
    put(session, customer)
    name, subject = customer.name, f"customer:{customer.id}"
    audit.record(session, viewer, deployment.now(), "customer.changed", subject, name)
    session.commit()
    return customer


def put(session: Session, customer: Customer) -> None:
    """Write a customer and the words it is found by; the caller commits.

    :raises Conflict: if somebody was quicker with the same tenant.
    """
    session.add(customer)
    try:
        session.flush()
    except IntegrityError as error:
        raise _taken(customer.tenant_id) from error
    search.index(session, customer)


def require_own(viewer: Viewer, customer: Customer) -> None:
    """Let only the partner that sells or provides to the customer change what it is.

    :raises NotAllowed: for its reseller.
    """
    if customer.partner_id != viewer.partner_id:
        raise NotAllowed(
            _("Only the customer's provider changes this."),
            remedy=_("Ask the provider; you record your own admin relationship and support groups."),
        )


def require_free(session: Session, viewer: Viewer, customer: Customer) -> None:
    """Refuse a tenant that the partner has a customer for already.

    :raises Conflict: naming that customer.
    """
    statement = select(Customer.name).where(
        Customer.cloud == customer.cloud,
        Customer.tenant_id == customer.tenant_id,
        Customer.partner_id == viewer.partner_id,
        col(Customer.id).is_distinct_from(customer.id),
    )
    known = session.exec(statement).first()
    if known is not None:
        raise _taken(known)


def _taken(known: str) -> Conflict:
    return Conflict(
        _("%(customer)s has this tenant id in this cloud already.", customer=known),
        remedy=_("Open that customer; or correct the tenant id."),
    )
