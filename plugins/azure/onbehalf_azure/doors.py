"""The way into the Azure portal, and where the request is seen later (R19, R22 to R25, R29, R56)."""

from __future__ import annotations

from collections.abc import Iterator

from onbehalf_azure.plans import OWN_PLANS, own_plan
from onbehalf_azure.relation import missing_rights
from onbehalf_azure.texts import _
from webapp import LabelledDoor, PortalDoor, RedirectTarget, Situation, TicketShape, partner_center_door
from webapp.i18n import LazyText

HELP_AND_SUPPORT = "view/Microsoft_Azure_Support/HelpAndSupportBlade/~/overview"

# supportTicketId has 15 digits in the examples of Azure's REST specification (GetSubscriptionSupportTicketDetails,
# 2024-04-01: 118032014183770). Nothing there promises the length, so a 16th is taken too; another shape only warns.
TICKET_SHAPE = TicketShape(pattern=r"[0-9]{15,16}", example="118032014183770")


def way_in(situation: Situation) -> RedirectTarget:
    """Return the door, other ways in, the steps behind it, and where to review the request."""
    own = situation.customer.own
    return RedirectTarget(
        door=PortalDoor(portal="azure", in_customer=not own),
        others=tuple(_others(situation)),
        steps=tuple(_own_steps(situation) if own else _steps(situation)),
        review=_(
            "In the Azure portal, choose Manage support requests; today the menu is Help + support > All "
            "support requests."
        ),
        ticket_shape=TICKET_SHAPE,
    )


def _steps(situation: Situation) -> Iterator[LazyText]:
    if missing_rights(situation):
        yield _(
            "Copy the customer's domain name from its account page in Partner Center: %(domain)s is recorded here.",
            domain=situation.customer.domain,
        )
        yield _("Check that the portal has opened at that domain.")
        yield _choose_subscription(situation)
    yield _("Choose New support request; you find it under Help + support.")
    yield _("In Basics, set Support plan to Cloud Solution Provider.")
    yield _("In Contact information, enter your details, not the customer's.")
    yield _("Choose Create, then bring the number of the request back here.")


def _choose_subscription(situation: Situation) -> LazyText:
    if situation.subscription is None:
        return _("Choose the Azure subscription that needs support.")
    return _("Choose the Azure subscription that needs support: %(name)s.", name=situation.subscription.name)


def _own_steps(situation: Situation) -> Iterator[LazyText]:
    yield _("Sign in to the Azure portal directly: it opens in your own context.")
    yield _("Choose New support request; you find it under Help + support.")
    plan = own_plan(situation)
    if plan is not None:
        yield _("In Basics, set Support plan to your own plan: %(plan)s.", plan=OWN_PLANS[plan.plan])
    yield _("In Contact information, enter your details.")
    yield _("Choose Create, then bring the number of the request back here.")


def _others(situation: Situation) -> Iterator[LabelledDoor]:
    own = situation.customer.own
    if not own and "partner_center" in situation.cloud.portals:
        yield partner_center_door(
            situation,
            _("Choose New request, then Azure. You are taken to the Azure portal."),
            _("Go on there with the steps of the main door."),
        )
    yield LabelledDoor(
        label=_("Help + support in the Azure portal"),
        door=PortalDoor(portal="azure", fragment=HELP_AND_SUPPORT, in_customer=not own),
        reason=_("It opens Help + support at once, in your own context.")
        if own
        else _("It may open Help + support at once, but no source proves this form of the address for Azure."),
        steps=(_("Choose New support request."),),
        confirmed=own,
    )
