from datetime import date

import pytest

from onbehalf_vianet import CHINA, VIANET, entitlement_check
from webapp import PortalDoor
from webapp.contracts.situation import Contract
from webapp.response_clock import table_for, target_of
from webapp.testing import make_partner, make_situation

ANSWERS = {"solved_first": "tried", "tried": "Reset the profile.", "missing": "tools", "remediation": "yes"}


def checks(**changes):
    answers = ANSWERS | changes.pop("answers", {})
    return tuple(entitlement_check(make_situation(VIANET, cloud=CHINA, answers=answers, **changes)))


def outcomes(found):
    return {check.outcome for check in found}


def only(found, outcome):
    (check,) = (check for check in found if check.outcome == outcome)
    return check


@pytest.mark.rules("R7")
@pytest.mark.parametrize("missing", ["training", "documentation", "tools"])
def test_whoever_lacks_training_documentation_or_tools_may_escalate(missing):
    assert outcomes(checks(answers={"missing": missing})) == {"pass"}


@pytest.mark.rules("R7", "R58")
def test_whoever_lacks_nothing_is_refused_and_led_to_the_admin_center():
    refusal = only(checks(answers={"missing": "none"}), "fail")

    assert refusal.remedy.door == PortalDoor(portal="microsoft365_admin")
    assert "R7" in refusal.rules


@pytest.mark.rules("R58")
def test_without_a_first_attempt_in_the_admin_center_it_is_refused():
    refusal = only(checks(answers={"solved_first": "not_yet"}), "fail")

    assert refusal.remedy.door == PortalDoor(portal="microsoft365_admin")


@pytest.mark.rules("R58")
def test_guiding_the_customer_through_it_counts_as_a_first_attempt():
    assert outcomes(checks(answers={"solved_first": "guided"})) == {"pass"}


def test_nothing_answered_refuses_nothing_and_still_says_what_escalation_support_is():
    found = tuple(entitlement_check(make_situation(VIANET, cloud=CHINA, answers={}, category=None, severity=None)))

    assert outcomes(found) == {"pass"}
    assert "training, documentation or tools" in str(found[0].reason)


@pytest.mark.rules("R7")
def test_the_remediation_clause_is_repeated_once_it_is_acknowledged():
    def clause(found):
        return [check for check in found if "remediation" in str(check.reason)]

    acknowledged = checks()
    unanswered = tuple(entitlement_check(make_situation(VIANET, cloud=CHINA, answers={"missing": "tools"})))

    assert clause(acknowledged)
    assert not clause(unanswered)


@pytest.mark.rules("R54")
def test_severity_a_without_the_advanced_agreement_warns_and_offers_to_record_it():
    warning = only(checks(severity="A"), "warn")

    assert warning.remedy.action == "add_contract"


@pytest.mark.rules("R54")
def test_severity_a_with_the_advanced_agreement_passes():
    partner = make_partner(contracts=(Contract(plan="vianet_advanced", cloud="china"),))

    assert outcomes(checks(severity="A", partner=partner)) == {"pass"}


@pytest.mark.rules("R54")
@pytest.mark.parametrize(
    "contract",
    [
        Contract(plan="asfp"),
        Contract(plan="vianet_advanced", cloud="global"),
        Contract(plan="vianet_advanced", valid_until=date(2026, 1, 31)),
    ],
    ids=["another plan", "another cloud", "run out"],
)
def test_another_or_an_expired_contract_is_no_advanced_agreement(contract):
    assert "warn" in outcomes(checks(severity="A", partner=make_partner(contracts=(contract,))))


@pytest.mark.rules("R54")
@pytest.mark.parametrize("severity", ["B", "C"])
def test_severity_b_and_c_need_no_agreement(severity):
    assert outcomes(checks(severity=severity)) == {"pass"}


@pytest.mark.rules("R54")
def test_billing_is_refused_at_severity_a_even_with_the_advanced_agreement():
    partner = make_partner(contracts=(Contract(plan="vianet_advanced"),))

    refusal = only(checks(severity="A", category="billing", partner=partner), "fail")

    assert "B or C" in str(refusal.remedy.text)


@pytest.mark.rules("R54", "R59")
def test_billing_at_severity_b_passes_and_says_that_disputes_go_the_same_way():
    found = checks(severity="B", category="billing")

    assert outcomes(found) == {"pass"}
    assert any("R59" in check.rules for check in found)


@pytest.mark.rules("R54")
def test_an_advisory_question_at_severity_a_warns_that_a_is_for_technical_issues():
    partner = make_partner(contracts=(Contract(plan="vianet_advanced"),))

    warning = only(checks(severity="A", category="advisory", partner=partner), "warn")

    assert "technical" in str(warning.reason)


def test_the_rule_set_of_today_changes_nothing_here():
    for severity in "ABC":
        documents = [str(check.reason) for check in checks(severity=severity)]
        today = [str(check.reason) for check in checks(severity=severity, rules="today")]
        assert documents == today


def test_a_member_without_a_role_is_not_refused_since_the_document_names_none():
    member = make_situation(VIANET).member.model_copy(update={"roles": ()})

    assert outcomes(checks(member=member)) == {"pass"}


@pytest.mark.rules("R54")
def test_nobody_promises_a_time_for_severity_a_without_the_advanced_agreement():
    without = make_situation(VIANET, cloud=CHINA, severity="A", answers={})
    held = make_partner(contracts=(Contract(plan="vianet_advanced", cloud="china"),))

    assert target_of(table_for(without), category="break_fix", severity="A") is None
    assert target_of(table_for(without), category="break_fix", severity="B") is not None
    with_it = without.model_copy(update={"partner": held})
    assert target_of(table_for(with_it), category="break_fix", severity="A").minutes == 60
