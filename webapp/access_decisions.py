"""What provider and reseller decide about Azure access: ask, grant, limit, withdraw, decline; all written down (R26).

One decision about a customer is made at a time, and both sides can read all of them.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, select

from webapp import audit
from webapp.deployment import Deployment
from webapp.errors import Conflict, Invalid
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.reseller_access import letter, of_customer
from webapp.tables.customers import AccessEvent, AzureAccess, Customer

Kind = Literal["asked", "granted", "limited", "withdrawn", "declined"]
NOTE_LENGTH = 1000


def ask(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, note: str) -> None:
    """Ask the provider for access, in the words of the letter and a note.

    :raises Conflict: if the viewer is not the customer's reseller, has access, or has asked already.
    :raises Invalid: if the note is too long.
    """
    _lock(session, customer)
    if customer.reseller_id != viewer.partner_id or customer.partner_id == viewer.partner_id:
        raise Conflict(
            _("You manage this customer yourself, so there is no provider to ask."),
            remedy=_("File the request from the customer's page."),
        )
    now = of_customer(session, deployment, customer)
    if now.standing in {"granted", "limited"}:
        raise Conflict(_("You have access already."), remedy=_("File the request from the customer's page."))
    if now.asked:
        raise Conflict(
            _("You have asked already, and %(provider)s has not answered yet.", provider=now.provider),
            remedy=_("Call them if it is urgent, or pass the draft to them."),
        )
    words = "\n\n".join(part for part in (str(letter(viewer, now.provider, customer)), _fitting(note)) if part)
    _write(session, deployment, viewer, customer, "asked", text=words)
    session.commit()


def grant(
    session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, until: date | None, note: str
) -> None:
    """Give the customer's reseller access from today, with a last day if ``until`` is given; or change that day.

    :raises Conflict: if the viewer is not the customer's provider.
    :raises Invalid: if the last day has passed, or the note is too long.
    """
    _require_provider(session, viewer, customer)
    today, note = deployment.now().date(), _fitting(note)
    if until is not None and until < today:
        raise Invalid(_("The last day has passed already."), remedy=_("Choose today or a later day, or none."))
    now = of_customer(session, deployment, customer)
    since = now.since if now.standing in {"granted", "limited"} and now.since else today
    _remove(session, customer)
    session.add(
        AzureAccess(
            customer_id=customer.id,
            provider_id=customer.partner_id,
            reseller_id=customer.reseller_id or 0,
            since=since,
            until=until,
        )
    )
    _write(session, deployment, viewer, customer, "limited" if until else "granted", until=until, text=note)
    session.commit()


def withdraw(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, note: str) -> None:
    """Take the access away; from now on Azure is refused to the reseller again (R26).

    :raises Conflict: if the viewer is not the customer's provider, or there is none to take away.
    """
    _require_provider(session, viewer, customer)
    note = _fitting(note)
    if of_customer(session, deployment, customer).standing not in {"granted", "limited"}:
        raise Conflict(_("There is no access to withdraw."), remedy=_("Look at the history on this page."))
    _remove(session, customer)
    _write(session, deployment, viewer, customer, "withdrawn", text=note)
    session.commit()


def decline(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, note: str) -> None:
    """Answer the reseller's question with no.

    :raises Conflict: if the viewer is not the customer's provider, or nothing was asked.
    """
    _require_provider(session, viewer, customer)
    note = _fitting(note)
    if not of_customer(session, deployment, customer).asked:
        raise Conflict(_("There is no question to decline."), remedy=_("Look at the history on this page."))
    _write(session, deployment, viewer, customer, "declined", text=note)
    session.commit()


def end_with_reseller(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer) -> None:
    """Take away what the present reseller holds, before the customer changes to another; the caller commits."""
    held = session.exec(select(AzureAccess.id).where(*_of_present_reseller(customer)).limit(1)).first()
    if held is not None:
        _remove(session, customer)
        _write(session, deployment, viewer, customer, "withdrawn")


def _require_provider(session: Session, viewer: Viewer, customer: Customer) -> None:
    _lock(session, customer)
    if customer.partner_id != viewer.partner_id or customer.reseller_id is None:
        raise Conflict(
            _("Only the provider of a reseller's customer decides about access."),
            remedy=_("Ask the provider; or record the customer's reseller on its page."),
        )


def _lock(session: Session, customer: Customer) -> None:
    """Let one decision about a customer be made at a time."""
    session.refresh(customer, with_for_update=True)


def _write(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    kind: Kind,
    *,
    until: date | None = None,
    text: str = "",
) -> None:
    """Add an event, and tell the audit trail without the words; the caller commits."""
    now = deployment.now()
    session.add(
        AccessEvent(
            customer_id=customer.id,
            provider_id=customer.partner_id,
            reseller_id=customer.reseller_id or 0,
            member_id=viewer.member_id,
            at=now,
            kind=kind,
            until=until,
            text=text,
        )
    )
    facts = {"until": until.isoformat()} if until else None
    audit.record(session, viewer, now, f"access.{kind}", f"customer:{customer.id}", customer.name, detail=facts)


def _remove(session: Session, customer: Customer) -> None:
    session.execute(delete(AzureAccess).where(*_of_present_reseller(customer)))


def _of_present_reseller(customer: Customer) -> tuple[ColumnElement[bool], ...]:
    return col(AzureAccess.customer_id) == customer.id, col(AzureAccess.reseller_id) == customer.reseller_id


def _fitting(note: str) -> str:
    note = note.replace("\0", "").strip()
    if len(note) > NOTE_LENGTH:
        raise Invalid(
            _("The note is longer than %(length)s characters.", length=NOTE_LENGTH),
            remedy=_("Shorten it; details belong in the request itself."),
        )
    return note
