"""The form's answers, the door into the customer's admin center, and the other ways in."""

import pytest

from onbehalf_office365 import build_request, redirect_target
from onbehalf_office365.products import DYNAMICS365, EMS, MICROSOFT365, PRODUCTS
from webapp.contracts.situation import Contract
from webapp.doors import is_confirmed, opens_in_customer, url_of
from webapp.errors import DoorRefused
from webapp.testing import make_cloud, make_customer, make_draft, make_member, make_partner

ANSWERS = {"health_checked": "nothing_found", "tried": "Cleared the cache.", "support_topic": "Mail flow"}


def target(product, **changes):
    draft = make_draft(product, **changes)
    return redirect_target(draft, build_request(draft))


def kinds(found):
    return [other.door.portal for other in found.others]


@pytest.mark.rules("R31", "R32")
def test_the_answers_stand_in_the_order_of_the_form():
    labels = [str(a.label) for a in build_request(make_draft(MICROSOFT365, answers=ANSWERS)).answers]
    wanted = ["Support topic", "Title", "Description", "Severity (business impact)", "Name", "E-mail"]
    assert [label for label in labels if label in wanted] == wanted


@pytest.mark.rules("R32")
def test_the_contact_is_the_partners_member_never_the_customer():
    prepared = build_request(make_draft(MICROSOFT365, answers=ANSWERS))
    contact = [str(a.value) for a in prepared.answers if str(a.section) == "Contact information"]
    assert "astrid.nyberg@fabrikam.com" in contact
    assert not any("contoso" in str(a.value).lower() for a in prepared.answers)
    assert "The contact is you, not the customer." in [str(line) for line in prepared.checklist]


def test_a_member_without_a_phone_and_a_draft_without_a_topic_still_make_a_request():
    draft = make_draft(MICROSOFT365, answers={}, member=make_member(phone=""), severity=None)
    labels = {str(a.label) for a in build_request(draft).answers}
    assert labels.isdisjoint({"Phone", "Support topic", "Severity (business impact)"})


@pytest.mark.rules("R49")
@pytest.mark.parametrize(("letter", "word"), [("A", "Critical"), ("B", "Moderate"), ("C", "Minimal")])
def test_the_severity_is_stated_as_business_impact(letter, word):
    answers = build_request(make_draft(MICROSOFT365, severity=letter)).answers
    [severity] = [a for a in answers if str(a.label) == "Severity (business impact)"]
    assert str(severity.value).startswith(word)


@pytest.mark.rules("R2")
def test_a_problem_that_outlasted_an_outage_says_so_in_its_description():
    outlasted = make_draft(MICROSOFT365, answers={"health_checked": "outlasted"})
    lines = " ".join(str(line) for line in build_request(outlasted).checklist)
    assert "outlasted" in lines


@pytest.mark.rules("R19")
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.key)
def test_the_main_door_opens_the_admin_center_for_the_customer(product):
    draft = make_draft(product)
    door = target(product).door
    assert url_of(door, draft.cloud, draft.situation.customer) == (
        "https://admin.cloud.microsoft/?delegatedOrg=contoso.onmicrosoft.com"
    )


@pytest.mark.rules("R16", "R17", "R8")
def test_partner_center_is_the_second_way_in_by_its_own_menu():
    [second] = [other for other in target(MICROSOFT365).others if other.door.portal == "partner_center"]
    assert "Enterprise Mobility Suite" in str(second.steps[-1])
    assert len(second.steps) > 1


@pytest.mark.rules("R19", "R31", "R32", "R34")
def test_the_steps_lead_from_signing_in_to_submitting():
    steps = [str(step) for step in target(MICROSOFT365).steps]
    said = ["Partner Center credentials", "New service request", "support topic", "Submit"]
    places = [next(place for place, step in enumerate(steps) if words in step) for words in said]
    assert places == sorted(places)


@pytest.mark.rules("R33")
def test_requests_are_reviewed_under_see_all_support_tickets():
    assert "See all support tickets" in str(target(EMS).review)


@pytest.mark.rules("R37")
@pytest.mark.parametrize(
    ("product", "further"),
    [(MICROSOFT365, set()), (DYNAMICS365, {"power_platform"}), (EMS, {"intune", "entra"})],
    ids=["microsoft365", "dynamics365", "ems"],
)
def test_each_product_offers_the_portals_it_is_managed_in(product, further):
    assert set(kinds(target(product))) - {"partner_center", "microsoft365_admin"} == further


def test_a_portal_the_cloud_lacks_is_not_offered():
    cloud = make_cloud()
    smaller = make_cloud(
        portals={k: v for k, v in cloud.portals.items() if k in ("partner_center", "microsoft365_admin")}
    )
    assert set(kinds(target(EMS, cloud=smaller))) == {"partner_center", "microsoft365_admin"}
    assert target(DYNAMICS365, cloud=smaller, rules="today").door.portal == "microsoft365_admin"


def test_the_deeper_link_to_the_support_page_is_marked_as_unconfirmed():
    draft = make_draft(MICROSOFT365)
    [deeper] = [other for other in target(MICROSOFT365).others if other.door.fragment]
    assert not deeper.confirmed
    assert url_of(deeper.door, draft.cloud, draft.situation.customer).endswith("contoso.onmicrosoft.com#/support")


@pytest.mark.rules("R37")
def test_todays_pages_take_dynamics_apps_in_the_power_platform_admin_center():
    draft = make_draft(DYNAMICS365)
    found = target(DYNAMICS365, rules="today")
    url = url_of(found.door, draft.cloud, draft.situation.customer)
    assert url.endswith(f"/account/login/{draft.situation.customer.tenant_id}")
    assert "New support request" in " ".join(str(step) for step in found.steps)
    assert "microsoft365_admin" in kinds(found)


@pytest.mark.rules("R37")
@pytest.mark.parametrize("area", ["finance", "central", "licensing", "plans"])
def test_what_the_power_platform_admin_center_does_not_take_stays_in_the_admin_center(area):
    assert target(DYNAMICS365, rules="today", answers={"dynamics_area": area}).door.portal == "microsoft365_admin"


@pytest.mark.rules("R57")
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.key)
def test_the_own_tenant_is_opened_directly_and_in_its_own_context(product):
    draft = make_draft(product, customer=make_customer(product=product.key, own=True))
    found = redirect_target(draft, build_request(draft))
    assert not opens_in_customer(found.door, draft.cloud)
    assert not any(opens_in_customer(other.door, draft.cloud) for other in found.others)
    assert "partner_center" not in kinds(found)


def test_a_customer_without_an_initial_domain_gets_no_door_into_a_stranger():
    door = target(MICROSOFT365).door
    with pytest.raises(DoorRefused):
        url_of(door, make_cloud(), make_customer(initial_domain=""))


def test_the_main_door_is_confirmed_by_a_source():
    assert is_confirmed(target(MICROSOFT365).door, make_cloud())


def test_a_request_does_not_depend_on_the_plan():
    held = make_partner(contracts=(Contract(plan="asfp"),))
    assert build_request(make_draft(DYNAMICS365, partner=held)) == build_request(make_draft(DYNAMICS365))
