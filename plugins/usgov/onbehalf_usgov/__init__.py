"""Microsoft Cloud for US Government, as data: the hosts of GCC High and Azure Government.

Partners take part with a separate account and tenant. A customer in DoD has other hosts for Microsoft 365
(portal.apps.mil), Power Platform and Graph: override the portals. GCC customers live in the worldwide cloud.

Microsoft's pages contradict each other on what is sold here: one says that Office 365 is not, a later one (2021) names
Azure Government, Office 365, Enterprise Mobility + Security and Dynamics 365. The later one is taken; a deployer
changes it with ``cloud_overrides.usgov.products``.
"""

from __future__ import annotations

from collections.abc import Iterable

from webapp import Address, Check, Cloud, Link, Portal, Situation, TextDomain, hookimpl
from webapp.worldwide import MICROSOFT_RESPONSES, PARTNER_CENTER_STEPS

_ = TextDomain("onbehalf_usgov").text

USGOV = Cloud(
    key="usgov",
    name=_("Microsoft Cloud for US Government"),
    operator="Microsoft",
    portals={
        # Whether Partner Center has a host of its own here is not settled; the account is a separate one for sure.
        "partner_center": Portal(
            label=_("Partner Center for Microsoft Cloud for US Government"),
            url="https://partner.microsoft.com/dashboard",
            confirmed=False,
        ),
        "azure": Portal(
            label=_("Azure Government portal"),
            url="https://portal.azure.us",
            enter="/{domain}",
            enter_confirmed=False,  # by analogy with the worldwide portal
        ),
        "microsoft365_admin": Portal(
            label=_("Office 365 admin center (US Government)"), url="https://portal.office365.us/adminportal/home"
        ),
        "power_platform": Portal(
            label=_("Power Platform admin center (US Government)"), url="https://high.admin.powerplatform.microsoft.us"
        ),
        "entra": Portal(label=_("Entra admin center (US Government)"), url="https://entra.microsoft.us"),
        # Known from a third party's list alone.
        "intune": Portal(
            label=_("Intune admin center (US Government)"), url="https://intune.microsoft.us", confirmed=False
        ),
        "service_health": Portal(
            label=_("Service health in the Office 365 admin center (US Government)"),
            url="https://portal.office365.us/adminportal/home",
        ),
        "azure_status": Portal(label=_("Azure status (US Government)"), url="https://status.azure.us", confirmed=False),
    },
    authority=Address(url="https://login.microsoftonline.us"),
    graph=Address(url="https://graph.microsoft.us"),
    resource_manager=Address(url="https://management.usgovcloudapi.net"),
    partner_center_api=Address(url="https://api.partnercenter.microsoft.com"),
    responses=MICROSOFT_RESPONSES,
    products=("azure", "microsoft365", "dynamics365", "ems"),
    partner_center_steps=PARTNER_CENTER_STEPS,
    links=(
        Link(
            label=_("Provide support to your customers"),
            url="https://learn.microsoft.com/partner-center/customer-support",
            confirmed=False,
        ),
        Link(
            label=_("Check service health"),
            url="https://learn.microsoft.com/partner-center/check-service-health",
            confirmed=False,
        ),
    ),
    # New tenants end in .onmicrosoft.us, but those that a CSP partner manages keep .com.
    domain_suffix=".onmicrosoft.com",
)


@hookimpl
def register_clouds() -> Iterable[Cloud]:
    """Return the US Government cloud."""
    return (USGOV,)


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Say where service health is looked up here: Partner Center was listed without it (R63)."""
    asked = any(q.key == "health_checked" for q in situation.product.questions_for(situation.category))
    if situation.cloud.key != "usgov" or not asked:
        return ()
    return (
        Check(
            outcome="pass",
            reason=_("Partner Center for US Government may not show service health: look in the service's own portal."),
            rules=("R63",),
        ),
    )
