"""Home says what needs the reader now, and sends nobody to what is not theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

FABRIKAM, HELPDESK, NORTHWIND, ADATUM = (
    "fabrikam-admin-agent",
    "fabrikam-helpdesk",
    "northwind-admin-agent",
    "adatum-admin-agent",
)


@pytest.fixture
def change(demo_app_on_each_engine):
    """Return a function that changes rows of the running desk."""

    def run(statement):
        with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
            session.execute(statement)
            session.commit()

    return run


@pytest.fixture
def rows(demo_app_on_each_engine):
    """Return a function that reads rows of the running desk."""

    def run(statement):
        with demo_app_on_each_engine.extensions["onbehalf"].database.reading() as session:
            return session.exec(statement).all()

    return run


def due_in(change, ref, minutes, title):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    change(update(ServiceRequest).where(ServiceRequest.ref == ref).values(due_at=at, title=title, state="filed"))


def test_clocks_stand_by_urgency_and_only_those_that_run(desk_on_each_engine, change):
    reader = desk_on_each_engine(FABRIKAM)
    change(update(ServiceRequest).values(state="closed"))
    for minutes, title in ((600, "Much later"), (-5, "Five minutes late"), (30, "Half an hour left")):
        due_in(change, reader.filed("Contoso", "azure").rpartition("/")[2], minutes, title)

    words = reader.get("/").words
    order = ["Overdue", "Five minutes late", "Within the hour", "Half an hour left", "Later", "Much later"]
    assert sorted(order, key=words.index) == order


def test_the_navigation_of_every_page_counts_ones_own_urgent_clocks(desk_on_each_engine, change):
    reader = desk_on_each_engine(FABRIKAM)
    change(update(ServiceRequest).values(state="closed"))
    due_in(change, reader.filed("Contoso", "azure").rpartition("/")[2], 30, "Soon")
    assert "1 first answer is due within the hour or overdue" in reader.get("/help").words

    due_in(change, reader.filed("Contoso", "azure").rpartition("/")[2], -30, "Late")
    assert "2 first answers are due within the hour or overdue" in reader.get("/customers").words
    assert "due within the hour or overdue" not in desk_on_each_engine(HELPDESK).get("/help").words


def test_mine_leaves_out_what_a_colleague_owns(desk_on_each_engine, change, rows):
    reader = desk_on_each_engine(FABRIKAM)
    change(update(ServiceRequest).values(state="closed"))
    ref = reader.filed("Contoso", "azure").rpartition("/")[2]
    due_in(change, ref, 30, "Somebody owns this")
    (erik,) = rows(select(Member.id).where(Member.key == HELPDESK))
    assert "Somebody owns this" in reader.get("/?whose=me").words

    change(update(ServiceRequest).where(ServiceRequest.ref == ref).values(owner_id=erik))
    assert "Somebody owns this" not in reader.get("/?whose=me").words
    assert "Somebody owns this" in desk_on_each_engine(HELPDESK).get("/?whose=me").words
    assert "Somebody owns this" in reader.get("/").words


def test_a_draft_that_is_refused_stands_with_what_lifts_it(desk_on_each_engine):
    reseller = desk_on_each_engine(ADATUM)
    assert "Refused, and can be lifted" not in reseller.get("/").words
    assert reseller.file("Margie's Travel", "azure", title="The shop is down").status == 403

    page = reseller.get("/")
    assert "Refused, and can be lifted" in page.words
    assert "The shop is down" in page.words
    assert any("/ask" in link for link in page.links), page.links


def test_a_provider_sees_what_its_resellers_ask_for_until_it_answers(desk_on_each_engine):
    reseller, provider = desk_on_each_engine(ADATUM), desk_on_each_engine(NORTHWIND)
    access = reseller.customer("Margie's Travel").replace("/customers/", "/access/")
    assert reseller.send(reseller.get(access).form("/ask")).status == 303

    page = provider.get("/")
    assert "Adatum asks for Azure access" in page.words
    assert access in page.links
    assert provider.send(provider.get(access).form("/decline")).status == 303
    assert "asks for Azure access" not in provider.get("/").words


@pytest.mark.rules("R68")
def test_what_ends_within_thirty_days_is_told_to_who_can_see_to_it(desk_on_each_engine):
    page = desk_on_each_engine(FABRIKAM).get("/")
    assert "Lucerne Publishing Admin relationship" in page.words
    assert "Lucerne Publishing" not in desk_on_each_engine(NORTHWIND).get("/").words


def test_what_has_been_removed_is_not_about_to_end(desk_on_each_engine, change):
    change(update(Customer).where(Customer.name == "Lucerne Publishing").values(partner_id=2))
    assert "Lucerne Publishing Admin relationship" not in desk_on_each_engine(FABRIKAM).get("/").words
