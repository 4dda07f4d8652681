"""What holds for Dynamics 365 alone: the plan its incidents need, and what goes to Dynamics support (R35 to R37)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp import Check, ExternalDoor, Remedy, Situation, TextDomain
from webapp.contracts.values import Text

_ = TextDomain("onbehalf_office365").text

PLANS: Mapping[str, Text] = {
    "asfp": _("Advanced Support for Partners (ASfP)"),
    "psfp": _("PSfP"),
    "premier": _("Premier"),
    "unified": _("Unified"),
}
"""ASfP and what stands above it (R35, R48)."""

PLAN_OPTIONS = ExternalDoor(url="https://partner.microsoft.com/support/partnersupport")
DYNAMICS_SUPPORT = ExternalDoor(
    url="https://learn.microsoft.com/dynamics365/customer-engagement/admin/contact-technical-support"
)
INCIDENTS = frozenset({"break_fix", "advisory"})
COMMERCIAL_AREAS = frozenset({"plans", "licensing"})


def area_of(situation: Situation) -> str:
    """Return what the question is about; the ordinary answer while none is given."""
    return situation.answers.get("dynamics_area", "apps")


def dynamics_checks(situation: Situation) -> Iterable[Check]:
    """Say which plan the filer needs, and which questions belong to Dynamics support."""
    if _for_dynamics_support(situation):
        yield _go_to_dynamics_support(situation)
    if situation.rules == "today" and area_of(situation) == "central":
        yield Check(
            outcome="pass",
            reason=_("Business Central is supported through partners only, so the request is yours to file."),
            rules=("R37",),
        )
    if _is_incident(situation):
        yield from _plan_checks(situation)


def _for_dynamics_support(situation: Situation) -> bool:
    return situation.category == "billing" or (
        situation.category != "fraud" and area_of(situation) in COMMERCIAL_AREAS | {"finance"}
    )


def _is_incident(situation: Situation) -> bool:
    """R35 is about incidents for a customer; a question about plans or licences is none, whatever it is filed as."""
    return situation.category in INCIDENTS and not situation.customer.own and area_of(situation) not in COMMERCIAL_AREAS


def _go_to_dynamics_support(situation: Situation) -> Check:
    lifecycle = situation.rules == "today" and situation.category != "billing" and area_of(situation) == "finance"
    return Check(
        outcome="warn",
        reason=_(
            "Questions about Dynamics 365 plan subscriptions, licences, billing or Finance & Operations go to Dynamics "
            "support."
        ),
        remedy=Remedy(
            text=_("Open the project in Lifecycle Services, choose Support, then Submit an incident.")
            if lifecycle
            else _("Contact Dynamics support; its page says how."),
            door=DYNAMICS_SUPPORT,
        ),
        rules=("R36", "R37") if lifecycle else ("R36",),
    )


def _plan_checks(situation: Situation) -> Iterable[Check]:
    held = situation.contract(*PLANS)
    if held:
        yield Check(
            outcome="pass",
            reason=_("Your support agreement %(plan)s covers Dynamics 365 incidents.", plan=PLANS[held.plan]),
            rules=("R35",),
        )
        return
    yield Check(
        outcome="warn" if situation.rules == "today" else "fail",
        reason=_(
            "Dynamics 365 incidents need a support agreement of Advanced Support for Partners (ASfP) or higher; none "
            "that is valid in this cloud is recorded for %(partner)s.",
            partner=situation.partner.name,
        ),
        remedy=Remedy(
            text=_("Read which agreements there are, and record yours with its validity."),
            door=PLAN_OPTIONS,
            action="add_contract",
        ),
        rules=("R35",),
    )
    yield from _provider_checks(situation)


def _provider_checks(situation: Situation) -> Iterable[Check]:
    provider = situation.provider
    held = situation.contract(*PLANS, of=provider) if provider else None
    if provider and held:
        yield Check(
            outcome="warn",
            reason=_(
                "Your provider %(provider)s holds %(plan)s, so it can file this for your customer.",
                provider=provider.name,
                plan=PLANS[held.plan],
            ),
            remedy=Remedy(
                text=_(
                    "Pass the draft to %(provider)s: it files with its own contact, and you both follow the request.",
                    provider=provider.name,
                ),
                action="pass_to_provider",
            ),
            rules=("R71", "R35"),
        )
