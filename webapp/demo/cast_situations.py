"""The customers that each show one situation: what may be filed for them, and what may not."""

from __future__ import annotations

from webapp.demo.cast_customers import Bought, Example, Relation, products
from webapp.tables.customers import Publisher

REPORTING = "Alpenglow Reporting"
TILLS = "Olive Branch Tills"
ROUTES = "Lakeshore Routes"
SHELVES = "Fernhill Shelves"

OFFERS = {
    REPORTING: Publisher(
        name="Alpenglow Software",
        support_url="https://support.alpenglow.example.com/requests",
        support_email="support@alpenglow.example.com",
        support_phone="+1 425 555 0142",
        first_response_minutes=8 * 60,
    ),
    TILLS: Publisher(name="Olive Branch Systems", support_phone="+44 20 7946 0184"),
    ROUTES: Publisher(name="Lakeshore Apps", support_email="help@lakeshore.example.com"),
    SHELVES: Publisher(name="Fernhill Works"),
}
"""What is sold in the marketplace, and all, some or none of the ways to its publisher."""

OF_FABRIKAM = (
    Example(
        name="Contoso",
        domain="contoso.com",
        initial_domain="contoso.onmicrosoft.com",
        country="SE",
        bought=products("azure", "microsoft365", "dynamics365", "ems"),
    ),
    Example(
        name="Tailspin Toys",
        domain="tailspintoys.com",
        initial_domain="tailspintoys.onmicrosoft.com",
        country="DK",
        bought=products("azure"),
        relations=(),
    ),
    Example(
        name="Graphic Design Institute",
        domain="graphicdesigninstitute.com",
        initial_domain="graphicdesigninstitute.onmicrosoft.com",
        country="FI",
        bought=products("microsoft365"),
        relations=(Relation("Fabrikam", status="never_requested", roles=()),),
    ),
    Example(
        name="Wingtip Toys",
        domain="wingtiptoys.com",
        initial_domain="wingtiptoys.onmicrosoft.com",
        country="NO",
        bought=products("azure", "microsoft365"),
        relations=(Relation("Fabrikam", status="removed"),),
    ),
    Example(
        name="Lucerne Publishing",
        domain="lucernepublishing.com",
        initial_domain="lucernepublishing.onmicrosoft.com",
        country="DE",
        bought=products("microsoft365", "azure"),
        relations=(Relation("Fabrikam", kind="granular", roles=("service_support_administrator",), ends_in_days=20),),
    ),
    Example(
        name="Proseware",
        domain="proseware.com",
        initial_domain="proseware.onmicrosoft.com",
        country="NL",
        bought=products("microsoft365"),
        relations=(Relation("Fabrikam", kind="granular", roles=("global_reader",), ends_in_days=480),),
    ),
    Example(
        name="Coho Winery",
        domain="cohowinery.com",
        initial_domain="cohowinery.onmicrosoft.com",
        country="FR",
        bought=(Bought("azure", status="suspended"),),
    ),
    Example(
        name="Relecloud",
        domain="relecloud.com",
        initial_domain="relecloud.onmicrosoft.com",
        country="SE",
        bought=products("azure"),
        group=("fabrikam-helpdesk",),
    ),
    Example(
        name="Litware",
        domain="litwareinc.com",
        initial_domain="litwareinc.onmicrosoft.com",
        country="GB",
        bought=(Bought("microsoft365", trial=True), Bought("marketplace", REPORTING)),
    ),
    Example(
        name="Fourth Coffee",
        domain="fourthcoffee.com",
        initial_domain="fourthcoffee.onmicrosoft.com",
        country="SE",
        bought=(*products("microsoft365"), Bought("marketplace", TILLS)),
    ),
    Example(
        name="Blue Yonder",
        domain="blueyonderairlines.com",
        initial_domain="blueyonderairlines.onmicrosoft.com",
        country="IE",
        bought=(*products("microsoft365"), Bought("marketplace", ROUTES)),
    ),
    Example(
        name="VanArsdel",
        domain="vanarsdelltd.com",
        initial_domain="vanarsdelltd.onmicrosoft.com",
        country="DE",
        bought=(*products("microsoft365"), Bought("marketplace", SHELVES)),
    ),
    Example(
        name="Fabrikam (own tenant)",
        domain="fabrikam.com",
        initial_domain="fabrikam.onmicrosoft.com",
        country="SE",
        bought=products("azure", "microsoft365"),
        relations=(),
        tenant_of="Fabrikam",
    ),
    Example(
        name="Litware Federal",
        domain="litwarefederal.com",
        initial_domain="litwarefederal.onmicrosoft.com",
        country="US",
        bought=products("azure", "microsoft365"),
        cloud="usgov",
    ),
    Example(
        name="Alpine Ski House",
        domain="alpineskihouse.com",
        initial_domain="alpineskihouse.onmicrosoft.de",
        country="DE",
        bought=products("azure", "microsoft365"),
        cloud="germany",
    ),
    Example(
        name="海信贸易",
        domain="haixin-trade.example",
        initial_domain="haixintrade.partner.onmschina.cn",
        country="CN",
        bought=products("vianet"),
        cloud="china",
    ),
)

OF_OTHERS = (
    Example(
        name="Margie's Travel",
        domain="margiestravel.com",
        initial_domain="margiestravel.onmicrosoft.com",
        country="GB",
        bought=products("azure", "microsoft365"),
        relations=(Relation("Adatum"), Relation("Northwind")),
        seller="Northwind",
        reseller="Adatum",
    ),
    Example(
        name="School of Fine Art",
        domain="fineartschool.net",
        initial_domain="fineartschool.onmicrosoft.com",
        country="GB",
        bought=products("azure", "dynamics365"),
        relations=(Relation("Adatum"), Relation("Northwind")),
        seller="Northwind",
        reseller="Adatum",
        azure_access=True,
    ),
    Example(
        name="Northwind (own tenant)",
        domain="northwindtraders.com",
        initial_domain="northwindtraders.onmicrosoft.com",
        country="US",
        bought=products("azure", "microsoft365"),
        relations=(),
        seller="Northwind",
        tenant_of="Northwind",
    ),
    Example(
        name="蓝天科技",
        domain="lantian-tech.example",
        initial_domain="lantiantech.partner.onmschina.cn",
        country="CN",
        bought=products("vianet"),
        relations=(Relation("蓝天云"),),
        seller="蓝天云",
        cloud="china",
    ),
    Example(
        name="Humongous Insurance",
        domain="humongousinsurance.com",
        initial_domain="humongousinsurance.onmicrosoft.com",
        country="DE",
        bought=products("microsoft365", "azure"),
        relations=(Relation("Trey"),),
        seller="Trey",
    ),
)

SITUATIONS = OF_FABRIKAM + OF_OTHERS
