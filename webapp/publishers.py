"""Publishers of marketplace offers and the ways to their support (R38, R39), kept by the whole deployment.

A contact is dialled by whoever's customer bought the offer: so a partner changes a publisher only while no other
partner's customers use it; then only the operator does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp import audit
from webapp.collation import by_name
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, DeskError, NotAllowed, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.customers import Customer, Offer, Publisher, Subscription

FIELDS = ("name", "support_url", "support_email", "support_phone", "first_response_minutes")
PAGE = 50


@dataclass(frozen=True)
class Listed:
    """A page of publishers with their offers; ``after`` continues it."""

    rows: Sequence[tuple[Publisher, Sequence[Offer]]]
    query: str
    after: str


def listed(session: Session, query: str, after: str) -> Listed:
    """Return publishers by name, those that hold ``query``."""
    statement = select(Publisher).order_by(col(Publisher.name)).limit(PAGE + 1)
    words = query.replace("\0", "").strip()
    if words:
        statement = statement.where(func.lower(col(Publisher.name)).contains(words.lower(), autoescape=True))
    if after and "\0" not in after:
        statement = statement.where(col(Publisher.name) > after)
    rows = session.exec(statement).all()
    offers = _offers(session, [row.id for row in rows])
    more = rows[PAGE - 1].name if len(rows) > PAGE else ""
    return Listed([(row, offers.get(row.id, [])) for row in rows[:PAGE]], query, more)


def fetch(session: Session, publisher_id: int) -> Publisher:
    """Return a publisher.

    :raises NotFound: if there is none.
    """
    found = session.get(Publisher, publisher_id) if publisher_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(_("There is no such publisher."), remedy=_("Choose one of the list of publishers."))
    return found


def offers_of(session: Session, publisher: Publisher) -> Sequence[Offer]:
    """Return a publisher's offers by name."""
    return _offers(session, [publisher.id]).get(publisher.id, [])


def may_change(session: Session, viewer: Viewer, publisher: Publisher) -> bool:
    """Say whether the viewer may change it: the operator always, a partner while no other's customers use it."""
    if viewer.operator:
        return True
    others = (
        select(Subscription.id)
        .join(Offer, col(Offer.id) == col(Subscription.offer_id))
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .where(col(Offer.publisher_id) == publisher.id, col(Customer.partner_id) != viewer.partner_id)
    )
    return session.exec(others.limit(1)).first() is None


def save(
    session: Session, deployment: Deployment, viewer: Viewer, publisher: Publisher | None, values: Mapping[str, Any]
) -> Publisher:
    """Record a publisher, or change the one given; ``values`` hold all of ``FIELDS``, what is unknown as ``None``.

    :raises Conflict: if another one has this name.
    :raises NotAllowed: if other partners' customers use it.
    """
    if publisher is not None:
        _require_change(session, viewer, publisher)
    kind = "changed" if publisher else "added"
    saved = publisher or Publisher(name="")
    for name in FIELDS:
        setattr(saved, name, values[name])
    session.add(saved)
    _flush(
        session,
        Conflict(
            _("A publisher of this name is recorded already."), remedy=_("Look for it in the list of publishers.")
        ),
    )
    audit.record(session, viewer, deployment.now(), f"publisher.{kind}", f"publisher:{saved.id}", saved.name)
    session.commit()
    return saved


def add_offer(session: Session, deployment: Deployment, viewer: Viewer, publisher: Publisher, name: str) -> Offer:
    """Add an offer.

    :raises Conflict: if the publisher has one of this name.
    """
    if name in {offer.name for offer in offers_of(session, publisher)}:
        raise Conflict(_("This publisher has an offer of this name already."), remedy=_("Use the one in the list."))
    offer = Offer(publisher_id=publisher.id, name=name)
    session.add(offer)
    _tell_offers(session, deployment, viewer, publisher)
    session.commit()
    return offer


def remove_offer(session: Session, deployment: Deployment, viewer: Viewer, publisher: Publisher, offer_id: int) -> None:
    """Remove an offer that no customer has bought.

    :raises NotFound: if the publisher has no such offer.
    :raises NotAllowed: if other partners' customers use the publisher.
    :raises Conflict: if a customer has bought it.
    """
    offer = next((offer for offer in offers_of(session, publisher) if offer.id == offer_id), None)
    if offer is None:
        raise NotFound(_("This publisher has no such offer."), remedy=_("Choose one of the list."))
    _require_change(session, viewer, publisher)
    if session.exec(select(Subscription.id).where(Subscription.offer_id == offer.id).limit(1)).first() is not None:
        raise Conflict(
            _("A customer has bought this offer."), remedy=_("Remove it from the customers' subscriptions first.")
        )
    session.delete(offer)
    _tell_offers(session, deployment, viewer, publisher)
    session.commit()


def _require_change(session: Session, viewer: Viewer, publisher: Publisher) -> None:
    session.refresh(publisher, with_for_update=True)
    if not may_change(session, viewer, publisher):
        raise NotAllowed(
            _("Other partners' customers use this publisher too."),
            remedy=_("Ask whoever runs this desk to change it; or record another publisher for your own customers."),
        )


def _flush(session: Session, otherwise: DeskError) -> None:
    """Send what is pending to the database; what breaks uniqueness is refused as ``otherwise``."""
    try:
        session.flush()
    except IntegrityError as error:
        raise otherwise from error


def _tell_offers(session: Session, deployment: Deployment, viewer: Viewer, publisher: Publisher) -> None:
    subject = f"publisher:{publisher.id}"
    audit.record(session, viewer, deployment.now(), "publisher.offers", subject, publisher.name)


def _offers(session: Session, ids: Sequence[int]) -> dict[int, list[Offer]]:
    found: dict[int, list[Offer]] = {}
    statement = select(Offer).where(col(Offer.publisher_id).in_(ids)).order_by(col(Offer.id))
    for offer in by_name(session.exec(statement), lambda offer: offer.name):
        found.setdefault(offer.publisher_id, []).append(offer)
    return found
