import pytest

from onbehalf_vianet import CHINA, VIANET, register_clouds, register_products
from webapp import PortalDoor
from webapp.doors import is_confirmed, opens_in_customer, url_of
from webapp.testing import make_cloud, make_customer


def test_the_plugin_brings_the_cloud_china_operated_by_21vianet():
    (cloud,) = register_clouds()

    assert (cloud.key, cloud.operator, cloud.status) == ("china", "21Vianet", "open")


def test_only_21vianets_microsoft_365_is_sold_there_and_nothing_of_it_elsewhere():
    assert [product.key for product in register_products(CHINA)] == list(CHINA.products)
    assert register_products(make_cloud()) == ()


def test_no_address_of_the_cloud_lies_outside_china():
    addresses = [
        *CHINA.portals.values(),
        CHINA.authority,
        CHINA.graph,
        CHINA.resource_manager,
        CHINA.partner_center_api,
    ]

    assert all(address.url.split("/")[2].endswith(".cn") for address in addresses)


@pytest.mark.rules("R11", "R18")
def test_partner_center_is_walked_by_its_own_menu_path():
    first, search, choose = map(str, CHINA.partner_center_steps)

    assert first.index("Support requests") < first.index("Customer requests")
    assert "Search" in search
    assert choose.index("New request") < choose.index("service")


@pytest.mark.rules("R54")
def test_severity_a_is_answered_within_the_hour_in_any_language_and_the_severity_decides_for_every_category():
    targets = CHINA.responses.targets

    assert targets["A"].minutes == 60
    assert targets["A"].any_language
    assert (targets["B"].business_days, targets["C"].business_days) == (1, 3)
    assert "other" not in targets


@pytest.mark.rules("R54")
def test_the_desk_is_staffed_from_nine_to_midnight_beijing_time_all_year():
    staffed = CHINA.responses.staffed

    assert (staffed.opens, staffed.closes, staffed.time_zone) == (540, 1440, "Asia/Shanghai")
    assert len(staffed.days) == 7
    assert not staffed.holidays


@pytest.mark.rules("R54")
def test_21vianets_telephone_is_there_to_be_shown():
    assert CHINA.telephone.number == "(86) 400-089-0365"


@pytest.mark.rules("R73")
def test_the_pages_the_document_points_to_are_linked_and_only_the_known_address_is_confirmed():
    labels = {str(link.label): link for link in CHINA.links}

    assert {
        "Customer self-support",
        "Provide technical support",
        "Check service health",
        "Provide billing support",
        "Customer support",
    } <= set(labels)
    assert [label for label, link in labels.items() if link.confirmed] == ["Customer support"]


@pytest.mark.rules("R19", "R57")
def test_the_admin_center_opens_in_the_own_context_since_no_way_to_enter_for_a_customer_is_known():
    customer = make_customer(product=VIANET.key)
    door = PortalDoor(portal="microsoft365_admin")

    assert not opens_in_customer(door, CHINA)
    assert url_of(door, CHINA, customer) == "https://portal.partner.microsoftonline.cn/adminportal"


@pytest.mark.parametrize("portal", ["partner_center", "power_platform", "azure_status"])
def test_addresses_seen_only_in_third_party_code_are_marked_unconfirmed(portal):
    assert not is_confirmed(PortalDoor(portal=portal, in_customer=False), CHINA)


def test_fraud_is_no_category_here_while_billing_disputes_are():
    assert set(VIANET.categories) == {"break_fix", "advisory", "billing"}


@pytest.mark.rules("R7", "R58")
def test_every_category_is_asked_what_was_tried_what_is_missing_and_the_remediation_clause():
    for category in VIANET.categories:
        asked = {question.key: question for question in VIANET.questions_for(category)}
        assert set(asked) == {"solved_first", "tried", "missing", "remediation"}
        assert all(question.required and question.step == "before" for question in asked.values())
        assert asked["missing"].choices[-1].key == "none"
        assert "remediation plan" in str(asked["remediation"].label)
