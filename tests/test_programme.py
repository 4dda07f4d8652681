"""The rules of the partner programme that no product owns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from webapp.contracts.doors import PortalDoor
from webapp.contracts.escalation import ESCALATION_QUESTIONS
from webapp.contracts.products import Product
from webapp.contracts.situation import Relationship, Subscription
from webapp.programme import entitlement_check
from webapp.testing import make_cloud, make_customer, make_member, make_partner, make_situation
from webapp.testing.factories import NOW

MICROSOFT365 = Product(
    key="microsoft365",
    label="Microsoft 365",
    vendor="Microsoft",
    portal="microsoft365_admin",
    questions=ESCALATION_QUESTIONS,
)
AZURE = Product(key="azure", label="Azure", vendor="Microsoft", portal="azure", questions=ESCALATION_QUESTIONS)
CHINAS = Product(key="vianet", label="Microsoft 365", vendor="21Vianet", portal="microsoft365_admin")
OFFER = Product(key="marketplace", label="Marketplace", vendor="The publisher", portal=None, by_publisher=True)
CHINA = make_cloud(key="china", name="Microsoft 365 operated by 21Vianet", operator="21Vianet", products=("vianet",))


def checks(product=MICROSOFT365, **changes):
    return tuple(entitlement_check(make_situation(product, **changes)))


def about(rule, found):
    return [check for check in found if rule in check.rules]


def outcomes(found):
    return {check.outcome for check in found}


def refusals(found):
    return [check for check in found if check.outcome == "fail"]


def gone(status, **changes):
    return make_customer(relationships=(Relationship(kind="delegated", status=status, **changes),))


def test_an_ordinary_problem_of_an_ordinary_customer_meets_no_objection():
    assert outcomes(checks()) == {"pass"}


def test_a_closed_cloud_refuses_with_the_day_the_reason_and_where_its_customers_went():
    cloud = make_cloud(
        status="closed",
        closed_on=date(2021, 10, 29),
        closed_because="Its operator gave it up.",
        moved_to="Choose the customer's new tenant.",
    )

    (refusal,) = checks(cloud=cloud)

    assert refusal.outcome == "fail"
    assert "October 29, 2021" in str(refusal.reason)
    assert "Its operator gave it up." in str(refusal.reason)
    assert str(refusal.remedy.text) == "Choose the customer's new tenant."


def test_a_product_that_is_not_sold_in_the_cloud_is_refused_by_name():
    (refusal,) = checks(AZURE, cloud=make_cloud(name="Some cloud", products=("microsoft365",)))

    assert refusal.outcome == "fail"
    assert str(refusal.reason) == "Azure is not sold in Some cloud."


def test_azure_in_china_is_refused_as_outside_the_partner_programme():
    (refusal,) = checks(AZURE, cloud=CHINA)

    assert refusal.outcome == "fail"
    assert "not in the Cloud Solution Provider programme" in str(refusal.remedy.text)


@pytest.mark.rules("R68")
@pytest.mark.parametrize("status", ["removed", "ended", "expired"])
@pytest.mark.parametrize("product", [MICROSOFT365, AZURE, OFFER])
def test_a_relationship_that_is_gone_refuses_every_product_until_it_is_rebuilt(status, product):
    (refusal,) = refusals(checks(product, customer=gone(status)))

    assert refusal.rules == ("R68",)
    assert refusal.remedy.action == "edit_customer"


@pytest.mark.rules("R68")
def test_a_relationship_recorded_as_active_counts_as_expired_once_its_end_has_passed():
    customer = gone("active", ends_at=NOW - timedelta(minutes=1))

    assert outcomes(about("R68", checks(customer=customer))) == {"fail"}


@pytest.mark.rules("R68")
def test_a_rebuilt_relationship_outweighs_the_removed_one():
    customer = make_customer(
        relationships=(
            Relationship(kind="delegated", status="removed"),
            Relationship(kind="granular", status="active"),
        )
    )

    assert about("R68", checks(customer=customer)) == []


@pytest.mark.rules("R68")
@pytest.mark.parametrize("status", ["pending", "never_requested"])
@pytest.mark.parametrize("before", ["removed", "ended", "expired"])
def test_a_relationship_that_is_gone_is_not_rebuilt_before_the_customer_accepts_the_new_one(before, status):
    relationships = (Relationship(kind="granular", status=status), Relationship(kind="delegated", status=before))

    (refusal,) = refusals(checks(customer=make_customer(relationships=relationships)))

    assert refusal.rules == ("R68",)
    assert ("waits for the customer" in str(refusal.remedy.text)) == (status == "pending")


@pytest.mark.rules("R68")
@pytest.mark.parametrize("status", ["pending", "never_requested"])
def test_a_relationship_that_never_was_is_left_to_the_product(status):
    assert refusals(checks(customer=gone(status))) == []


@pytest.mark.rules("R43", "R68")
def test_nobody_is_asked_for_a_relationship_with_the_own_tenant():
    customer = gone("removed").model_copy(update={"own": True})

    assert about("R68", checks(customer=customer)) == []


@pytest.mark.rules("R72")
@pytest.mark.parametrize("role", ["global_admin", "admin_agent", "helpdesk_agent", "sales_agent"])
def test_each_of_the_four_roles_may_file(role):
    assert outcomes(about("R72", checks(member=make_member(roles=(role,))))) == {"pass"}


@pytest.mark.rules("R72")
def test_a_member_without_a_role_passes_the_request_to_a_colleague():
    (refusal,) = refusals(checks(member=make_member(roles=())))

    assert refusal.rules == ("R72",)
    assert refusal.remedy.action == "pass_to_colleague"


@pytest.mark.rules("R72")
@pytest.mark.parametrize(("product", "cloud"), [(OFFER, make_cloud()), (CHINAS, CHINA)])
def test_roles_are_asked_only_for_microsofts_products_in_microsofts_clouds(product, cloud):
    assert refusals(checks(product, cloud=cloud, member=make_member(roles=()))) == []


@pytest.mark.rules("R14")
@pytest.mark.parametrize("role", ["global_admin", "helpdesk_agent", "sales_agent"])
def test_todays_pages_want_an_admin_agent_where_the_documents_take_any_of_four(role):
    member = make_member(roles=(role,))

    assert refusals(checks(member=member)) == []
    (refusal,) = refusals(checks(member=member, rules="today"))
    assert refusal.rules == ("R14",)
    assert refusal.remedy.action == "pass_to_colleague"


@pytest.mark.rules("R14")
def test_an_admin_agent_may_file_by_todays_pages_too():
    assert refusals(checks(rules="today")) == []


@pytest.mark.parametrize(("product", "cloud"), [(AZURE, make_cloud()), (CHINAS, CHINA)])
def test_a_member_without_an_account_in_the_cloud_is_warned_whoever_runs_the_cloud(product, cloud):
    found = checks(product, cloud=cloud, member=make_member(account=""))

    (warning,) = [check for check in found if check.outcome == "warn"]
    assert str(cloud.name) in str(warning.reason)
    assert "Fabrikam" in str(warning.remedy.text)


def test_a_product_without_a_portal_needs_no_account():
    assert outcomes(checks(OFFER, member=make_member(account=""))) == {"pass"}


@pytest.mark.rules("R53")
def test_microsofts_products_are_said_to_be_filed_without_a_phone_and_21vianets_are_not():
    assert outcomes(about("R53", checks())) == {"pass"}
    assert about("R53", checks(CHINAS, cloud=CHINA)) == []


@pytest.mark.rules("R1", "R4", "R5")
@pytest.mark.parametrize(("category", "outcome"), [("break_fix", "fail"), ("advisory", "warn")])
def test_a_problem_of_none_of_the_five_kinds_is_solved_first_and_only_warns_for_advice(category, outcome):
    (check,) = about("R4", checks(category=category, answers={"issue_kind": "none"}))

    assert check.outcome == outcome
    assert "Solve it first" in str(check.remedy.text)


@pytest.mark.rules("R4", "R5")
@pytest.mark.parametrize("kind", ["not_as_described", "unavailable", "bug", "network_disruption", "regional"])
def test_each_of_the_five_kinds_is_handed_over(kind):
    assert outcomes(about("R4", checks(answers={"issue_kind": kind}))) == {"pass"}


@pytest.mark.rules("R2", "R62")
@pytest.mark.parametrize(("category", "outcome"), [("break_fix", "fail"), ("advisory", "warn")])
def test_a_known_incident_is_followed_at_the_service_health_page_instead_of_filed(category, outcome):
    (check,) = about("R2", checks(category=category, answers={"health_checked": "known_incident"}))

    assert check.outcome == outcome
    assert check.remedy.door == PortalDoor(portal="service_health", in_customer=False)


@pytest.mark.rules("R2")
def test_a_cloud_without_a_service_health_page_offers_no_door_to_it():
    portals = {key: portal for key, portal in make_cloud().portals.items() if key != "service_health"}
    found = checks(cloud=make_cloud(portals=portals), answers={"health_checked": "known_incident"})

    (check,) = about("R2", found)
    assert check.outcome == "fail"
    assert check.remedy.door is None


@pytest.mark.rules("R62")
def test_a_problem_that_outlasted_the_outage_may_be_filed():
    assert outcomes(about("R62", checks(answers={"health_checked": "outlasted"}))) == {"pass"}


@pytest.mark.rules("R3")
def test_what_was_tried_is_said_to_be_recorded_once_it_is_answered():
    assert about("R3", checks(answers={})) == []
    assert outcomes(about("R3", checks(answers={"tried": "Restarted."}))) == {"pass"}


@pytest.mark.parametrize("category", [None, "break_fix", "advisory", "billing", "fraud"])
def test_a_missing_answer_never_refuses(category):
    assert refusals(checks(category=category, answers={})) == []


@pytest.mark.rules("R6")
@pytest.mark.parametrize("category", ["billing", "fraud"])
def test_billing_and_fraud_are_not_judged_by_the_five_kinds(category):
    found = checks(category=category, answers={"issue_kind": "none", "health_checked": "known_incident"})

    assert refusals(found) == []
    assert outcomes(about("R6", found)) == {"pass"}


@pytest.mark.rules("R1", "R2")
def test_a_product_that_asks_its_own_questions_is_not_judged_by_the_escalation_page():
    found = checks(CHINAS, cloud=CHINA, answers={"issue_kind": "none", "health_checked": "known_incident"})

    assert refusals(found) == []


@pytest.mark.rules("R45")
def test_billing_needs_no_plan_and_no_fee():
    assert outcomes(about("R45", checks(category="billing"))) == {"pass"}
    assert about("R45", checks(category="break_fix")) == []


@pytest.mark.rules("R45")
def test_the_whole_benefit_holds_in_a_trial():
    trial = Subscription(id="1", product="microsoft365", name="A trial", status="active", trial=True)

    assert outcomes(about("R45", checks(customer=make_customer(subscriptions=(trial,))))) == {"pass"}


@pytest.mark.rules("R60")
def test_today_invoices_go_to_partner_centers_own_help_and_by_the_documents_they_do_not():
    assert about("R60", checks(category="billing")) == []

    (warning,) = about("R60", checks(category="billing", rules="today"))
    assert warning.outcome == "warn"
    assert warning.remedy.door == PortalDoor(portal="partner_center", path="/v2/support", in_customer=False)


@pytest.mark.rules("R6", "R60")
def test_today_the_same_path_is_claimed_for_fraud_only():
    assert about("R6", checks(category="billing", rules="today")) == []
    assert outcomes(about("R6", checks(category="fraud", rules="today"))) == {"pass"}


@pytest.mark.rules("R43", "R44", "R57")
def test_the_own_tenant_is_no_csp_benefit_and_its_admin_center_is_entered_directly():
    (warning,) = about("R43", checks(customer=make_customer(own=True)))

    assert warning.outcome == "warn"
    assert "no separate support fee" in str(warning.reason)
    assert warning.remedy.door == PortalDoor(portal="microsoft365_admin", in_customer=False)


@pytest.mark.rules("R43", "R46")
def test_azure_in_the_own_tenant_is_left_to_azures_own_rule():
    assert about("R43", checks(AZURE, customer=make_customer(own=True))) == []


@pytest.mark.rules("R43")
def test_in_china_the_reader_is_told_that_the_documents_are_silent_on_the_own_tenant():
    (warning,) = about("R43", checks(CHINAS, cloud=CHINA, customer=make_customer(own=True)))

    assert warning.outcome == "warn"
    assert "say nothing" in str(warning.reason)


@pytest.mark.rules("R43", "R45")
def test_the_benefit_is_not_claimed_for_the_own_tenant():
    assert about("R45", checks(category="billing", customer=make_customer(own=True))) == []


def test_the_rules_ask_nothing_of_the_partners_kind():
    for kind in ("direct_bill", "indirect_provider", "indirect_reseller", "advisor"):
        assert refusals(checks(partner=make_partner(kind=kind))) == []
