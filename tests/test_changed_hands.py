"""A customer that changes its reseller: the old one sees nothing of it any more but what it filed itself."""

import pytest
from sqlmodel import select

from webapp.tables.customers import Customer
from webapp.tables.requests import Draft

NORTHWIND, ADATUM = "northwind-admin-agent", "adatum-admin-agent"
CUSTOMER = "Margie's Travel"
WORDS = {"title": "Whose words are these", "description": "Typed by Emily", "answer_tried": "All"}


@pytest.fixture
def emily(desk_on_each_engine):
    return desk_on_each_engine(ADATUM)


@pytest.fixture
def grace(desk_on_each_engine):
    return desk_on_each_engine(NORTHWIND)


def part(grace):
    """Let the provider record that the customer buys through no reseller any more."""
    page = grace.get(f"{grace.customer(CUSTOMER)}/edit")
    assert grace.send(page.form("/edit"), reseller="").status == 303


def pass_to_provider(emily):
    page = emily.get(f"{emily.customer(CUSTOMER)}/pass?product=azure")
    assert emily.send(page.form("/pass"), to="provider").status == 303


@pytest.mark.rules("R71")
def test_a_request_it_followed_is_there_no_more(emily, grace):
    emily.file(CUSTOMER, "azure", **WORDS)
    pass_to_provider(emily)
    taken = grace.send(grace.get("/").form("/take"))
    request = grace.send(grace.get(taken.location).form("/requests"), action="file").location
    before = emily.get(request).status
    part(grace)

    ref = request.rpartition("/")[2]
    written = [emily.post(f"{request}/{page}", {"text": "x", "ticket_number": "1"}) for page in ("notes", "ticket")]
    pages = ("/", "/requests", "/requests.csv", f"/requests?q={ref}")

    assert before == 200
    assert [answer.status for answer in (emily.get(request), emily.get(f"{request}/go"), *written)] == [404] * 4
    assert all(ref not in emily.get(page).words.replace(f"q={ref}", "") for page in pages[:2])
    assert ref not in emily.get("/requests.csv").text
    assert grace.get(request).status == 200


def test_what_it_filed_itself_stays_its_own(emily, grace):
    request = emily.filed("School of Fine Art", "azure", title="Ours")
    page = grace.get(f"{grace.customer('School of Fine Art')}/edit")
    assert grace.send(page.form("/edit"), reseller="").status == 303

    assert emily.get(request).status == 200
    assert emily.get_search("School of Fine Art").words.count("School of Fine Art") == 0


def test_a_draft_for_it_is_kept_but_not_shown(demo_app_on_each_engine, emily, grace):
    emily.file(CUSTOMER, "azure", **WORDS)
    before = emily.get("/").words
    part(grace)
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        margie = session.exec(select(Customer).where(Customer.name == CUSTOMER)).one()
        margie.name = "A name it never knew"
        session.add(margie)
        session.commit()

    home = emily.get("/").words

    assert WORDS["title"] in before
    assert WORDS["title"] not in home
    assert "A name it never knew" not in home
    with demo_app_on_each_engine.extensions["onbehalf"].database.reading() as session:
        assert [draft.fields["title"] for draft in session.exec(select(Draft))].count(WORDS["title"]) == 1


def test_a_draft_that_waits_for_a_former_resellers_member_cannot_be_taken(demo_app_on_each_engine, emily, grace):
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        margie = session.exec(select(Customer).where(Customer.name == CUSTOMER)).one()
        waiting = Draft(
            to_partner_id=margie.reseller_id,
            customer_id=margie.id,
            product="azure",
            fields=WORDS,
            saved_at=demo_app_on_each_engine.extensions["onbehalf"].now(),
        )
        session.add(waiting)
        session.commit()
    before = emily.get("/").words
    part(grace)

    assert WORDS["title"] in before
    assert WORDS["title"] not in emily.get("/").words
    assert emily.post(f"/drafts/{waiting.id}/take", {}).status == 404
