"""Microsoft Azure: when a partner may ask for support, what the form wants, and the portal's door."""

from __future__ import annotations

from collections.abc import Iterable

from onbehalf_azure.checks import checks
from onbehalf_azure.doors import way_in
from onbehalf_azure.request import shaped
from onbehalf_azure.texts import _
from webapp import (
    ESCALATION_QUESTIONS,
    Check,
    Cloud,
    Draft,
    PortalDoor,
    PreparedRequest,
    Product,
    Question,
    RedirectTarget,
    Situation,
    hookimpl,
)

SUBSCRIPTION = Question(
    key="subscription",
    label=_("Azure subscription"),
    help=_("The one that has the problem. The portal's form asks for it too."),
    kind="subscription",
    step="before",
)
PROBLEM_STARTED = Question(
    key="problem_started",
    label=_("When did the problem start?"),
    help=_("Azure support asks for it; leave it empty if you do not know."),
    kind="moment",
    categories=("break_fix", "advisory"),
    required=False,
)


@hookimpl
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return Azure, wherever it is sold in the partner programme."""
    if "azure" not in cloud.products:
        return ()
    return (
        Product(
            key="azure",
            label=_("Azure"),
            vendor="Microsoft",
            portal="azure",
            aliases=("Microsoft Azure", "Windows Azure"),
            questions=(SUBSCRIPTION, *_escalation_questions(cloud), PROBLEM_STARTED),
        ),
    )


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge what Azure asks of the filer and the customer (R26 to R29, R44, R46)."""
    return tuple(checks(situation))


@hookimpl
def build_request(draft: Draft) -> PreparedRequest:
    """Put the request into the order of the Azure portal's form (R22 to R24)."""
    return shaped(draft)


@hookimpl
def redirect_target(draft: Draft) -> RedirectTarget:
    """Lead to the Azure portal at the customer's domain (R19, R29), or in the own context (R56)."""
    return way_in(draft.situation)


def _escalation_questions(cloud: Cloud) -> Iterable[Question]:
    """Ask the escalation questions, with Azure's own health page where the cloud has one (R2)."""
    azure_status = PortalDoor(portal="azure_status", in_customer=False)
    for question in ESCALATION_QUESTIONS:
        if question.door is not None and azure_status.portal in cloud.portals:
            yield question.model_copy(update={"door": azure_status})
        else:
            yield question
