"""The three products, their questions, and the names people still search them by (R31, R36, R55)."""

from __future__ import annotations

from webapp import ESCALATION_QUESTIONS, Choice, Product, Question, ResponseTable, Target, TextDomain

_ = TextDomain("onbehalf_office365").text

MAIN_PORTAL = "microsoft365_admin"

SUPPORT_TOPIC = Question(
    key="support_topic",
    label=_("Support topic"),
    help=_("The category you pick in the admin center; further topics stand behind More…"),
)

DYNAMICS_AREA = Question(
    key="dynamics_area",
    label=_("What is it about?"),
    help=_("Some questions go to Dynamics support instead."),
    kind="choice",
    step="before",
    categories=("break_fix", "advisory"),
    choices=(
        Choice(key="apps", label=_("A customer engagement app, or Power Platform")),
        Choice(key="plans", label=_("Dynamics 365 plan subscriptions")),
        Choice(key="licensing", label=_("Licensing or product licences")),
        Choice(key="finance", label=_("Finance & Operations")),
        Choice(key="central", label=_("Business Central")),
    ),
)

_NEXT_DAY = Target(business_days=1)
_HOUR = Target(minutes=60)
_AROUND_THE_CLOCK_HOUR = Target(minutes=60, any_language=True)

DYNAMICS_RESPONSES = (
    ResponseTable(
        name=_("Dynamics 365 subscription support"),
        targets={
            "A": _AROUND_THE_CLOCK_HOUR,
            "B": Target(minutes=4 * 60),
            "C": Target(minutes=8 * 60),
            "other": _NEXT_DAY,
        },
        source="R55, R52",
    ),
    ResponseTable(
        name=_("Professional Direct"),
        plans=("prodirect",),
        targets={"A": _HOUR, "B": Target(minutes=2 * 60), "C": Target(minutes=4 * 60), "other": _NEXT_DAY},
        source="R55, R52",
    ),
    ResponseTable(
        name=_("Premier"),
        plans=("premier",),
        targets={
            "A": _HOUR,
            "B": Target(minutes=2 * 60, any_language=True),
            "C": Target(minutes=4 * 60),
            "other": _NEXT_DAY,
        },
        source="R55, R52",
    ),
    ResponseTable(
        name=_("Unified"),
        plans=("unified",),
        # For what is not critical R55 names eight hours or four, by the contract: the longer one is safe to state.
        targets={"A": _HOUR, "B": Target(minutes=8 * 60), "C": Target(minutes=8 * 60), "other": _NEXT_DAY},
        source="R55, R52",
    ),
)

MICROSOFT365 = Product(
    key="microsoft365",
    label=_("Microsoft 365"),
    vendor="Microsoft",
    portal=MAIN_PORTAL,
    aliases=("Office 365", "Office365", "Microsoft Office 365", "O365", "M365"),
    questions=(*ESCALATION_QUESTIONS, SUPPORT_TOPIC),
)

DYNAMICS365 = Product(
    key="dynamics365",
    label=_("Dynamics 365"),
    vendor="Microsoft",
    portal=MAIN_PORTAL,
    aliases=(
        "Dynamics CRM Online",
        "Microsoft Dynamics CRM Online",
        "Dynamics CRM",
        "D365",
        "Power Platform",
        "Dataverse",
        "Common Data Service",
        "Finance & Operations",
        "Business Central",
    ),
    questions=(*ESCALATION_QUESTIONS, DYNAMICS_AREA, SUPPORT_TOPIC),
    responses=DYNAMICS_RESPONSES,
)

EMS = Product(
    key="ems",
    label=_("Enterprise Mobility + Security"),
    vendor="Microsoft",
    portal=MAIN_PORTAL,
    aliases=(
        "Enterprise Mobility Suite",
        "企业移动性套件",
        "企業行動套件",
        "EMS",
        "Intune",
        "Entra",
        "Microsoft Entra ID",
        "Azure AD",
        "Azure Active Directory",
    ),
    questions=(*ESCALATION_QUESTIONS, SUPPORT_TOPIC),
)

PRODUCTS = (MICROSOFT365, DYNAMICS365, EMS)
