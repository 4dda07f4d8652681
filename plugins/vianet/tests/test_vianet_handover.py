import pytest

from onbehalf_vianet import CHINA, VIANET, build_request, redirect_target
from webapp import PortalDoor
from webapp.doors import url_of
from webapp.testing import make_customer, make_draft, make_member

ANSWERS = {"solved_first": "guided", "tried": "Reset the profile.", "missing": "training", "remediation": "yes"}


def draft(**changes):
    return make_draft(VIANET, **{"cloud": CHINA, "answers": ANSWERS} | changes)


def words(texts):
    return " | ".join(str(text) for text in texts)


def values(prepared):
    return [str(answer.value) for answer in prepared.answers]


@pytest.mark.rules("R58")
def test_the_support_details_hold_problem_attempt_and_what_was_tried():
    shown = values(build_request(draft()))

    for expected in ("VM does not start", "Guided the customer through it", "Reset the profile.", "B"):
        assert expected in shown


@pytest.mark.rules("R7")
@pytest.mark.parametrize("missing", ["training", "documentation", "tools"])
def test_the_request_says_why_it_is_escalated(missing):
    shown = values(build_request(draft(answers=ANSWERS | {"missing": missing})))

    assert any(missing in value and "ourselves" in value for value in shown)


@pytest.mark.rules("R58")
def test_21vianet_contacts_the_member_directly():
    prepared = build_request(draft())

    assert "astrid.nyberg@fabrikam.com" in values(prepared)
    assert "contacts you directly" in words(prepared.checklist)


def test_a_member_without_telephone_leaves_the_field_out():
    labels = [str(answer.label) for answer in build_request(draft(member=make_member(phone=""))).answers]

    assert "Phone" not in labels
    assert "E-mail" in labels


@pytest.mark.rules("R54")
def test_the_checklist_warns_that_the_severity_may_be_lowered():
    assert "lower the severity" in words(build_request(draft()).checklist)


def test_a_request_without_its_own_answers_is_still_shaped():
    assert "VM does not start" in values(build_request(draft(answers={}, severity=None)))


@pytest.mark.rules("R19")
def test_the_main_door_is_the_admin_center_operated_by_21vianet():
    target = redirect_target(draft())

    url = url_of(target.door, CHINA, make_customer())

    assert url == "https://portal.partner.microsoftonline.cn/adminportal"


@pytest.mark.rules("R11", "R18", "R19")
def test_partner_center_is_offered_by_its_own_path_up_to_the_customers_admin_center():
    (partner_center,) = redirect_target(draft()).others
    path = words(partner_center.steps)

    assert "relation between partner" not in str(partner_center.reason)
    assert partner_center.door == PortalDoor(portal="partner_center", in_customer=False)
    order = ["Support requests", "Customer requests", "Search", "New request", "taken to", "Submit a service request"]
    assert [path.index(part) for part in order] == sorted(path.index(part) for part in order)


@pytest.mark.rules("R58")
def test_behind_the_door_one_first_solves_then_submits():
    steps = words(redirect_target(draft()).steps)

    order = ["Contoso", "Try to solve", "Submit a service request", "Fill in the support details"]
    assert [steps.index(part) for part in order] == sorted(steps.index(part) for part in order)


@pytest.mark.rules("R11", "R58")
def test_the_review_names_the_menu_the_document_names_and_whom_to_expect():
    review = str(redirect_target(draft()).review)

    assert "Support requests > Customer requests" in review
    assert "21Vianet will contact you directly" in review


def test_the_own_tenant_is_opened_as_its_own_without_a_customer_to_search_for():
    target = redirect_target(draft(customer=make_customer(product="vianet", own=True)))

    assert not target.door.in_customer
    assert target.others == ()
    assert "customer" not in words(target.steps)
