"""Microsoft Cloud Germany, closed on 29 October 2021, kept so that a request is refused with the reason.

Delos (Germany) and Bleu (France) are new and different clouds with hosts of their own; no way of filing for partners
is known for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from webapp import Address, Cloud, Portal, TextDomain, hookimpl
from webapp.worldwide import MICROSOFT_RESPONSES

_ = TextDomain("onbehalf_germany").text

GERMANY = Cloud(
    key="germany",
    name=_("Microsoft Cloud Germany"),
    operator="Microsoft",
    status="closed",
    closed_on=date(2021, 10, 29),
    closed_because=_(
        "Partners had to move their customers to European regions, with a second CSP account; nothing can be filed "
        "here any more."
    ),
    moved_to=_(
        "Find the customer's new tenant in the worldwide cloud, record it as a customer there, and file for that one. "
        "Delos in Germany and Bleu in France are different clouds, not the successors of this one."
    ),
    portals={
        "partner_center": Portal(label=_("Partner Center"), url="https://partnercenter.microsoft.com"),
        "azure": Portal(label=_("Azure portal (Germany)"), url="https://portal.microsoftazure.de"),
        "microsoft365_admin": Portal(
            label=_("Office 365 admin center (Germany)"), url="https://portal.office.de/adminportal"
        ),
    },
    authority=Address(url="https://login.microsoftonline.de"),
    graph=Address(url="https://graph.microsoft.de"),
    resource_manager=Address(url="https://management.microsoftazure.de"),
    partner_center_api=Address(url="https://api.partnercenter.microsoft.com"),
    responses=MICROSOFT_RESPONSES,
    products=("azure", "microsoft365", "dynamics365", "ems"),
    language="de",
    domain_suffix=".onmicrosoft.de",
)


@hookimpl
def register_clouds() -> Iterable[Cloud]:
    """Return the closed cloud."""
    return (GERMANY,)
