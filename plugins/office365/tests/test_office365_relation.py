"""An admin relationship that covers support, in time and in role."""

from datetime import timedelta

import pytest

from onbehalf_office365 import Settings, entitlement_check
from onbehalf_office365.products import DYNAMICS365, EMS, MICROSOFT365
from webapp.contracts.situation import Relationship
from webapp.testing import make_customer, make_partner, make_situation
from webapp.testing.factories import NOW


def relation(*roles, kind="granular", status="active", ends_at=None):
    return Relationship(kind=kind, status=status, roles=roles, ends_at=ends_at)


def checks(*relationships, product=MICROSOFT365, own=False, **changes):
    customer = make_customer(product=product.key, relationships=relationships, own=own)
    return entitlement_check(make_situation(product, customer=customer, **changes))


def outcomes(found):
    return [check.outcome for check in found]


@pytest.mark.rules("R14")
@pytest.mark.parametrize("product", [MICROSOFT365, EMS], ids=lambda product: product.key)
@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("delegated", "admin_agent"),
        ("delegated", "helpdesk_agent"),
        ("granular", "service_support_administrator"),
        ("granular", "global_administrator"),
    ],
)
def test_an_active_relationship_with_a_support_role_lets_the_partner_file(product, kind, role):
    found = checks(relation(role, kind=kind), product=product)
    assert set(outcomes(found)) == {"pass"}


@pytest.mark.rules("R14")
@pytest.mark.parametrize(
    "role", ["helpdesk_administrator", "dynamics_365_administrator", "power_platform_administrator"]
)
def test_a_role_for_dynamics_covers_dynamics_but_not_microsoft_365(role):
    assert "fail" not in outcomes(checks(relation(role), product=DYNAMICS365, category="billing"))
    assert "fail" in outcomes(checks(relation(role), product=MICROSOFT365, category="billing"))


@pytest.mark.rules("R14")
def test_a_granular_relationship_without_a_support_role_is_refused_with_the_role_to_ask_for():
    [refusal] = [c for c in checks(relation("directory_readers", "global_reader")) if c.outcome == "fail"]
    assert "Service Support Administrator" in str(refusal.remedy.text)
    assert refusal.remedy.door.portal == "partner_center"
    assert refusal.remedy.action == "edit_customer"


@pytest.mark.rules("R14")
def test_a_delegated_role_name_counts_for_nothing_in_a_granular_relationship():
    assert "fail" in outcomes(checks(relation("admin_agent", kind="granular")))


@pytest.mark.rules("R14")
def test_one_relationship_that_covers_support_is_enough_among_several():
    without = relation("directory_readers")
    gone = relation("service_support_administrator", status="removed")
    waiting = relation("service_support_administrator", status="pending")
    covering = relation("service_support_administrator")
    assert "fail" not in outcomes(checks(without, gone, waiting, covering))


@pytest.mark.rules("R14", "R28")
@pytest.mark.parametrize("relationships", [(), (relation(status="never_requested"),)], ids=["none", "never_requested"])
def test_without_a_requested_relationship_the_remedy_is_to_request_one(relationships):
    [refusal] = [c for c in checks(*relationships) if c.outcome == "fail"]
    assert "Request an admin relationship" in str(refusal.remedy.text)


@pytest.mark.rules("R14")
def test_a_pending_relationship_waits_for_the_customers_approval():
    [refusal] = [c for c in checks(relation("service_support_administrator", status="pending")) if c.outcome == "fail"]
    assert "approve" in str(refusal.remedy.text)


@pytest.mark.rules("R68")
@pytest.mark.parametrize("status", ["removed", "ended", "expired"])
def test_a_relationship_that_is_gone_is_refused_by_the_programme_and_not_a_second_time_here(status):
    found = checks(relation("service_support_administrator", status=status))
    assert found
    assert "fail" not in outcomes(found)


@pytest.mark.rules("R68")
@pytest.mark.parametrize(
    ("left", "warned"),
    [
        (timedelta(days=20), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
        (timedelta(days=400), False),
    ],
    ids=str,
)
def test_the_end_of_a_relationship_is_warned_about_from_thirty_days_before(left, warned):
    found = checks(relation("service_support_administrator", ends_at=NOW + left))
    assert ("warn" in outcomes(found)) is warned


@pytest.mark.rules("R68")
def test_the_warning_names_the_day_and_how_to_renew():
    found = checks(relation("service_support_administrator", ends_at=NOW + timedelta(days=20)))
    [warning] = [c for c in found if c.outcome == "warn"]
    assert "December 13, 2026" in str(warning.reason)
    assert "180 days" in str(warning.remedy.text)


def test_the_deployer_chooses_how_long_before_the_end_the_warning_starts():
    ends = relation("service_support_administrator", ends_at=NOW + timedelta(days=50))
    assert "warn" not in outcomes(checks(ends))
    assert "warn" in outcomes(checks(ends, settings=Settings(warn_days=60)))


def test_a_relationship_that_lasts_longer_silences_the_warning_about_another():
    soon = relation("service_support_administrator", ends_at=NOW + timedelta(days=3))
    endless = relation("admin_agent", kind="delegated")
    assert "warn" not in outcomes(checks(soon, endless))


@pytest.mark.rules("R57")
def test_the_own_tenant_needs_no_relationship():
    found = checks(own=True)
    assert "pass" in outcomes(found)
    assert "fail" not in outcomes(found)


@pytest.mark.rules("R14")
@pytest.mark.parametrize(("rules", "warned"), [("documents", False), ("today", True)])
def test_todays_pages_warn_about_a_delegated_relationship(rules, warned):
    found = checks(relation("admin_agent", kind="delegated"), rules=rules)
    assert ("warn" in outcomes(found)) is warned


@pytest.mark.rules("R26")
@pytest.mark.parametrize("kind", ["indirect_reseller", "advisor"])
@pytest.mark.parametrize("rules", ["documents", "today"])
def test_outside_azure_a_reseller_or_advisor_needs_no_access_from_its_provider(kind, rules):
    found = checks(relation("service_support_administrator"), partner=make_partner(kind=kind), rules=rules)
    assert set(outcomes(found)) == {"pass"}
