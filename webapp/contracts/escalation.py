"""The questions of the escalation page (R1 to R5): a product includes them, or asks its own."""

from __future__ import annotations

from webapp.contracts.doors import PortalDoor
from webapp.contracts.products import Choice, Question
from webapp.i18n import _

ESCALATION_QUESTIONS: tuple[Question, ...] = (
    Question(
        key="health_checked",
        label=_("What does the service health page say?"),
        help=_("Look there first: a known problem is followed, not filed."),
        kind="choice",
        step="before",
        categories=("break_fix", "advisory"),
        door=PortalDoor(portal="service_health", in_customer=False),
        choices=(
            Choice(key="nothing_found", label=_("Nothing that explains the problem")),
            Choice(key="known_incident", label=_("A known incident that is still going on")),
            Choice(key="outlasted", label=_("An incident that is over, but the problem outlasted it")),
        ),
    ),
    Question(
        key="issue_kind",
        label=_("What kind of problem is it?"),
        help=_("Only these kinds are handed over; everything else the partner solves."),
        kind="choice",
        step="before",
        categories=("break_fix", "advisory"),
        choices=(
            Choice(key="not_as_described", label=_("A service does not work as its description says, undocumented")),
            Choice(key="unavailable", label=_("A service is unavailable")),
            Choice(key="bug", label=_("A bug or irregularity in how a service looks or works")),
            Choice(key="network_disruption", label=_("A large-scale network disruption")),
            Choice(key="regional", label=_("A regional problem that hits several tenants")),
            Choice(key="none", label=_("None of these")),
        ),
    ),
    Question(
        key="tried",
        label=_("What have you tried with your admin rights?"),
        help=_("Software, settings and configuration you checked, and what came of it."),
        kind="text",
        step="before",
        categories=("break_fix", "advisory"),
    ),
)
