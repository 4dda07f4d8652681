"""When a partner may escalate to 21Vianet: its own criteria (R7, R58) and severities (R54)."""

from __future__ import annotations

from collections.abc import Iterator

from onbehalf_vianet.texts import _
from webapp import Check, PortalDoor, Remedy, Situation

ADVANCED = "vianet_advanced"
"""The plan of the advanced service agreement."""


def escalation(situation: Situation) -> Iterator[Check]:
    """Yield whether the problem is one to escalate; at least one check."""
    yield _missing(situation)
    if situation.answers.get("solved_first") == "not_yet":
        yield Check(
            outcome="fail",
            reason=_("Nobody has tried to solve this in the customer's admin center yet."),
            remedy=_solve_there(),
            rules=("R58",),
        )
    if situation.category == "billing":
        yield Check(
            outcome="pass",
            reason=_("Billing disputes you cannot solve go to 21Vianet the same way."),
            rules=("R59",),
        )
    if situation.answers.get("remediation") == "yes":
        yield Check(
            outcome="pass",
            reason=_(
                "You acknowledged the remediation clause: if 21Vianet finds that you escalate inappropriately, you "
                "agree to meet, on its request, to discuss a remediation plan."
            ),
            rules=("R7",),
        )


def severity(situation: Situation) -> Iterator[Check]:
    """Yield what stands against severity A; nothing for the others (R54)."""
    if situation.severity != "A":
        return
    if situation.category == "billing":
        yield Check(
            outcome="fail",
            reason=_("21Vianet handles billing questions at severity B at most."),
            remedy=Remedy(text=_("Choose severity B or C.")),
            rules=("R54",),
        )
        return
    if situation.category == "advisory":
        yield Check(
            outcome="warn",
            reason=_("21Vianet keeps severity A for technical issues."),
            remedy=Remedy(text=_("Choose severity B or C, unless your question is a technical one.")),
            rules=("R54",),
        )
    yield _advanced_agreement(situation)


def _missing(situation: Situation) -> Check:
    if situation.answers.get("missing") == "none":
        return Check(
            outcome="fail",
            reason=_(
                "You lack neither training nor documentation nor tools, so this is not escalation support: it is yours "
                "to solve."
            ),
            remedy=_solve_there(),
            rules=("R7", "R58"),
        )
    return Check(
        outcome="pass",
        reason=_(
            "21Vianet gives escalation support: what you cannot reasonably give your customer because you lack the "
            "training, documentation or tools."
        ),
        rules=("R7",),
    )


def _advanced_agreement(situation: Situation) -> Check:
    contract = situation.contract(ADVANCED)
    if contract is None:
        return Check(
            outcome="warn",
            reason=_(
                "Severity A needs an advanced service agreement with 21Vianet; none is recorded for %(partner)s.",
                partner=situation.partner.name,
            ),
            remedy=Remedy(
                text=_("Choose severity B or C, or record the advanced service agreement."), action="add_contract"
            ),
            rules=("R54",),
        )
    return Check(
        outcome="pass",
        reason=_(
            "%(partner)s holds an advanced service agreement, so severity A is open.", partner=situation.partner.name
        ),
        rules=("R54",),
    )


def _solve_there() -> Remedy:
    return Remedy(
        text=_("Solve it in the customer's admin center, or guide the customer through it there."),
        door=PortalDoor(portal="microsoft365_admin"),
    )
