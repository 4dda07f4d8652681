"""What the recorded subscriptions say, and what support costs."""

import pytest

from onbehalf_office365 import entitlement_check
from onbehalf_office365.products import MICROSOFT365, PRODUCTS
from webapp.contracts.situation import Subscription
from webapp.testing import make_customer, make_situation


def subscription(key, status, *, trial=False):
    return Subscription(id=key, product="microsoft365", name=f"Plan {key}", status=status, trial=trial)


def warnings(*subscriptions, **changes):
    customer = make_customer(product="microsoft365", subscriptions=subscriptions)
    found = entitlement_check(make_situation(MICROSOFT365, customer=customer, **changes))
    return [check for check in found if check.outcome == "warn"]


def test_a_customer_without_a_recorded_subscription_is_warned_about_not_refused():
    [warning] = warnings()
    assert warning.remedy.action == "edit_customer"


def test_the_chosen_subscription_is_named_when_it_is_suspended():
    both = (subscription("1", "active"), subscription("2", "suspended"))
    [warning] = warnings(*both, subscription_id="2")
    assert "Plan 2" in str(warning.reason)
    assert not warnings(*both, subscription_id="1")


def test_one_active_subscription_among_several_is_enough_while_none_is_chosen():
    assert not warnings(subscription("1", "expired"), subscription("2", "active"))
    assert warnings(subscription("1", "expired"), subscription("2", "deleted"))


@pytest.mark.rules("R45")
def test_a_trial_is_as_good_as_a_paid_subscription():
    assert not warnings(subscription("1", "active", trial=True))


@pytest.mark.rules("R44")
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.key)
def test_no_separate_fee_is_taken(product):
    found = entitlement_check(make_situation(product))
    [fee] = [check for check in found if "R44" in check.rules]
    assert fee.outcome == "pass"
