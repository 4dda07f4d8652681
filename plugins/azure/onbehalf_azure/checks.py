"""When a partner may ask for Azure support, in the order a reader should see it."""

from __future__ import annotations

from collections.abc import Iterator

from onbehalf_azure.filer import filer_checks
from onbehalf_azure.plans import BENEFITS, OWN_PLANS, benefit, own_plan
from onbehalf_azure.relation import missing_rights
from onbehalf_azure.texts import TEXTS, _
from webapp import Check, ExternalDoor, PortalDoor, Remedy, Situation
from webapp.contracts.situation import Subscription

SUPPORT_FAQ = ExternalDoor(url="https://go.microsoft.com/fwlink/?LinkId=717532")
"""The Azure support FAQ, as the documents link it (R46)."""


def checks(situation: Situation) -> Iterator[Check]:
    """Yield at least one check: about the subscription."""
    yield _subscription(situation)
    if situation.customer.own:
        yield from _own_tenant(situation)
        return
    yield from filer_checks(situation)
    yield from _admin_rights(situation)
    if situation.category not in ("billing", "fraud"):
        yield _fee(situation)


def _subscription(situation: Situation) -> Check:
    """Ask for an active Azure subscription; several and none chosen is not a failure, the form asks."""
    chosen = situation.subscription
    if chosen is not None:
        return _chosen(chosen)
    active = [subscription for subscription in situation.subscriptions if subscription.status == "active"]
    if active:
        reason = TEXTS.plural(
            "%(customer)s has %(num)s active Azure subscription; choose the one that has the problem.",
            "%(customer)s has %(num)s active Azure subscriptions; choose the one that has the problem.",
            len(active),
            customer=situation.customer.name,
        )
        return Check(outcome="pass", reason=reason, rules=("R29",))
    return Check(
        outcome="fail",
        reason=_("%(customer)s has no active Azure subscription.", customer=situation.customer.name),
        remedy=Remedy(
            text=_(
                "If it has one in Partner Center, record it on the customer's page; else there is nothing to file for."
            ),
            action="edit_customer",
        ),
        rules=("R29",),
    )


def _chosen(subscription: Subscription) -> Check:
    if subscription.status == "active":
        return Check(
            outcome="pass",
            reason=_("The subscription %(name)s is active.", name=subscription.name),
            rules=("R29",),
        )
    return Check(
        outcome="fail",
        reason=_("The subscription %(name)s is not active.", name=subscription.name),
        remedy=Remedy(
            text=_("Reactivate it in Partner Center and record that on the customer's page, or choose another one."),
            action="edit_customer",
        ),
        rules=("R29",),
    )


def _own_tenant(situation: Situation) -> Iterator[Check]:
    """Ask for an own plan: the CSP benefit does not cover the own tenant (R43, R46)."""
    plan = own_plan(situation)
    if plan is None:
        yield Check(
            outcome="fail",
            reason=_(
                "This is your own tenant: the CSP benefit does not cover it, and no valid support plan of your own is "
                "recorded."
            ),
            remedy=Remedy(
                text=_(
                    "Record an MPN contract ID, a Premier contract or an Azure support plan. ASfP and Signature Cloud "
                    "Support do not count here."
                ),
                door=SUPPORT_FAQ,
                action="add_contract",
            ),
            rules=("R43", "R46"),
        )
        return
    yield Check(
        outcome="pass",
        reason=_("Your own plan covers your own tenant: %(plan)s.", plan=OWN_PLANS[plan.plan]),
        rules=("R46",),
    )
    yield Check(
        outcome="pass",
        reason=_("The portal opens in your own context, and you are the contact for your own subscription."),
        rules=("R56",),
    )


def _admin_rights(situation: Situation) -> Iterator[Check]:
    """Warn where the admin rights are missing, and show the other door (R28, R29)."""
    missing = missing_rights(situation)
    if missing is None:
        return
    if missing == "pending":
        reason = _("The customer has not accepted your request for admin rights yet.")
    else:
        reason = _(
            "You have no admin rights for this customer: they were not asked for when the relationship was made, or "
            "you manage only its Azure subscriptions."
        )
    yield Check(
        outcome="warn",
        reason=reason,
        remedy=Remedy(
            text=_(
                "You can still file. Copy the customer's domain name from its account page in Partner Center, open the "
                "Azure portal at that domain, choose the subscription, then New support request."
            ),
            door=PortalDoor(portal="azure"),
        ),
        rules=("R28", "R29"),
    )


def _fee(situation: Situation) -> Check:
    """Say that Azure's technical support costs a fee, and which benefit pays it (R44, R47)."""
    found = benefit(situation)
    if found is not None:
        return Check(
            outcome="pass",
            reason=_(
                "Azure charges a fee for technical support; your benefit can pay it: %(benefit)s.",
                benefit=BENEFITS[found.plan],
            ),
            rules=("R44", "R47"),
        )
    return Check(
        outcome="warn",
        reason=_("Azure charges a fee for technical support, and no benefit that pays it is recorded."),
        remedy=Remedy(
            text=_("If you hold Signature Cloud Support or another programme benefit, record it; else expect the fee."),
            action="add_contract",
        ),
        rules=("R44", "R47"),
    )
