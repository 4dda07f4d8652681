"""The way in: the admin center, Partner Center as the documents ask, and further portals (R16 to R37)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from onbehalf_office365.dynamics import area_of
from onbehalf_office365.products import MAIN_PORTAL
from webapp import (
    Draft,
    LabelledDoor,
    PortalDoor,
    RedirectTarget,
    Situation,
    TextDomain,
    TicketShape,
    partner_center_door,
)
from webapp.contracts.values import Text

_ = TextDomain("onbehalf_office365").text

FURTHER_PORTALS: Mapping[str, tuple[str, ...]] = {"dynamics365": ("power_platform",), "ems": ("intune", "entra")}

REASONS: Mapping[str, Text] = {
    MAIN_PORTAL: _("The documents send requests for this product to this admin center."),
    "power_platform": _("Today's pages take requests for customer engagement apps and Power Platform here."),
    "intune": _("Intune is managed here: look at its settings before you file."),
    "entra": _("Identities and access are managed here: look at their settings before you file."),
}

# Every sample number in Microsoft's documents has fifteen digits; they are years old, so a longer one passes too.
TICKET_SHAPE = TicketShape(pattern=r"[0-9]{15,}", example="616122292874576")


def target(draft: Draft) -> RedirectTarget:
    """Return the admin center in the customer's context, the steps behind it, and the other ways in."""
    situation = draft.situation
    main = _main_portal(situation)
    in_power_platform = main == "power_platform"
    return RedirectTarget(
        door=_door(situation, main),
        others=tuple(_others(situation, main)),
        steps=tuple(_power_platform_steps(situation) if in_power_platform else _admin_center_steps(situation)),
        review=_("In the Power Platform admin center, open Help + support.")
        if in_power_platform
        else _("In the admin center, choose See all support tickets."),
        ticket_shape=TICKET_SHAPE,
    )


def _main_portal(situation: Situation) -> str:
    """Today's pages take Dynamics 365 apps in the Power Platform admin center (R37); the documents do not (R19)."""
    moved = situation.rules == "today" and situation.product.key == "dynamics365" and area_of(situation) == "apps"
    return "power_platform" if moved and "power_platform" in situation.cloud.portals else MAIN_PORTAL


def _door(situation: Situation, portal: str, fragment: str = "") -> PortalDoor:
    return PortalDoor(portal=portal, fragment=fragment, in_customer=not situation.customer.own)


def _others(situation: Situation, main: str) -> Iterable[LabelledDoor]:
    portals = situation.cloud.portals
    if "partner_center" in portals and not situation.customer.own:
        yield partner_center_door(
            situation, _("Choose New request, then Office 365, Dynamics 365, Enterprise Mobility Suite.")
        )
    for kind in (MAIN_PORTAL, *FURTHER_PORTALS.get(situation.product.key, ())):
        if kind != main and kind in portals:
            yield LabelledDoor(label=portals[kind].label, door=_door(situation, kind), reason=REASONS[kind])
    yield LabelledDoor(
        label=_("Support page of the admin center"),
        door=_door(situation, MAIN_PORTAL, fragment="/support"),
        reason=_("It saves the way through the menu."),
        confirmed=False,
    )


def _sign_in(situation: Situation) -> Iterable[Text]:
    if situation.customer.own:
        yield _("Sign in with an administrator's account of your own tenant.")
        return
    yield _("Sign in with your Partner Center credentials.")
    yield _("See that the admin center names %(customer)s, not your own company.", customer=situation.customer.name)


def _admin_center_steps(situation: Situation) -> Iterable[Text]:
    yield from _sign_in(situation)
    yield _("In the menu on the left, choose Support, then New service request.")
    yield _("Pick the support topic; further ones stand behind More…")
    yield _("Complete the form with your own contact data, then choose Submit.")


def _power_platform_steps(situation: Situation) -> Iterable[Text]:
    yield from _sign_in(situation)
    yield _("Choose Help + support, then New support request.")
    yield _("Complete the form with your own contact data, then submit it.")
