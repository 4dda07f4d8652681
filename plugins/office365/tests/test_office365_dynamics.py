"""The plan that Dynamics 365 incidents need, and what goes to Dynamics support instead."""

from datetime import date

import pytest

from onbehalf_office365 import entitlement_check
from onbehalf_office365.products import DYNAMICS365, EMS, MICROSOFT365
from webapp.contracts.situation import Contract
from webapp.response_clock import table_for
from webapp.testing import make_customer, make_partner, make_situation


def asked_about(area, **changes):
    return make_situation(DYNAMICS365, answers={"dynamics_area": area}, **changes)


def outcome_of(rule, situation):
    return [check.outcome for check in entitlement_check(situation) if rule in check.rules]


def holding(plan, **validity):
    return make_partner(contracts=(Contract(plan=plan, **validity),))


@pytest.mark.rules("R35")
@pytest.mark.parametrize("category", ["break_fix", "advisory"])
def test_an_incident_without_a_support_agreement_is_refused_with_where_to_get_one(category):
    [refusal] = [c for c in entitlement_check(make_situation(DYNAMICS365, category=category)) if c.outcome == "fail"]
    assert refusal.remedy.action == "add_contract"
    assert refusal.remedy.door.url == "https://partner.microsoft.com/support/partnersupport"


@pytest.mark.rules("R35")
@pytest.mark.parametrize("plan", ["asfp", "psfp", "premier", "unified"])
def test_advanced_support_for_partners_or_higher_lets_an_incident_through(plan):
    assert outcome_of("R35", make_situation(DYNAMICS365, partner=holding(plan))) == ["pass"]


@pytest.mark.rules("R35")
@pytest.mark.parametrize("plan", ["signature_cloud_support", "azure_plan", "mpn_contract"])
def test_a_lesser_plan_does_not(plan):
    assert outcome_of("R35", make_situation(DYNAMICS365, partner=holding(plan))) == ["fail"]


@pytest.mark.rules("R35")
def test_an_agreement_that_has_run_out_or_counts_in_another_cloud_does_not():
    run_out = holding("asfp", valid_until=date(2026, 11, 22))
    elsewhere = holding("asfp", cloud="china")
    assert outcome_of("R35", make_situation(DYNAMICS365, partner=run_out)) == ["fail"]
    assert outcome_of("R35", make_situation(DYNAMICS365, partner=elsewhere)) == ["fail"]


@pytest.mark.rules("R35", "R45")
@pytest.mark.parametrize("category", ["billing", "fraud", None])
def test_billing_and_fraud_need_no_agreement(category):
    assert "fail" not in [c.outcome for c in entitlement_check(make_situation(DYNAMICS365, category=category))]


@pytest.mark.rules("R35")
@pytest.mark.parametrize("product", [MICROSOFT365, EMS], ids=lambda product: product.key)
def test_the_other_products_need_no_agreement(product):
    assert outcome_of("R35", make_situation(product)) == []


@pytest.mark.rules("R35", "R43")
def test_the_own_tenant_needs_no_agreement_since_the_rule_is_about_customers():
    own = make_customer(product="dynamics365", own=True)
    assert outcome_of("R35", make_situation(DYNAMICS365, customer=own)) == []


@pytest.mark.rules("R35")
def test_todays_pages_only_warn_about_the_agreement():
    assert outcome_of("R35", make_situation(DYNAMICS365, rules="today")) == ["warn"]


@pytest.mark.rules("R71")
def test_a_reseller_passes_the_draft_to_the_provider_that_holds_the_agreement():
    reseller = make_partner(name="Adatum", kind="indirect_reseller")
    provider = make_partner(name="Northwind", kind="indirect_provider", contracts=(Contract(plan="asfp"),))
    found = entitlement_check(make_situation(DYNAMICS365, partner=reseller, provider=provider))
    [way_on] = [c for c in found if c.remedy and c.remedy.action == "pass_to_provider"]
    assert "Northwind" in str(way_on.reason)
    assert "fail" in [c.outcome for c in found]


@pytest.mark.rules("R71")
def test_a_provider_without_the_agreement_is_not_offered():
    provider = make_partner(name="Northwind", kind="indirect_provider")
    found = entitlement_check(make_situation(DYNAMICS365, provider=provider))
    assert "pass_to_provider" not in [c.remedy.action for c in found if c.remedy]


@pytest.mark.rules("R36")
@pytest.mark.parametrize("area", ["plans", "licensing", "finance"])
def test_these_questions_go_to_dynamics_support_with_a_warning(area):
    found = entitlement_check(asked_about(area, partner=holding("asfp")))
    [warning] = [c for c in found if c.outcome == "warn"]
    assert "contact-technical-support" in warning.remedy.door.url


@pytest.mark.rules("R36", "R35")
@pytest.mark.parametrize(("area", "refused"), [("plans", False), ("licensing", False), ("finance", True)])
def test_a_question_about_plans_or_licences_is_no_incident(area, refused):
    outcomes = [c.outcome for c in entitlement_check(asked_about(area))]
    assert ("fail" in outcomes) is refused


@pytest.mark.rules("R36", "R45")
def test_billing_goes_to_dynamics_support_whatever_it_is_about():
    assert outcome_of("R36", make_situation(DYNAMICS365, category="billing", answers={})) == ["warn"]


@pytest.mark.rules("R36")
@pytest.mark.parametrize("area", ["apps", "central"])
def test_the_apps_themselves_stay_here(area):
    assert outcome_of("R36", asked_about(area)) == []


@pytest.mark.rules("R37")
def test_todays_pages_lead_finance_and_operations_to_lifecycle_services():
    [today] = [c for c in entitlement_check(asked_about("finance", rules="today")) if "R37" in c.rules]
    assert "Lifecycle Services" in str(today.remedy.text)
    assert outcome_of("R37", asked_about("finance")) == []


@pytest.mark.rules("R37")
@pytest.mark.parametrize(("rules", "said"), [("documents", []), ("today", ["pass"])])
def test_todays_pages_say_that_business_central_is_the_partners_to_file(rules, said):
    assert outcome_of("R37", asked_about("central", rules=rules)) == said


@pytest.mark.rules("R55")
@pytest.mark.parametrize(
    ("plan", "minutes"), [("asfp", 240), ("prodirect", 120), ("premier", 120), ("unified", 480)], ids=str
)
def test_todays_answer_times_for_severity_b_follow_the_plan_the_partner_holds(plan, minutes):
    today = make_situation(DYNAMICS365, partner=holding(plan), rules="today")
    assert table_for(today).targets["B"].minutes == minutes


@pytest.mark.rules("R50", "R55")
def test_by_the_documents_dynamics_has_the_clouds_answer_times():
    situation = make_situation(DYNAMICS365, partner=holding("premier"))
    assert table_for(situation) is situation.cloud.responses
