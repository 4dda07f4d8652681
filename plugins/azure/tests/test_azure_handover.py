"""What the Azure portal's form wants, and the way there."""

from __future__ import annotations

import re

import pytest

from onbehalf_azure import build_request, redirect_target, register_products
from webapp.contracts.situation import Contract, Relationship
from webapp.doors import url_of
from webapp.testing import make_cloud, make_customer, make_draft, make_member, make_partner

(AZURE,) = register_products(make_cloud())
OWN = make_customer(own=True, name="Fabrikam (own tenant)", domain="fabrikam.com")
OWN_PLAN = make_partner(contracts=(Contract(plan="premier", contract_id="P-4711"),))


def form(**changes):
    prepared = build_request(make_draft(AZURE, **changes))
    return {str(answer.label): answer for answer in prepared.answers}


def checklist(**changes):
    return " ".join(str(line) for line in build_request(make_draft(AZURE, **changes)).checklist)


def way_in(**changes):
    draft = make_draft(AZURE, **changes)
    return redirect_target(draft), draft


def url(door, draft):
    return url_of(door, draft.cloud, draft.situation.customer)


def steps(target):
    return [str(step) for step in target.steps]


def test_azure_is_registered_only_where_it_is_sold():
    assert register_products(make_cloud(products=("microsoft365",))) == ()


@pytest.mark.rules("R2")
def test_health_is_looked_up_at_azures_own_page_where_the_cloud_has_one():
    portals = {key: portal for key, portal in make_cloud().portals.items() if key != "azure_status"}
    (elsewhere,) = register_products(make_cloud(portals=portals))

    def health_door(product):
        return next(question.door for question in product.questions if question.key == "health_checked").portal

    assert health_door(AZURE) == "azure_status"
    assert health_door(elsewhere) == "service_health"


@pytest.mark.rules("R22", "R23", "R24")
def test_the_answers_stand_in_the_order_of_the_portals_form():
    prepared = build_request(make_draft(AZURE))

    sections = list(dict.fromkeys(str(answer.section) for answer in prepared.answers))
    assert sections == ["Basics", "Details", "Contact information"]


@pytest.mark.rules("R23")
def test_support_plan_is_cloud_solution_provider_for_a_customer():
    assert "Cloud Solution Provider" in str(form()["Support plan"].value)
    assert "Cloud Solution Provider" in checklist()


@pytest.mark.rules("R46")
def test_support_plan_is_the_partners_own_plan_in_the_own_tenant():
    plan = form(customer=OWN, partner=OWN_PLAN)["Support plan"]

    assert str(plan.value) == "Premier"
    assert "P-4711" in str(plan.note)


@pytest.mark.rules("R24")
def test_the_contact_is_the_partners_member():
    member = make_member(name="Nils Berg", email="nils.berg@fabrikam.com", phone="")

    answers = form(member=member)
    assert answers["Name"].value == "Nils Berg"
    assert answers["E-mail"].value == "nils.berg@fabrikam.com"
    assert "Phone" not in answers


def test_a_critical_request_without_a_phone_number_is_pointed_out():
    without = make_member(phone="")

    assert "phone number" in checklist(member=without, severity="A")
    assert "phone number" not in checklist(member=without, severity="B")
    assert "phone number" not in checklist(severity="A")


@pytest.mark.rules("R6", "R22")
@pytest.mark.parametrize(
    ("category", "issue_type"),
    [("break_fix", "Technical"), ("advisory", "Technical"), ("billing", "Billing"), ("fraud", "Billing")],
)
def test_the_issue_type_follows_the_category(category, issue_type):
    assert str(form(category=category)["Issue type"].value) == issue_type


@pytest.mark.rules("R49")
def test_the_severity_is_worded_as_impact():
    assert "Critical" in str(form(severity="A")["Severity"].value)
    assert "Severity" not in form(severity=None)


def test_the_start_of_the_problem_is_told_in_utc_if_it_is_known():
    answers = form(answers={"problem_started": "2026-11-23T08:15:00+01:00"})

    assert str(answers["When did the problem start?"].value) == "2026-11-23 07:15 UTC"
    assert "When did the problem start?" not in form(answers={})


@pytest.mark.rules("R51")
def test_a_language_azure_support_does_not_offer_falls_back_to_english_and_says_so():
    swedish = form(language="sv")["Support language"]

    assert str(swedish.value) == "English"
    assert swedish.note is not None
    assert form(language="de")["Support language"].note is None


@pytest.mark.rules("R19", "R29")
def test_the_door_is_the_portal_at_the_customers_domain():
    target, draft = way_in()

    assert url(target.door, draft) == "https://portal.azure.com/contoso.com"


@pytest.mark.rules("R56")
def test_in_the_own_tenant_the_portal_opens_in_the_own_context():
    target, draft = way_in(customer=OWN, partner=OWN_PLAN)

    assert url(target.door, draft) == "https://portal.azure.com"
    assert any("Premier" in step for step in steps(target))
    assert all("partner.microsoft.com" not in url(other.door, draft) for other in target.others)


@pytest.mark.rules("R22", "R23", "R24")
def test_the_steps_lead_from_new_support_request_to_create():
    said = steps(way_in()[0])

    assert [
        bool(re.search(word, line))
        for word, line in zip(
            ("New support request", "Support plan to Cloud Solution Provider", "your details", "Create"),
            said,
            strict=True,
        )
    ] == [True] * 4


@pytest.mark.rules("R29")
@pytest.mark.parametrize("relationships", [(), (Relationship(kind="delegated", status="pending"),)])
def test_without_admin_rights_the_steps_begin_with_the_domain_name_and_the_subscription(relationships):
    target, draft = way_in(customer=make_customer(relationships=relationships))

    said = steps(target)
    assert "contoso.com" in said[0]
    assert "Contoso azure" in said[2]
    assert "New support request" in said[3]
    assert url(target.door, draft) == "https://portal.azure.com/contoso.com"


@pytest.mark.rules("R8", "R15", "R16", "R41")
def test_partner_center_is_offered_by_its_menu_path_to_a_new_azure_request():
    target, draft = way_in()

    door = next(other for other in target.others if str(other.label) == "Partner Center")
    assert url(door.door, draft) == "https://partner.microsoft.com/dashboard"
    path = " ".join(str(step) for step in door.steps)
    assert path.index("Customers") < path.index("Service requests") < path.index("New request, then Azure")


def test_partner_center_is_not_offered_where_the_cloud_has_none():
    portals = {"azure": make_cloud().portals["azure"]}

    target, _draft = way_in(cloud=make_cloud(portals=portals))
    assert [other.door.portal for other in target.others] == ["azure"]


def test_the_deeper_link_is_unconfirmed_together_with_a_customers_domain_only():
    theirs, draft = way_in()
    deeper = theirs.others[-1]
    assert not deeper.confirmed
    assert url(deeper.door, draft).startswith("https://portal.azure.com/contoso.com/#view/")

    mine, draft = way_in(customer=OWN, partner=OWN_PLAN)
    deeper = mine.others[-1]
    assert deeper.confirmed
    assert url(deeper.door, draft).startswith("https://portal.azure.com/#view/")


@pytest.mark.rules("R25")
def test_the_request_is_seen_again_under_manage_support_requests():
    assert "Manage support requests" in str(way_in()[0].review)


@pytest.mark.parametrize(
    ("number", "usual"),
    [
        ("118032014183770", True),
        ("119120321001170", True),
        ("2411230050001234", True),
        ("OB-12345678", False),
        ("42", False),
    ],
)
def test_numbers_like_azures_published_examples_have_the_usual_shape(number, usual):
    assert bool(re.fullmatch(way_in()[0].ticket_shape.pattern, number)) is usual
