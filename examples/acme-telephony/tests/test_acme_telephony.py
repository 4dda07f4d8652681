"""What this vendor's contracts, form and page ask."""

from datetime import date

import pytest
from webapp import Contract, ResponseTable
from webapp.testing import make_cloud, make_draft, make_partner, make_situation

import onbehalf_acme_telephony as plugin
from onbehalf_acme_telephony.product import BASIC, GOLD, OFFICE_HOURS, PRODUCT


def holding(*plans, until=None):
    contracts = tuple(Contract(plan=plan, contract_id="C 4711&x", valid_until=until) for plan in plans)
    return {"partner": make_partner(contracts=contracts), "answers": {"service": "numbers"}}


def outcomes(**changes):
    return [check.outcome for check in plugin.entitlement_check(make_situation(PRODUCT, **changes))]


def test_it_is_sold_beside_the_worldwide_cloud_and_no_other():
    assert plugin.register_products(make_cloud()) == (PRODUCT,)
    assert plugin.register_products(make_cloud(key="elsewhere")) == ()


@pytest.mark.parametrize(
    ("plans", "severity", "expected"),
    [
        ((), "B", ["fail"]),
        ((BASIC,), "B", ["pass"]),
        ((BASIC,), "A", ["pass", "fail"]),
        ((GOLD,), "A", ["pass"]),
        ((BASIC, GOLD), "A", ["pass"]),
    ],
)
def test_the_contract_decides_and_severity_a_needs_gold(plans, severity, expected):
    assert outcomes(severity=severity, **holding(*plans)) == expected


def test_a_contract_that_has_ended_does_not_count():
    assert outcomes(**holding(GOLD, until=date(2026, 11, 22))) == ["fail"]


@pytest.mark.parametrize(("days", "expected"), [(10, ["pass", "warn"]), (9, ["pass"])])
def test_a_contract_that_ends_soon_is_warned_about_from_the_day_that_was_set(days, expected):
    ends_in_ten_days = holding(GOLD, until=date(2026, 12, 3))

    assert outcomes(settings=plugin.Settings(warn_days=days), **ends_in_ten_days) == expected


def test_each_contract_has_a_promise_of_its_own():
    assert all(isinstance(table, ResponseTable) for table in PRODUCT.responses)
    gold, basic = PRODUCT.responses
    assert (gold.targets["A"].minutes, "A" in basic.targets) == (30, False)


def test_the_vendor_keeps_its_hours_whatever_the_language():
    assert [(table.languages, table.staffed) for table in PRODUCT.responses] == [((), OFFICE_HOURS)] * 2


def test_the_answers_are_those_of_the_vendors_form():
    prepared = plugin.build_request(make_draft(PRODUCT, title="Calls break off", severity="B", **holding(GOLD)))

    told = {str(answer.label): str(answer.value) for answer in prepared.answers}
    assert told["Service"] == "Numbers"
    assert told["Priority"] == "2"
    assert told["Contract number"] == "C 4711&x"


def test_the_door_is_the_vendors_page_with_the_contract_encoded():
    target = plugin.redirect_target(make_draft(PRODUCT, severity="B", **holding(GOLD)))

    assert target.door.url.endswith("/cases/new?contract=C+4711%26x")
    assert target.others == ()


def test_severity_a_is_told_by_telephone_as_well():
    (other,) = plugin.redirect_target(make_draft(PRODUCT, severity="A", **holding(GOLD))).others

    assert other.door.url.startswith("tel:")
