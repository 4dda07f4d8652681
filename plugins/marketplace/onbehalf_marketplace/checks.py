"""Whose duty a marketplace problem is, and whether its publisher can be reached (R38, R39, R40)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onbehalf_marketplace.contact_ways import Kind, Way, unusable, ways
from onbehalf_marketplace.texts import _
from webapp import Check, PortalDoor, Remedy, Situation
from webapp.contracts.situation import Publisher
from webapp.contracts.values import Text

MALFORMED: Mapping[Kind, Text] = {
    "page": _("The support page recorded for this publisher is not a proper https address, so it is not offered."),
    "email": _("The e-mail address recorded for this publisher is malformed, so it is not offered."),
    "phone": _("The telephone number recorded for this publisher is malformed, so it is not offered."),
}


def duty(situation: Situation) -> Iterator[Check]:
    """Yield who answers for what; billing is the partner's own (R40)."""
    if situation.category == "billing":
        yield Check(
            outcome="fail",
            reason=_("Billing, payment and account set-up of marketplace products are the partner's own duty."),
            remedy=Remedy(
                text=_(
                    "Settle it with the customer yourself. Only if the commerce system fails (transactions, billing, "
                    "provisioning), ask Microsoft for help in Partner Center."
                ),
                door=PortalDoor(portal="partner_center", in_customer=False),
            ),
            rules=("R40",),
        )
        return
    yield Check(
        outcome="pass",
        reason=_(
            "The publisher answers for technical support and service levels, the partner for billing and first "
            "contact, Microsoft only for the commerce system."
        ),
        rules=("R40",),
    )
    if situation.partner.kind in ("indirect_provider", "indirect_reseller"):
        yield Check(
            outcome="pass",
            reason=_("In the indirect model, provider and reseller share the partner's part."),
            rules=("R40",),
        )


def publisher(situation: Situation) -> Iterator[Check]:
    """Yield whether the chosen product's publisher can be reached; at least one check (R38, R39)."""
    chosen = situation.subscription
    if chosen is None:
        yield _not_chosen(situation)
        return
    if chosen.offer is None:
        yield _unknown(_("The publisher of %(product)s is not recorded.", product=chosen.name))
        return
    its = chosen.offer.publisher
    known = ways(its)
    if known:
        yield Check(
            outcome="pass",
            reason=_(
                "%(publisher)s supports this product: Microsoft gives no product support for marketplace products.",
                publisher=its.name,
            ),
            rules=("R38",),
        )
        yield from (Check(outcome="pass", reason=_known(way), rules=("R39",)) for way in known)
    else:
        yield _unknown(_("No usable way to reach %(publisher)s is recorded.", publisher=its.name))
    yield from _malformed(its)


def _not_chosen(situation: Situation) -> Check:
    if not situation.subscriptions:
        return Check(
            outcome="fail",
            reason=_("No marketplace product is recorded for %(customer)s.", customer=situation.customer.name),
            remedy=Remedy(
                text=_("Record the product the customer bought, with its publisher."), action="edit_customer"
            ),
            rules=("R38",),
        )
    if situation.subscription_id is not None:
        return Check(
            outcome="fail",
            reason=_("The product chosen is not one of %(customer)s's.", customer=situation.customer.name),
            remedy=Remedy(text=_("Choose one of the customer's marketplace products.")),
            rules=("R38",),
        )
    return Check(
        outcome="pass",
        reason=_("Once you choose the product, you see whether its publisher can be reached."),
        rules=("R39",),
    )


def _unknown(reason: Text) -> Check:
    return Check(
        outcome="fail",
        reason=reason,
        remedy=Remedy(
            text=_(
                "Look on the Marketplace page: select the product, and its own page shows a support link, an e-mail "
                "address or a telephone number. The Offer details page in Partner Center shows them too. Then record "
                "what you found."
            ),
            door=PortalDoor(portal="partner_center", in_customer=False),
            action="add_publisher",
        ),
        rules=("R38", "R39"),
    )


def _known(way: Way) -> Text:
    if way.kind == "page":
        return _("Its support page is known: %(page)s", page=way.shown)
    if way.kind == "email":
        return _("Its support e-mail is known: %(email)s", email=way.shown)
    return _("Its support telephone is known: %(phone)s", phone=way.shown)


def _malformed(its: Publisher) -> Iterator[Check]:
    for kind in unusable(its):
        yield Check(
            outcome="warn",
            reason=MALFORMED[kind],
            remedy=Remedy(text=_("Correct the publisher's contact data."), action="add_publisher"),
            rules=("R39",),
        )
