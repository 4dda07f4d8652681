"""Built-in plugin: the worldwide cloud (domain.md section 2)."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.contracts.clouds import Address, Cloud, Link, Portal
from webapp.contracts.responses import ResponseTable, Target
from webapp.hookspecs import hookimpl
from webapp.i18n import _

MICROSOFT_RESPONSES = ResponseTable(
    targets={
        "A": Target(minutes=2 * 60),
        "B": Target(minutes=4 * 60),
        "C": Target(minutes=8 * 60),
        "other": Target(business_days=1),
    },
    source="R50, R51, R52",
)
"""First answers in Microsoft's clouds: around the clock in English (our reading), else in staffed hours."""

PARTNER_CENTER_STEPS = (
    _("In Partner Center, choose Customers and select the customer."),
    _("Choose Service management, then Service requests."),
)
"""The way through Partner Center up to the request (R9, R10, R12, R15, R16)."""

GLOBAL = Cloud(
    key="global",
    name=_("Microsoft Cloud (worldwide)"),
    operator="Microsoft",
    portals={
        "partner_center": Portal(label=_("Partner Center"), url="https://partner.microsoft.com/dashboard"),
        "azure": Portal(label=_("Azure portal"), url="https://portal.azure.com", enter="/{domain}"),
        "microsoft365_admin": Portal(
            label=_("Office 365 admin center"),
            url="https://admin.cloud.microsoft",
            enter="/?delegatedOrg={initial_domain}",
        ),
        "power_platform": Portal(
            label=_("Power Platform admin center"),
            url="https://admin.powerplatform.microsoft.com",
            enter="/account/login/{tenant_id}",
        ),
        "entra": Portal(label=_("Entra admin center"), url="https://entra.microsoft.com", enter="/{domain}"),
        "intune": Portal(label=_("Intune admin center"), url="https://intune.microsoft.com", enter="/{domain}"),
        "service_health": Portal(
            label=_("Service health"), url="https://admin.microsoft.com/adminportal#/servicehealth/"
        ),
        "azure_status": Portal(label=_("Azure status"), url="https://status.azure.com/status"),
    },
    authority=Address(url="https://login.microsoftonline.com"),
    graph=Address(url="https://graph.microsoft.com"),
    resource_manager=Address(url="https://management.azure.com"),
    partner_center_api=Address(url="https://api.partnercenter.microsoft.com"),
    responses=MICROSOFT_RESPONSES,
    products=("azure", "microsoft365", "dynamics365", "ems", "marketplace"),
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
)


@hookimpl
def register_clouds() -> Iterable[Cloud]:
    """Return the worldwide cloud; GCC customers live in it and differ only in the Power Platform host."""
    return (GLOBAL,)
