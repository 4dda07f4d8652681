"""What to tell the publisher, and how to reach it (R38, R39, R40)."""

from __future__ import annotations

from collections.abc import Iterator

from onbehalf_marketplace.contact_ways import Way, ways
from onbehalf_marketplace.texts import _
from webapp import Answer, Draft, LabelledDoor, PreparedRequest, RedirectTarget
from webapp.contracts.situation import Offer
from webapp.contracts.values import Text


def request(draft: Draft) -> PreparedRequest | None:
    """Return what the publisher needs to know; ``None`` where no product with a publisher is chosen."""
    offer = _offer(draft)
    if offer is None:
        return None
    return PreparedRequest(
        answers=(*_problem(draft, offer), *_contact(draft)),
        checklist=(
            _("This goes to %(publisher)s: Microsoft gives no product support for it.", publisher=offer.publisher.name),
            _("Name yourself as the contact: first contact with the customer is the partner's part."),
            _("Ask for the publisher's own case number, and record it here."),
        ),
    )


def way_in(draft: Draft) -> RedirectTarget | None:
    """Return the best known way to the publisher and the others; ``None`` where there is none."""
    offer = _offer(draft)
    known = ways(offer.publisher, subject=draft.title) if offer else ()
    if offer is None or not known:
        return None
    return RedirectTarget(
        door=known[0].door,
        others=tuple(_labelled(way) for way in known[1:]),
        steps=_steps(known[0]),
        review=_(
            "With %(publisher)s, under its own case number: record it here once you have it.",
            publisher=offer.publisher.name,
        ),
    )


def _offer(draft: Draft) -> Offer | None:
    chosen = draft.situation.subscription
    return chosen.offer if chosen else None


def _problem(draft: Draft, offer: Offer) -> Iterator[Answer]:
    yield Answer(label=_("Product"), value=offer.name)
    yield Answer(label=_("Publisher"), value=offer.publisher.name)
    yield Answer(label=_("Subject"), value=draft.title)
    yield Answer(label=_("Description"), value=draft.description)
    yield Answer(label=_("Customer"), value=draft.situation.customer.name)


def _contact(draft: Draft) -> Iterator[Answer]:
    section = _("Contact")
    yield Answer(section=section, label=_("Partner"), value=draft.situation.partner.name)
    yield Answer(section=section, label=_("Name"), value=draft.contact.name)
    yield Answer(section=section, label=_("E-mail"), value=draft.contact.email)
    if draft.contact.phone.strip():
        yield Answer(section=section, label=_("Phone"), value=draft.contact.phone)


def _labelled(way: Way) -> LabelledDoor:
    labels: dict[str, Text] = {
        "page": _("Support page"),
        "email": _("E-mail to %(email)s", email=way.shown),
        "phone": _("Telephone %(phone)s", phone=way.shown),
    }
    return LabelledDoor(
        label=labels[way.kind],
        door=way.door,
        reason=_("The publisher also names this way to its support."),
        steps=_steps(way),
    )


def _steps(way: Way) -> tuple[Text, ...]:
    last = _("When the publisher gives you a case number, come back and record it here.")
    if way.kind == "page":
        return (
            _("On the publisher's support page, open a request."),
            _("Copy the answers from here into its form, and send it."),
            last,
        )
    if way.kind == "email":
        return (
            _("An e-mail to %(email)s opens in your mail program.", email=way.shown),
            _("Copy the answers from here into it, and send it."),
            last,
        )
    return (
        _("Call %(phone)s.", phone=way.shown),
        _("Read out the answers from here: product, customer, problem, and yourself as the contact."),
        last,
    )
