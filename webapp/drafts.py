"""Typed text that is never lost and never shown elsewhere: kept per member, customer and product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp import audit, partners
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, Invalid, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer, drafts_of, drafts_passed_to
from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import Draft

FIELD_LENGTH = 20_000
FIELDS = 60


def find(session: Session, viewer: Viewer, customer: Customer, product: str) -> Draft | None:
    """Return the viewer's own draft for this customer and product."""
    statement = select(Draft).where(
        Draft.member_id == viewer.member_id, Draft.customer_id == customer.id, Draft.product == product
    )
    return session.exec(statement).first()


def save(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    product: str,
    fields: Mapping[str, str],
) -> Draft:
    """Keep what was typed so far; the last save wins.

    :raises Invalid: if it is too much to keep.
    """
    kept = _checked(fields)
    draft = find(session, viewer, customer, product) or _begin(session, deployment, viewer, customer, product)
    draft.fields, draft.saved_at = kept, deployment.now()
    session.add(draft)
    session.commit()
    return draft


def _begin(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, product: str) -> Draft:
    draft = Draft(
        member_id=viewer.member_id, customer_id=customer.id, product=product, fields={}, saved_at=deployment.now()
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:  # the same form was saved twice at once, and the other save came first
        return find(session, viewer, customer, product) or draft
    return draft


def discard(session: Session, viewer: Viewer, customer: Customer, product: str) -> Draft | None:
    """Remove the viewer's draft once a request has been made of it, and return it; the caller commits."""
    draft = find(session, viewer, customer, product)
    if draft is not None:  # by a statement: of a form sent twice at once, the second finds it gone, and that is fine
        session.execute(delete(Draft).where(col(Draft.id) == draft.id))
    return draft


def clear(session: Session, viewer: Viewer, customer: Customer, product: str) -> None:
    """Throw the viewer's draft away."""
    discard(session, viewer, customer, product)
    session.commit()


@dataclass(frozen=True)
class Waiting:
    """A draft of the viewer's own, or one passed on: to whom it belongs, and who passed it."""

    draft: Draft
    customer: Customer
    sender: str | None
    sender_partner: str | None


def of_viewer(session: Session, viewer: Viewer) -> Sequence[Waiting]:
    """Return the viewer's own drafts, the newest first."""
    return _waiting(session, viewer, passed=False)


def passed_to(session: Session, viewer: Viewer) -> Sequence[Waiting]:
    """Return the drafts that colleagues or resellers passed to the viewer and nobody has taken."""
    return _waiting(session, viewer, passed=True)


def take(session: Session, deployment: Deployment, viewer: Viewer, draft_id: int) -> Draft:
    """Make a draft that was passed on the viewer's own.

    :raises NotFound: if there is none for the viewer.
    :raises Conflict: if the viewer has a draft for the same customer and product already.
    """
    statement = select(Draft).where(Draft.id == draft_id, drafts_passed_to(viewer)).with_for_update()
    draft = session.exec(statement).first() if draft_id <= LARGEST_ID else None
    if draft is None:
        raise NotFound(
            _("There is no such draft for you."), remedy=_("A colleague may have taken it; look at the requests.")
        )
    customer = session.get(Customer, draft.customer_id)
    if customer is not None and find(session, viewer, customer, draft.product) is not None:
        raise Conflict(
            _("You have a draft of your own for this customer and product."),
            remedy=_("File it or clear it first; the one passed to you waits."),
        )
    draft.member_id = viewer.member_id
    session.add(draft)
    _tell(session, deployment, viewer, "draft.taken", draft)
    session.commit()
    return draft


def pass_to_provider(
    session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, draft: Draft
) -> Partner:
    """Pass a draft to the customer's provider, which files it with its own contact (R71).

    :raises Conflict: if the viewer's partner is not the reseller of this customer.
    """
    provider = session.get(Partner, customer.partner_id)
    if provider is None or customer.reseller_id != viewer.partner_id:
        raise Conflict(
            _("There is no provider to pass this draft to."),
            remedy=_("Only a reseller passes a draft on, to the provider of that customer."),
        )
    draft.to_partner_id, draft.to_member_id = provider.id, None
    _release(session, deployment, viewer, draft, to=provider.name)
    return provider


def pass_to_colleague(session: Session, deployment: Deployment, viewer: Viewer, member_id: int, draft: Draft) -> Member:
    """Pass a draft to a colleague who may file it.

    :raises Invalid: if the member is not of the viewer's own partner, or may not sign in any more.
    """
    member = session.get(Member, member_id) if member_id <= LARGEST_ID else None
    if member is None or member not in partners.active_colleagues(session, viewer) or member.id == viewer.member_id:
        raise Invalid(_("A draft is passed to a colleague."), remedy=_("Choose one of the list."))
    draft.to_partner_id, draft.to_member_id = member.partner_id, member.id
    _release(session, deployment, viewer, draft, to=member.name)
    return member


def _release(session: Session, deployment: Deployment, viewer: Viewer, draft: Draft, *, to: str) -> None:
    """Let go of a draft: whoever files it enters their own contact, so the old one is dropped.

    One that came from a reseller stays the reseller's, also when the provider's people pass it among themselves (R71).
    """
    draft.fields = {key: value for key, value in draft.fields.items() if not key.startswith("contact_")}
    draft.member_id, draft.saved_at = None, deployment.now()
    if draft.from_partner_id in (None, viewer.partner_id):
        draft.from_member_id, draft.from_partner_id = viewer.member_id, viewer.partner_id
    session.add(draft)
    _tell(session, deployment, viewer, "draft.passed", draft, to=to)
    session.commit()


def _tell(session: Session, deployment: Deployment, viewer: Viewer, action: str, draft: Draft, **facts: str) -> None:
    """Tell the audit trail what was done with a draft, without a word of it."""
    customer = session.get(Customer, draft.customer_id)
    detail = {"product": draft.product, **facts}
    name, subject = customer.name if customer else "", f"customer:{draft.customer_id}"
    audit.record(session, viewer, deployment.now(), action, subject, name, detail=detail)


def _checked(fields: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value.replace("\0", "") for key, value in fields.items()}
    if len(kept) > FIELDS or any(len(value) > FIELD_LENGTH or len(key) > 80 for key, value in kept.items()):
        raise Invalid(
            _("This is too much text to keep as a draft."),
            remedy=_("Keep each field under 20,000 characters; attach long logs in the portal."),
        )
    return kept


def _waiting(session: Session, viewer: Viewer, *, passed: bool) -> Sequence[Waiting]:
    mine = drafts_passed_to(viewer) if passed else drafts_of(viewer)
    statement = (
        select(Draft, Customer, Member.name, Partner.name)
        .join(Customer, col(Customer.id) == col(Draft.customer_id))
        .outerjoin(Member, col(Member.id) == col(Draft.from_member_id))
        .outerjoin(Partner, col(Partner.id) == col(Draft.from_partner_id))
        .where(mine)
        .order_by(col(Draft.saved_at).desc())
        .limit(50)
    )
    return [Waiting(*row) for row in session.exec(statement)]
