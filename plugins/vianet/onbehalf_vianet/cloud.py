"""The cloud operated by 21Vianet, as data (domain.md section 2; R11, R18, R54, R73)."""

from __future__ import annotations

from onbehalf_vianet.texts import _
from webapp import Address, Cloud, Link, Portal, ResponseTable, StaffedHours, Target, Telephone

RESPONSES = ResponseTable(
    targets={
        "A": Target(minutes=60, any_language=True, plans=("vianet_advanced",)),
        "B": Target(business_days=1),
        "C": Target(business_days=3),
    },
    staffed=StaffedHours(
        days=(0, 1, 2, 3, 4, 5, 6),
        opens=9 * 60,
        closes=24 * 60,
        time_zone="Asia/Shanghai",
        holidays=False,
    ),
    source="R54",
)
"""21Vianet's own times: B and C are staffed 365 days a year; the severity decides, whatever the category (R54)."""

PARTNER_CENTER_STEPS = (
    _("On the Dashboard menu, choose Support requests, then Customer requests."),
    _("Search for the customer, and select the customer's name when it appears."),
    _("Choose New request, then the service the customer needs help with."),
)
"""21Vianet's own way through its Partner Center up to the request (R11, R18)."""

HELP = "https://www.21vbluecloud.com/partner-china"

CHINA = Cloud(
    key="china",
    name=_("Microsoft Cloud operated by 21Vianet"),
    operator="21Vianet",
    portals={
        # Seen once, in third-party code.
        "partner_center": Portal(
            label=_("Partner Center operated by 21Vianet"),
            url="https://partner.partnercenter.microsoftonline.cn",
            confirmed=False,
        ),
        # No way to enter it for a customer is known: S3 goes there from Partner Center (R19).
        "microsoft365_admin": Portal(
            label=_("Office 365 admin center operated by 21Vianet"),
            url="https://portal.partner.microsoftonline.cn/adminportal",
        ),
        # Health is shown in the admin center itself; the address of its page is in no source.
        "service_health": Portal(
            label=_("Service health, in the admin center"), url="https://portal.partner.microsoftonline.cn/adminportal"
        ),
        # Not sold by partners in this cloud; the way in is by analogy with the worldwide portal.
        "azure": Portal(
            label=_("Azure portal operated by 21Vianet"),
            url="https://portal.azure.cn",
            enter="/{domain}",
            enter_confirmed=False,
        ),
        "azure_status": Portal(label=_("Azure status"), url="https://status.azure.cn", confirmed=False),
        "power_platform": Portal(
            label=_("Power Platform admin center operated by 21Vianet"),
            url="https://admin.powerplatform.partner.microsoftonline.cn",
            confirmed=False,
        ),
        "entra": Portal(label=_("Entra admin center operated by 21Vianet"), url="https://entra.microsoftonline.cn"),
        "intune": Portal(label=_("Intune admin center operated by 21Vianet"), url="https://intune.microsoftonline.cn"),
    },
    # MSAL now calls this host deprecated and knows login.partner.microsoftonline.cn beside it.
    authority=Address(url="https://login.chinacloudapi.cn"),
    graph=Address(url="https://microsoftgraph.chinacloudapi.cn"),
    resource_manager=Address(url="https://management.chinacloudapi.cn"),
    partner_center_api=Address(url="https://partner.partnercenterapi.microsoftonline.cn"),
    responses=RESPONSES,
    telephone=Telephone(number="(86) 400-089-0365", note=_("21Vianet's support line"), source="R54"),
    products=("vianet",),
    partner_center_steps=PARTNER_CENTER_STEPS,
    links=(
        Link(label=_("Customer self-support"), url=f"{HELP}/", confirmed=False),
        Link(label=_("Provide technical support"), url=f"{HELP}/", confirmed=False),
        Link(label=_("Check service health"), url=f"{HELP}/", confirmed=False),
        Link(label=_("Provide billing support"), url=f"{HELP}/", confirmed=False),
        Link(label=_("Customer support"), url=f"{HELP}/customer-support"),
        Link(label=_("China CSP reseller program guide and agreement"), url=f"{HELP}/", confirmed=False),
    ),
    language="zh_Hans_CN",
    # S3 prints every menu word in Chinese; which languages the portals themselves speak is in no source.
    portal_languages=("zh_Hans_CN",),
    portal_languages_confirmed=False,
    domain_suffix=".partner.onmschina.cn",
)
