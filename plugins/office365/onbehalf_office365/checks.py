"""May this partner ask for support: relationship, subscription, Dynamics' own rules, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable

from onbehalf_office365.dynamics import dynamics_checks
from onbehalf_office365.relation import partner_center, relation_checks
from webapp import Check, Remedy, Situation, TextDomain
from webapp.contracts.situation import Subscription

_ = TextDomain("onbehalf_office365").text


def all_checks(situation: Situation) -> Iterable[Check]:
    """Return every check of this plugin; what the own tenant costs is said by the programme (R44)."""
    yield from relation_checks(situation)
    yield from subscription_checks(situation)
    if situation.product.key == "dynamics365":
        yield from dynamics_checks(situation)
    if not situation.customer.own:
        yield _no_fee(situation)


def subscription_checks(situation: Situation) -> Iterable[Check]:
    """Warn where no active subscription of the product is recorded; a trial is one like any other (R45)."""
    chosen = situation.subscription
    judged = (chosen,) if chosen else situation.subscriptions
    if not judged:
        yield _none_recorded(situation)
    elif not any(s.status == "active" for s in judged):
        yield _not_active(situation, judged)


def _no_fee(situation: Situation) -> Check:
    return Check(
        outcome="pass",
        reason=_(
            "%(product)s takes no separate support fee from you or the customer.", product=situation.product.label
        ),
        rules=("R44",),
    )


def _none_recorded(situation: Situation) -> Check:
    return Check(
        outcome="warn",
        reason=_(
            "No %(product)s subscription is recorded for %(customer)s.",
            product=situation.product.label,
            customer=situation.customer.name,
        ),
        remedy=Remedy(
            text=_("Look in Partner Center whether there is one, and record it on the customer's page."),
            door=partner_center(situation),
            action="edit_customer",
        ),
        rules=("R41",),
    )


def _not_active(situation: Situation, judged: tuple[Subscription, ...]) -> Check:
    suspended = [s for s in judged if s.status == "suspended"]
    if suspended:
        reason = _("The subscription %(name)s is suspended.", name=suspended[0].name)
    else:
        reason = _("No %(product)s subscription of this customer is active.", product=situation.product.label)
    return Check(
        outcome="warn",
        reason=reason,
        remedy=Remedy(
            text=_(
                "That may be the cause: look at it in Partner Center first. Questions about billing and subscriptions "
                "can be filed all the same."
            ),
            door=partner_center(situation),
            action="edit_customer",
        ),
        rules=("R45",),
    )
