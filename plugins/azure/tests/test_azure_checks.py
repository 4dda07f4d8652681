"""When a partner may ask for Azure support."""

from __future__ import annotations

from datetime import date

import pytest

from onbehalf_azure import entitlement_check, register_products
from webapp.contracts.doors import ExternalDoor, PortalDoor
from webapp.contracts.situation import AzureAccess, Contract, Relationship, Subscription, SupportGroup
from webapp.testing import make_cloud, make_customer, make_member, make_partner, make_situation

(AZURE,) = register_products(make_cloud())
RESELLER = make_partner(name="Adatum", kind="indirect_reseller")
NORTHWIND = make_partner(name="Northwind", kind="indirect_provider")
HELPDESK = make_member(roles=("helpdesk_agent",))
SIGNATURE = Contract(plan="signature_cloud_support")


def checks(**changes):
    return tuple(entitlement_check(make_situation(AZURE, **changes)))


def about(rule, found):
    return [check for check in found if rule in check.rules]


def outcomes(found):
    return {check.outcome for check in found}


def refusals(found):
    return [check for check in found if check.outcome == "fail"]


def actions(found):
    return {check.remedy.action for check in refusals(found)}


def subscription(key="1", status="active"):
    return Subscription(id=key, product="azure", name=f"Subscription {key}", status=status)


def access(**changes):
    return AzureAccess(**{"granted_by": "Northwind", "since": date(2026, 1, 1)} | changes)


def group(**changes):
    fields = {"name": "Night shift", "since": date(2026, 1, 1), "members": (HELPDESK.email,)}
    return SupportGroup(**fields | changes)


def test_an_ordinary_request_of_a_partner_with_a_benefit_passes_throughout():
    assert outcomes(checks(partner=make_partner(contracts=(SIGNATURE,)))) == {"pass"}


@pytest.mark.rules("R29")
@pytest.mark.parametrize("subscriptions", [(), (subscription("1", "deleted"), subscription("2", "suspended"))])
def test_a_customer_without_an_active_azure_subscription_is_refused(subscriptions):
    (refusal,) = refusals(checks(customer=make_customer(subscriptions=subscriptions)))

    assert refusal.remedy.action == "edit_customer"


@pytest.mark.rules("R29")
@pytest.mark.parametrize("status", ["pending", "suspended", "expired", "disabled", "deleted"])
def test_a_chosen_subscription_that_is_not_active_is_refused_by_name(status):
    customer = make_customer(subscriptions=(subscription("1"), subscription("2", status)))

    (refusal,) = refusals(checks(customer=customer, subscription_id="2"))
    assert "Subscription 2" in str(refusal.reason)
    assert "Reactivate" in str(refusal.remedy.text)


@pytest.mark.rules("R29")
@pytest.mark.parametrize("category", [None, "billing", "break_fix"])
def test_several_subscriptions_and_none_chosen_yet_is_no_refusal_and_still_an_answer(category):
    customer = make_customer(subscriptions=(subscription("1"), subscription("2")))

    found = checks(customer=customer, category=category)
    assert found
    assert refusals(found) == []


@pytest.mark.rules("R26", "R71")
@pytest.mark.parametrize(
    "given", [None, access(until=date(2026, 11, 22)), access(since=date(2026, 12, 1))], ids=["none", "over", "future"]
)
def test_a_reseller_without_access_today_may_ask_its_provider_or_pass_the_draft_to_it(given):
    found = checks(partner=RESELLER, provider=NORTHWIND, customer=make_customer(azure_access=given))

    assert actions(found) == {"ask_for_access", "pass_to_provider"}
    assert all("Northwind" in str(check.remedy.text) for check in refusals(found))


@pytest.mark.rules("R26")
@pytest.mark.parametrize("until", [None, date(2026, 11, 23)])
def test_a_reseller_with_its_providers_access_may_file_until_the_last_day_of_it(until):
    found = checks(partner=RESELLER, provider=NORTHWIND, customer=make_customer(azure_access=access(until=until)))

    assert refusals(found) == []
    assert "Northwind" in str(about("R26", found)[0].reason)


@pytest.mark.rules("R26", "R71")
def test_by_todays_pages_a_reseller_cannot_file_even_with_access():
    found = checks(partner=RESELLER, provider=NORTHWIND, customer=make_customer(azure_access=access()), rules="today")

    assert actions(found) == {"pass_to_provider"}


@pytest.mark.rules("R26")
def test_an_advisor_is_warned_by_the_documents_and_refused_by_todays_pages():
    advisor = make_partner(name="Trey Research", kind="advisor")

    assert outcomes(about("R26", checks(partner=advisor))) == {"warn"}
    assert outcomes(about("R26", checks(partner=advisor, rules="today"))) == {"fail"}


@pytest.mark.rules("R26")
@pytest.mark.parametrize(("provider", "action"), [(NORTHWIND, "pass_to_provider"), (None, None)])
def test_an_advisor_is_sent_to_a_provider_only_where_one_is_known(provider, action):
    found = checks(partner=make_partner(kind="advisor"), provider=provider, rules="today")

    assert actions(found) == {action}


@pytest.mark.rules("R71")
@pytest.mark.parametrize("rules", ["documents", "today"])
def test_the_provider_files_for_its_resellers_customer(rules):
    found = checks(partner=NORTHWIND, customer=make_customer(reseller="Adatum"), rules=rules)

    assert refusals(found) == []
    assert "Adatum" in str(about("R71", found)[0].reason)


@pytest.mark.rules("R27")
def test_a_helpdesk_agent_is_refused_with_both_ways_out():
    found = about("R27", checks(member=HELPDESK))

    assert actions(found) == {"pass_to_colleague", "edit_customer"}
    assert any("Support Request Contributor" in str(check.remedy.text) for check in found)


@pytest.mark.rules("R27")
@pytest.mark.parametrize("where", [None, "1"])
def test_a_helpdesk_agent_in_a_support_group_of_the_subscription_may_file(where):
    mine = group(subscription_id=where, members=(HELPDESK.email.upper(),))

    found = checks(member=HELPDESK, customer=make_customer(support_groups=(mine,)))
    assert outcomes(about("R27", found)) == {"pass"}


@pytest.mark.rules("R27")
@pytest.mark.parametrize(
    "other",
    [group(subscription_id="2"), group(members=("someone.else@fabrikam.com",)), group(since=date(2026, 11, 24))],
    ids=["another subscription", "another member", "not yet"],
)
def test_a_support_group_that_does_not_reach_the_agent_here_and_today_does_not_help(other):
    customer = make_customer(subscriptions=(subscription("1"), subscription("2")), support_groups=(other,))

    found = checks(member=HELPDESK, customer=customer, subscription_id="1")
    assert outcomes(about("R27", found)) == {"fail"}


@pytest.mark.rules("R27")
@pytest.mark.parametrize("role", ["admin_agent", "global_admin"])
def test_a_helpdesk_agent_who_is_an_admin_too_is_not_refused(role):
    assert about("R27", checks(member=make_member(roles=("helpdesk_agent", role)))) == []


@pytest.mark.rules("R27")
def test_selling_does_not_lift_what_a_helpdesk_agent_may_not_do():
    assert "fail" in outcomes(about("R27", checks(member=make_member(roles=("helpdesk_agent", "sales_agent")))))


@pytest.mark.rules("R28", "R29")
@pytest.mark.parametrize(
    "relationships",
    [(), *((Relationship(kind="delegated", status=status),) for status in ("never_requested", "pending"))],
    ids=["azure only", "never requested", "pending"],
)
def test_missing_admin_rights_warn_and_open_the_other_door(relationships):
    found = checks(customer=make_customer(relationships=relationships))

    (warning,) = about("R28", found)
    assert warning.outcome == "warn"
    assert warning.remedy.door == PortalDoor(portal="azure")
    assert "domain name" in str(warning.remedy.text)


@pytest.mark.rules("R28", "R68")
@pytest.mark.parametrize("status", ["active", "removed", "ended", "expired"])
def test_rights_that_are_there_or_gone_are_not_mistaken_for_never_requested(status):
    customer = make_customer(relationships=(Relationship(kind="delegated", status=status),))

    assert about("R28", checks(customer=customer)) == []


@pytest.mark.rules("R44", "R47")
def test_the_fee_is_announced_unless_a_recorded_benefit_pays_it():
    (warning,) = about("R44", checks())
    assert warning.outcome == "warn"
    assert warning.remedy.action == "add_contract"

    (paid,) = about("R44", checks(partner=make_partner(contracts=(SIGNATURE,))))
    assert paid.outcome == "pass"
    assert "Signature Cloud Support" in str(paid.reason)


@pytest.mark.rules("R44")
@pytest.mark.parametrize(
    "contract",
    [
        Contract(plan="asfp"),
        Contract(plan="signature_cloud_support", valid_until=date(2026, 11, 22)),
        Contract(plan="signature_cloud_support", cloud="usgov"),
    ],
    ids=["no benefit", "over", "another cloud"],
)
def test_a_contract_that_is_no_benefit_here_and_today_does_not_pay_the_fee(contract):
    assert outcomes(about("R44", checks(partner=make_partner(contracts=(contract,))))) == {"warn"}


@pytest.mark.rules("R44", "R45")
@pytest.mark.parametrize("category", ["billing", "fraud"])
def test_a_question_about_billing_or_fraud_meets_no_fee(category):
    assert about("R44", checks(category=category)) == []


@pytest.mark.rules("R43", "R46")
@pytest.mark.parametrize(
    "contracts",
    [
        (),
        (Contract(plan="asfp"), Contract(plan="signature_cloud_support")),
        (Contract(plan="premier", valid_until=date(2026, 11, 22)),),
    ],
    ids=["none", "not these plans", "over"],
)
def test_own_tenant_is_refused_with_the_plan_to_bring(contracts):
    (refusal,) = refusals(checks(partner=make_partner(contracts=contracts), customer=make_customer(own=True)))

    assert "MPN contract ID" in str(refusal.remedy.text)
    assert refusal.remedy.action == "add_contract"
    assert refusal.remedy.door == ExternalDoor(url="https://go.microsoft.com/fwlink/?LinkId=717532")


@pytest.mark.rules("R46")
@pytest.mark.parametrize(
    ("plan", "name"), [("mpn_contract", "MPN contract"), ("premier", "Premier"), ("azure_plan", "Azure support plan")]
)
def test_own_tenant_passes_with_a_valid_plan_of_its_own(plan, name):
    found = checks(partner=make_partner(contracts=(Contract(plan=plan),)), customer=make_customer(own=True))

    assert refusals(found) == []
    assert name in str(about("R46", found)[0].reason)


@pytest.mark.rules("R26", "R27", "R28", "R44")
def test_nothing_that_concerns_customers_is_asked_in_the_own_tenant():
    found = checks(
        partner=make_partner(kind="indirect_reseller", contracts=(Contract(plan="azure_plan"),)),
        member=HELPDESK,
        customer=make_customer(own=True, relationships=()),
        rules="today",
    )

    assert outcomes(found) == {"pass"}
