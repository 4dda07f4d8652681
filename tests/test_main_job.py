"""The main job over HTTP: from a customer's problem to the right portal, or to what to do instead."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from webapp.tables.customers import AdminRelationship, Customer

FABRIKAM, NORTHWIND, ADATUM, LANTIAN = (
    "fabrikam-admin-agent",
    "northwind-admin-agent",
    "adatum-admin-agent",
    "lantian-admin-agent",
)
TITLE = "The portal answers: 你好, “nothing” & <nobody>"
DESCRIPTION = "Since nine o'clock.\nEverybody is affected.\n\n  Indented: ÅÄÖ, Привет"
WAITING = {"kind": "granular", "status": "pending", "roles": []}


def shows(*example, rules=(), name=None):
    return pytest.param(*example, marks=pytest.mark.rules(*rules) if rules else (), id=name or "-".join(example[:3]))


def described(desk, member, customer, product, **words):
    return desk(member).file(customer, product, title=TITLE, description=DESCRIPTION, **words)


@pytest.mark.rules("R23", "R24", "R29")
def test_an_azure_request_leads_from_the_search_to_contosos_portal(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)

    customer = reader.get(reader.customer("Contoso"))
    (new,) = [link for link in customer.links if link.endswith("/requests/new?product=azure")]
    answer = reader.send(reader.get(new).form(f"{customer.response.request.path}/requests"), action="file")

    assert answer.status == 303
    request = reader.get(answer.location)
    assert request.status == 200
    assert "Support plan Cloud Solution Provider" in request.words
    assert "E-mail astrid.nyberg@fabrikam.com" in request.words
    assert "Phone +46 8 465 004 11" in request.words
    door = reader.get(f"{answer.location}/go")
    assert door.status == 303
    assert door.location == "https://portal.azure.com/contoso.com"


DOORS = [
    shows(FABRIKAM, "Contoso", "azure", "portal.azure.com", "contoso.com", rules=["R19", "R41"]),
    shows(
        FABRIKAM, "Contoso", "microsoft365", "admin.cloud.microsoft", "contoso.onmicrosoft.com", rules=["R19", "R41"]
    ),
    shows(FABRIKAM, "Contoso", "dynamics365", "admin.cloud.microsoft", "contoso.onmicrosoft.com", rules=["R19", "R35"]),
    shows(FABRIKAM, "Contoso", "ems", "admin.cloud.microsoft", "contoso.onmicrosoft.com", rules=["R19", "R41"]),
    shows(FABRIKAM, "Litware Federal", "azure", "portal.azure.us", "litwarefederal.com"),
    shows(FABRIKAM, "Litware Federal", "microsoft365", "portal.office365.us", ""),
    shows(FABRIKAM, "海信贸易", "vianet", "portal.partner.microsoftonline.cn", "", rules=["R19"], name="haixin"),
    shows(LANTIAN, "蓝天科技", "vianet", "portal.partner.microsoftonline.cn", "", rules=["R19"], name="lantian"),
    shows(FABRIKAM, "Litware", "marketplace", "support.alpenglow.example.com", "", rules=["R38", "R39"]),
    shows(FABRIKAM, "Litware", "microsoft365", "admin.cloud.microsoft", "litwareinc.onmicrosoft.com", rules=["R45"]),
    shows("fabrikam-helpdesk", "Relecloud", "azure", "portal.azure.com", "relecloud.com", rules=["R27"]),
    shows(NORTHWIND, "Margie's Travel", "azure", "portal.azure.com", "margiestravel.com", rules=["R71"]),
    shows(ADATUM, "School of Fine Art", "azure", "portal.azure.com", "fineartschool.net", rules=["R26"]),
]


@pytest.mark.parametrize(("member", "customer", "product", "host", "context"), DOORS)
def test_a_request_leads_to_the_portal_of_its_cloud(desk, member, customer, product, host, context):
    reader = desk(member)

    request = reader.filed(customer, product, title=TITLE, description=DESCRIPTION)

    page, door = reader.get(request), reader.get(f"{request}/go")
    assert page.status == 200
    assert page.headings == [TITLE]
    assert customer in page.words
    assert f"Host {host}" in page.words
    assert door.status == 303
    goes_to = urlsplit(door.location)
    assert (goes_to.scheme, goes_to.hostname) == ("https", host)
    assert context in goes_to.path + goes_to.query


@pytest.mark.rules("R31", "R32")
def test_the_admin_center_opens_for_the_customers_initial_domain(desk):
    reader = desk(FABRIKAM)

    door = reader.get(reader.filed("Contoso", "microsoft365") + "/go")

    assert parse_qs(urlsplit(door.location).query) == {"delegatedOrg": ["contoso.onmicrosoft.com"]}


@pytest.mark.rules("R58")
def test_21vianet_contacts_the_partner_directly_and_its_number_is_shown(desk):
    reader = desk(LANTIAN)

    page = reader.get(reader.filed("蓝天科技", "vianet"))

    assert "21Vianet will contact you directly" in page.words
    assert "(86) 400-089-0365" in page.words
    assert "chen.jingyi@lantianyun.partner.onmschina.cn" in page.words


@pytest.mark.rules("R38", "R39", "R53")
@pytest.mark.parametrize(
    ("customer", "address"),
    [("Fourth Coffee", "tel:+44-20-7946-0184"), ("Blue Yonder", "mailto:help@lakeshore.example.com")],
)
def test_a_publisher_is_reached_in_the_only_way_it_names(desk, customer, address):
    reader = desk(FABRIKAM)

    request = reader.filed(customer, "marketplace", title="Tills & scales: 50% slow")

    assert reader.get(f"{request}/go").location.partition("?")[0] == address
    assert "You leave this desk and the cloud" in reader.get(request).words


@pytest.mark.rules("R43", "R46", "R56")
def test_northwinds_own_plan_covers_its_own_tenant_in_its_own_context(desk):
    reader = desk(NORTHWIND)

    request = reader.filed("Northwind (own tenant)", "azure")

    page = reader.get(request)
    assert re.search(r"Support plan (Contract ID 51702214 )?Azure support plan", page.words)
    assert "Support plan Cloud Solution Provider" not in page.words
    assert urlsplit(reader.get(f"{request}/go").location).path.strip("/") == ""


@pytest.mark.rules("R68")
def test_a_relationship_whose_end_has_passed_is_shown_as_expired_and_refuses_every_product(demo_app, desk):
    reader = desk(FABRIKAM)
    deployment = demo_app.extensions["onbehalf"]
    with deployment.database.writing() as session:
        lucerne = session.exec(select(Customer).where(Customer.name == "Lucerne Publishing")).one()
        relation = session.exec(select(AdminRelationship).where(AdminRelationship.customer_id == lucerne.id)).one()
        relation.ends_at = deployment.now() - timedelta(days=1)
        session.add(AdminRelationship(customer_id=lucerne.id, partner_id=relation.partner_id, **WAITING))
        session.commit()

    page = reader.get(reader.customer("Lucerne Publishing"))
    answers = [reader.file("Lucerne Publishing", product) for product in ("azure", "microsoft365")]

    assert "Status Expired" in page.words
    assert [answer.status for answer in answers] == [403, 403]
    assert all("ask its administrator to accept it" in answer.words for answer in answers)


@pytest.mark.rules("R24", "R32")
@pytest.mark.parametrize("address", ["it@contoso.com", "IT@Sales.Contoso.com", "it@contoso.onmicrosoft.com"])
def test_the_customers_own_contact_is_refused_with_the_reason(desk, address):
    answer = described(desk, FABRIKAM, "Contoso", "azure", contact_email=address)

    assert answer.status == 422
    assert "enter your own contact" in answer.words
    assert answer.form("/requests").values()["contact_email"] == address


@pytest.mark.rules("R46")
def test_in_the_own_tenant_the_own_contact_is_right(desk):
    reader = desk(NORTHWIND)

    page = reader.get(reader.filed("Northwind (own tenant)", "azure"))

    assert "grace.whitfield@northwindtraders.com" in page.words


REFUSED = [
    shows(ADATUM, "Margie's Travel", "azure", "Ask Northwind for access", rules=["R26", "R71"]),
    shows(ADATUM, "School of Fine Art", "dynamics365", "Pass the draft to Northwind", rules=["R35", "R71"]),
    shows(FABRIKAM, "Wingtip Toys", "microsoft365", "Send the customer a new relationship request", rules=["R68"]),
    shows(FABRIKAM, "Wingtip Toys", "azure", "Send the customer a new relationship request", rules=["R68"]),
    shows(FABRIKAM, "Alpine Ski House", "azure", "Find the customer's new tenant in the worldwide cloud"),
    shows(FABRIKAM, "Alpine Ski House", "microsoft365", "Find the customer's new tenant in the worldwide cloud"),
    shows(FABRIKAM, "Alpine Ski House", "dynamics365", "Find the customer's new tenant in the worldwide cloud"),
    shows(FABRIKAM, "Alpine Ski House", "ems", "Find the customer's new tenant in the worldwide cloud"),
    shows(FABRIKAM, "Alpine Ski House", "marketplace", "Find the customer's new tenant in the worldwide cloud"),
    shows(FABRIKAM, "Fabrikam (own tenant)", "azure", "Record an MPN contract ID", rules=["R43", "R46"]),
    shows("fabrikam-helpdesk", "Contoso", "azure", "support group", rules=["R27"]),
    shows(FABRIKAM, "VanArsdel", "marketplace", "Look on the Marketplace page", rules=["R39"]),
    shows("fabrikam-no-role", "Contoso", "azure", "Pass the request to a colleague", rules=["R72"]),
    shows("fabrikam-no-role", "Contoso", "microsoft365", "Pass the request to a colleague", rules=["R72"]),
    shows("fabrikam-no-role", "Contoso", "dynamics365", "Pass the request to a colleague", rules=["R72"]),
    shows("fabrikam-no-role", "Contoso", "ems", "Pass the request to a colleague", rules=["R72"]),
    shows("fabrikam-no-role", "Litware Federal", "azure", "Pass the request to a colleague", rules=["R72"]),
    shows(FABRIKAM, "Coho Winery", "azure", "Reactivate it in Partner Center", rules=["R29"]),
    shows(FABRIKAM, "Graphic Design Institute", "microsoft365", "Request an admin relationship", rules=["R14", "R28"]),
    shows(FABRIKAM, "Proseware", "microsoft365", "Service Support Administrator", rules=["R14"]),
    shows(FABRIKAM, "海信贸易", "azure", "Choose a product that is sold there", name="haixin-azure"),
]


@pytest.mark.parametrize(("member", "customer", "product", "remedy"), REFUSED)
def test_a_refusal_says_what_to_do_and_keeps_every_word(desk, member, customer, product, remedy):
    reader = desk(member)
    typed = reader.new(customer, product).filled(title=TITLE, description=DESCRIPTION, action="file")

    answer = reader.post(f"{reader.customer(customer)}/requests", typed)

    assert answer.status == 403
    assert "Support is not owed" in answer.words
    assert remedy in answer.words
    kept = answer.form("/requests").values()
    assert {name: kept.get(name) for name in typed if name not in OF_THE_PAGE} == {
        name: value for name, value in typed.items() if name not in OF_THE_PAGE
    }


OF_THE_PAGE = {"action", "csrf_token"}


@pytest.mark.rules("R26", "R71")
def test_both_remedies_of_a_reseller_without_access_can_be_followed(desk):
    reader = desk(ADATUM)

    answer = described(desk, ADATUM, "Margie's Travel", "azure")

    ask, pass_on = (
        reader.get(next(link for link in answer.links if page in link)) for page in ("/ask-for-access", "/pass?")
    )
    assert (ask.status, pass_on.status) == (200, 200)
    assert "please give us access to the Azure account of our customer Margie's Travel" in ask.words
    assert reader.send(pass_on.form("/pass"), to="provider").status == 303


@pytest.mark.rules("R46")
def test_the_refusal_of_the_own_tenant_carries_the_documents_link(desk):
    answer = described(desk, FABRIKAM, "Fabrikam (own tenant)", "azure")

    assert "https://go.microsoft.com/fwlink/?LinkId=717532" in answer.links


WARNED = [
    shows(FABRIKAM, "Lucerne Publishing", "microsoft365", "The admin relationship ends on", rules=["R68"]),
    shows(FABRIKAM, "Tailspin Toys", "azure", "You have no admin rights for this customer", rules=["R28", "R29"]),
    shows(
        FABRIKAM, "Fabrikam (own tenant)", "microsoft365", "not part of the CSP benefit", rules=["R43", "R44", "R57"]
    ),
    shows("fabrikam-sales", "Litware Federal", "azure", "No account of yours is recorded in"),
]


@pytest.mark.parametrize(("member", "customer", "product", "warning"), WARNED)
def test_a_warning_is_shown_before_and_after_and_refuses_nothing(desk, member, customer, product, warning):
    reader = desk(member)
    form = reader.get(f"{reader.customer(customer)}/requests/new?product={product}")

    request = reader.get(reader.send(form.form("/requests"), action="file").location)

    assert warning in form.words
    assert "Support is owed, with a warning" in form.words
    assert request.status == 200
    assert warning in request.words


@pytest.mark.rules("R28", "R29")
def test_without_admin_rights_the_steps_go_by_the_customers_domain(desk):
    reader = desk(FABRIKAM)

    page = reader.get(reader.filed("Tailspin Toys", "azure"))

    assert "Copy the customer's domain name from its account page in Partner Center: tailspintoys.com" in page.words


@pytest.mark.rules("R8", "R41", "R56")
def test_the_handover_names_whom_where_and_as_whom_and_offers_partner_center(desk):
    reader = desk(FABRIKAM)

    page = reader.get(reader.filed("Contoso", "azure"))

    assert "Customer Contoso" in page.words
    assert "Host portal.azure.com" in page.words
    assert "Context The customer's" in page.words
    assert "Sign in as astrid.nyberg@fabrikam.com" in page.words
    assert "asks partners to start in Partner Center" in page.words
    assert "shows your own context, not the customer's" in page.words


@pytest.mark.rules("R25", "R33")
@pytest.mark.parametrize(
    ("product", "where"), [("azure", "Manage support requests"), ("microsoft365", "See all support tickets")]
)
def test_the_handover_says_where_to_review_the_request_later(desk, product, where):
    reader = desk(FABRIKAM)

    assert where in reader.get(reader.filed("Contoso", product)).words


@pytest.mark.rules("R2", "R62")
def test_a_known_incident_is_followed_not_filed(desk):
    answer = described(desk, FABRIKAM, "Contoso", "microsoft365", answer_health_checked="known_incident")

    assert answer.status == 403
    assert "File when the problem outlasts the outage" in answer.words


@pytest.mark.rules("R1", "R4", "R5")
def test_a_problem_of_no_kind_is_solved_first_but_a_question_may_be_asked(desk):
    refused = described(desk, FABRIKAM, "Contoso", "azure", answer_issue_kind="none")
    asked = described(desk, FABRIKAM, "Contoso", "azure", answer_issue_kind="none", category="advisory")

    assert refused.status == 403
    assert "Solve it first" in refused.words
    assert asked.status == 303


@pytest.mark.rules("R7", "R58")
def test_in_china_what_nothing_is_missing_for_is_solved_there(desk):
    answer = described(desk, LANTIAN, "蓝天科技", "vianet", answer_missing="none")

    assert answer.status == 403
    assert "Solve it in the customer's admin center" in answer.words


@pytest.mark.rules("R50", "R54")
@pytest.mark.parametrize(
    ("member", "customer", "product", "times"),
    [
        (FABRIKAM, "Contoso", "azure", ("within 2 hours", "within 4 hours", "within 8 hours")),
        (LANTIAN, "蓝天科技", "vianet", ("within 1 hour", "within 1 business day", "within 3 business days")),
    ],
)
def test_each_severity_shows_its_response_time(desk, member, customer, product, times):
    reader = desk(member)

    words = reader.get(f"{reader.customer(customer)}/requests/new?product={product}").words

    assert all(time in words for time in times)


def test_the_checklist_follows_the_answers(desk):
    reader = desk(FABRIKAM)
    address = f"{reader.customer('Contoso')}/entitlement"
    answered = "?product=microsoft365&category=break_fix&answer_health_checked="

    before = reader.get(f"{address}{answered}nothing_found", HX_Request="true")
    after = reader.get(f"{address}{answered}known_incident", HX_Request="true")

    assert "Support is not owed" not in before.words
    assert "Support is not owed" in after.words
    assert "<html" not in after.text
