"""Microsoft 365 operated by 21Vianet: its names, and what is asked before one escalates (R7, R58)."""

from __future__ import annotations

from onbehalf_vianet.texts import _
from webapp import Choice, Product, Question

SOLVED_FIRST = Question(
    key="solved_first",
    label=_("How did you try to solve it first?"),
    help=_("First solve the problem in the customer's admin center, or guide the customer through it there."),
    kind="choice",
    step="before",
    choices=(
        Choice(key="tried", label=_("Tried in the customer's admin center")),
        Choice(key="guided", label=_("Guided the customer through it")),
        Choice(key="not_yet", label=_("Neither yet")),
    ),
)

TRIED = Question(
    key="tried",
    label=_("What was tried, and what came of it?"),
    help=_(
        "Account set-up, billing questions, how-to, updates, configuration, desktop connectivity and performance "
        "within your control are for you to solve. In Partner Center, the customer's Service management page leads to "
        "View service health."
    ),
    kind="text",
    step="before",
)

MISSING = Question(
    key="missing",
    label=_("What do you lack to solve it yourself?"),
    help=_("21Vianet takes over what you cannot reasonably solve because one of these is missing."),
    kind="choice",
    step="before",
    choices=(
        Choice(key="training", label=_("The necessary training")),
        Choice(key="documentation", label=_("The necessary documentation")),
        Choice(key="tools", label=_("The necessary support tools")),
        Choice(key="none", label=_("None of these")),
    ),
)

REMEDIATION = Question(
    key="remediation",
    label=_(
        "I understand: if 21Vianet finds that we escalate inappropriately, we agree to meet, on its request, to "
        "discuss a remediation plan."
    ),
    help=_("The China CSP reseller program guide and agreement holds further rules."),
    kind="confirm",
    step="before",
)

VIANET = Product(
    key="vianet",
    label=_("Microsoft 365 operated by 21Vianet"),
    vendor="21Vianet",
    portal="microsoft365_admin",
    aliases=(
        "Office 365 operated by 21Vianet",
        "Office 365 China",
        "Microsoft 365 China",
        "O365 21Vianet",
        "世纪互联",
        "由世纪互联运营的 Office 365",
        "由世纪互联运营的 Microsoft 365",
        "Office 365 由世纪互联运营",
        "21Vianet",
    ),
    questions=(SOLVED_FIRST, TRIED, MISSING, REMEDIATION),
    # Billing disputes go the same way here (R59); fraud is named for the same path only in Microsoft's clouds (R6).
    categories=("break_fix", "advisory", "billing"),
)
