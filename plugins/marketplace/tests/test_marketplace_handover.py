import pytest

from onbehalf_marketplace import MARKETPLACE, build_request, redirect_target
from webapp.contracts.situation import Offer, Publisher, Subscription
from webapp.testing import make_customer, make_draft, make_member

ALL_WAYS = {
    "support_url": "https://support.wideworldimporters.com",
    "support_email": "help@wideworldimporters.com",
    "support_phone": "+46 8 555 01 00",
}


def draft(ways=ALL_WAYS, **changes):
    offer = Offer(name="Importer Suite", publisher=Publisher(name="Wide World Importers", **ways))
    bought = Subscription(id="1", product="marketplace", name="Contoso imports", status="active", offer=offer)
    customer = make_customer(subscriptions=(bought,))
    return make_draft(MARKETPLACE, **{"customer": customer, "severity": None} | changes)


def words(texts):
    return " | ".join(str(text) for text in texts)


@pytest.mark.rules("R38")
def test_the_publisher_is_told_product_problem_customer_and_whom_to_answer():
    values = [str(answer.value) for answer in build_request(draft()).answers]

    for expected in ("Importer Suite", "VM does not start", "Contoso", "Fabrikam", "astrid.nyberg@fabrikam.com"):
        assert expected in values


@pytest.mark.rules("R38", "R40")
def test_the_checklist_says_that_microsoft_is_not_asked_and_who_is_the_contact():
    checklist = words(build_request(draft()).checklist)

    assert "Microsoft gives no product support" in checklist
    assert "Name yourself as the contact" in checklist


def test_no_support_plan_and_no_severity_is_part_of_it():
    labels = words(answer.label for answer in build_request(draft()).answers).lower()

    assert "plan" not in labels
    assert "severity" not in labels


def test_a_member_without_telephone_leaves_the_field_out():
    labels = [str(answer.label) for answer in build_request(draft(member=make_member(phone=""))).answers]

    assert "Phone" not in labels


@pytest.mark.rules("R39")
def test_the_publishers_page_is_the_main_door_and_its_other_ways_are_offered_beside():
    target = redirect_target(draft())

    assert target.door.url == "https://support.wideworldimporters.com"
    assert [other.door.url.split(":")[0] for other in target.others] == ["mailto", "tel"]
    assert all(other.steps for other in target.others)
    assert "help@wideworldimporters.com" in str(target.others[0].label)
    assert "+46 8 555 01 00" in str(target.others[1].label)


@pytest.mark.rules("R39")
def test_with_e_mail_only_the_door_is_an_e_mail_with_the_title_as_subject():
    target = redirect_target(draft({"support_email": "help@wideworldimporters.com"}))

    assert target.door.url == "mailto:help@wideworldimporters.com?subject=VM%20does%20not%20start"
    assert target.others == ()


@pytest.mark.rules("R39")
def test_with_a_telephone_only_the_door_is_a_call():
    target = redirect_target(draft({"support_phone": "+46 (0)8 555 01 00"}))

    assert target.door.url == "tel:+46-8-555-01-00"
    assert "Call +46 (0)8 555 01 00" in words(target.steps)


def test_a_hostile_page_is_passed_over_for_the_next_way():
    target = redirect_target(draft(ALL_WAYS | {"support_url": "javascript:alert(1)"}))

    assert target.door.url.startswith("mailto:")
    assert all("javascript" not in other.door.url for other in target.others)


def test_without_any_way_there_is_no_door_rather_than_a_wrong_one():
    assert redirect_target(draft({"support_url": "javascript:alert(1)"})) is None


def test_without_a_chosen_product_nothing_is_built_and_no_door_is_opened():
    nothing = draft(customer=make_customer(subscriptions=()))

    assert build_request(nothing) is None
    assert redirect_target(nothing) is None


@pytest.mark.rules("R38")
def test_later_the_request_is_followed_with_the_publisher_by_its_number():
    target = redirect_target(draft())

    assert "Wide World Importers" in str(target.review)
    assert "case number" in str(target.review)
    assert target.ticket_shape is None
