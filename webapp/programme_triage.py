"""The escalation page's rules: what a partner solves itself, and what it hands over (R1 to R6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from webapp.contracts.doors import PortalDoor
from webapp.contracts.handover import Check, Remedy
from webapp.contracts.situation import Situation
from webapp.i18n import _


def triage_checks(situation: Situation) -> Iterator[Check]:
    """Judge the answers to ``ESCALATION_QUESTIONS``, only where the product asks them.

    A break-fix problem is refused while the partner has to solve or follow it; an advisory one only warns.
    """
    if not {"health_checked", "issue_kind"} <= {question.key for question in situation.product.questions}:
        return
    if situation.category in ("break_fix", "advisory"):
        yield from _health(situation)
        yield from _kind(situation)
        yield from _tried(situation)
    elif situation.category == "fraud" or (situation.category == "billing" and situation.rules == "documents"):
        yield Check(
            outcome="pass",
            reason=_("The same path serves billing problems, billing disputes and fraud concerns."),
            rules=("R6",),
        )


def _health(situation: Situation) -> Iterator[Check]:
    """Follow a known incident; file when the problem outlasts it (R2, R62)."""
    answer = situation.answers.get("health_checked")
    if answer == "known_incident":
        yield Check(
            outcome=_unless_advisory(situation),
            reason=_("The service health page already shows this incident."),
            remedy=Remedy(
                text=_("Follow it on the service health page. File when the problem outlasts the outage."),
                door=_health_door(situation),
            ),
            rules=("R2", "R62"),
        )
    elif answer == "outlasted":
        yield Check(
            outcome="pass", reason=_("The problem outlasted the outage, so it is to be filed."), rules=("R2", "R62")
        )
    elif answer:
        yield Check(
            outcome="pass", reason=_("The service health page shows nothing that explains the problem."), rules=("R2",)
        )


def _kind(situation: Situation) -> Iterator[Check]:
    """Hand over only the five kinds of problem; the partner solves the others (R1, R4, R5)."""
    answer = situation.answers.get("issue_kind")
    if answer == "none":
        yield Check(
            outcome=_unless_advisory(situation),
            reason=_("The problem is none of the five kinds that are handed over."),
            remedy=Remedy(
                text=_(
                    "Solve it first: with your admin rights, check the software, settings and configuration. File when "
                    "it turns out to be one of the five kinds."
                )
            ),
            rules=("R1", "R4", "R5"),
        )
    elif answer:
        yield Check(
            outcome="pass", reason=_("The problem is one of the five kinds that are handed over."), rules=("R4", "R5")
        )


def _tried(situation: Situation) -> Iterator[Check]:
    """Say that what was tried goes along (R3)."""
    if situation.answers.get("tried"):
        yield Check(
            outcome="pass", reason=_("What you tried with your admin rights is recorded on the request."), rules=("R3",)
        )


def _unless_advisory(situation: Situation) -> Literal["warn", "fail"]:
    return "warn" if situation.category == "advisory" else "fail"


def _health_door(situation: Situation) -> PortalDoor | None:
    """Return the door the product's own question shows, if this cloud has that portal."""
    door = next((q.door for q in situation.product.questions if q.key == "health_checked"), None)
    return door if door is not None and door.portal in situation.cloud.portals else None
