import pytest

from onbehalf_marketplace import MARKETPLACE, entitlement_check, register_products
from webapp import PortalDoor
from webapp.contracts.situation import Offer, Publisher, Subscription
from webapp.testing import make_cloud, make_customer, make_partner, make_situation

ALL_WAYS = {
    "support_url": "https://support.wideworldimporters.com",
    "support_email": "help@wideworldimporters.com",
    "support_phone": "+46 8 555 01 00",
}


def bought(key="1", **ways):
    offer = Offer(name="Importer Suite", publisher=Publisher(name="Wide World Importers", **ways))
    return Subscription(id=key, product="marketplace", name="Importer Suite", status="active", offer=offer)


def checks(*subscriptions, **changes):
    customer = make_customer(subscriptions=subscriptions)
    return tuple(entitlement_check(make_situation(MARKETPLACE, customer=customer, answers={}, **changes)))


def outcomes(found):
    return {check.outcome for check in found}


def only(found, outcome):
    (check,) = (check for check in found if check.outcome == outcome)
    return check


def text(found):
    return " | ".join(str(check.reason) for check in found)


def test_the_product_is_registered_in_every_cloud_that_sells_it_and_in_no_other():
    assert register_products(make_cloud()) == (MARKETPLACE,)
    assert register_products(make_cloud(products=("azure",))) == ()


@pytest.mark.rules("R38")
def test_no_triage_question_and_no_severity_is_asked_only_the_product_bought():
    assert [question.kind for question in MARKETPLACE.questions] == ["subscription"]
    assert MARKETPLACE.severities == ()
    assert MARKETPLACE.portal is None


@pytest.mark.rules("R38")
def test_the_publisher_is_named_as_the_one_who_gives_support():
    found = checks(bought(**ALL_WAYS))

    assert outcomes(found) == {"pass"}
    assert "Wide World Importers supports this product" in text(found)


@pytest.mark.rules("R39")
@pytest.mark.parametrize("way", list(ALL_WAYS))
def test_one_way_to_the_publisher_is_enough(way):
    found = checks(bought(**{way: ALL_WAYS[way]}))

    assert outcomes(found) == {"pass"}
    assert ALL_WAYS[way] in text(found)


@pytest.mark.rules("R38", "R39")
def test_without_any_contact_it_is_refused_with_where_to_look_and_a_page_to_record_it():
    refusal = only(checks(bought()), "fail")

    assert refusal.remedy.action == "add_publisher"
    assert refusal.remedy.door == PortalDoor(portal="partner_center", in_customer=False)
    assert "Marketplace page" in str(refusal.remedy.text)
    assert "Offer details" in str(refusal.remedy.text)


@pytest.mark.rules("R39")
def test_a_product_without_recorded_publisher_is_refused_the_same_way():
    nameless = Subscription(id="1", product="marketplace", name="Importer Suite", status="active")

    refusal = only(checks(nameless), "fail")

    assert refusal.remedy.action == "add_publisher"
    assert "Importer Suite" in str(refusal.reason)


@pytest.mark.rules("R39")
def test_hostile_contact_data_alone_refuses_and_is_not_repeated():
    found = checks(bought(support_url="javascript:alert(1)", support_email="a@b.example\r\nBcc: c@evil.example"))

    assert only(found, "fail").remedy.action == "add_publisher"
    assert sum(check.outcome == "warn" for check in found) == 2
    assert "alert" not in text(found)
    assert "evil" not in text(found)


@pytest.mark.rules("R39")
def test_a_malformed_way_beside_a_good_one_warns_and_does_not_refuse():
    found = checks(bought(support_url="http://insecure.example", support_phone="+46 8 555 01 00"))

    assert only(found, "warn").remedy.action == "add_publisher"
    assert "fail" not in outcomes(found)


def test_while_several_products_wait_to_be_chosen_nothing_is_refused():
    assert outcomes(checks(bought(**ALL_WAYS), bought(key="2"))) == {"pass"}


@pytest.mark.rules("R39")
def test_with_several_products_the_chosen_ones_publisher_counts():
    assert outcomes(checks(bought(**ALL_WAYS), bought(key="2"), subscription_id="1")) == {"pass"}
    assert "fail" in outcomes(checks(bought(**ALL_WAYS), bought(key="2"), subscription_id="2"))


def test_a_customer_without_any_marketplace_product_is_refused():
    assert only(checks(), "fail").remedy.action == "edit_customer"


def test_a_product_that_is_not_the_customers_is_refused():
    assert "fail" in outcomes(checks(bought(**ALL_WAYS), subscription_id="99"))


@pytest.mark.rules("R40")
def test_billing_is_refused_as_the_partners_own_duty():
    refusal = only(checks(bought(**ALL_WAYS), category="billing"), "fail")

    assert "partner's own duty" in str(refusal.reason)
    assert "commerce system" in str(refusal.remedy.text)
    assert refusal.remedy.door.portal == "partner_center"


@pytest.mark.rules("R40")
@pytest.mark.parametrize("category", ["break_fix", "advisory", None])
def test_everything_else_goes_to_the_publisher_and_the_split_of_duty_is_shown(category):
    found = checks(bought(**ALL_WAYS), category=category)

    assert outcomes(found) == {"pass"}
    assert "commerce system" in text(found)


@pytest.mark.rules("R40")
def test_provider_and_reseller_read_that_they_share_the_partners_part_and_a_direct_partner_does_not():
    def shares(kind):
        return "share the partner's part" in text(checks(bought(**ALL_WAYS), partner=make_partner(kind=kind)))

    assert shares("indirect_reseller")
    assert shares("indirect_provider")
    assert not shares("direct_bill")
