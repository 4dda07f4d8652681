"""Home says what needs the reader now, and sends nobody to what is not theirs."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, true, update
from sqlmodel import select

from webapp import clocks
from webapp.partners import member_by_key, viewer_of
from webapp.response_clock import SOON, state_of
from webapp.tables.customers import AdminRelationship, AzureAccess, Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import Draft, ServiceRequest, TimelineEntry

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
    assert "1 first answer of yours or nobody's is due within the hour or overdue" in reader.get("/help").words

    due_in(change, reader.filed("Contoso", "azure").rpartition("/")[2], -30, "Late")
    assert "2 first answers of yours or nobody's are due within the hour or overdue" in reader.get("/customers").words
    assert "due within the hour or overdue" not in desk_on_each_engine(HELPDESK).get("/help").words


def test_the_count_in_the_navigation_says_whose_it_is_and_leads_to_exactly_what_it_counted(
    desk_on_each_engine, change, rows
):
    reader = desk_on_each_engine(FABRIKAM)
    change(update(ServiceRequest).values(state="closed"))
    refs = [reader.filed("Contoso", "azure").rpartition("/")[2] for _each in range(3)]
    owners = {
        "My own": None,
        "Nobody's yet": None,
        "A colleague's": rows(select(Member.id).where(Member.key == HELPDESK))[0],
    }
    for ref, title in zip(refs, owners, strict=True):
        due_in(change, ref, 30, title)
    change(update(ServiceRequest).where(ServiceRequest.ref == refs[1]).values(owner_id=None))
    change(update(ServiceRequest).where(ServiceRequest.ref == refs[2]).values(owner_id=owners["A colleague's"]))

    help_page = reader.get("/help")
    assert "2 first answers of yours or nobody's are due within the hour or overdue" in help_page.words
    (address,) = [given["href"] for tag, given in help_page.tags if "nav-count" in given.get("class", "")]
    home, listed = reader.get(address), reader.get("/requests?state=filed&owner=me_or_nobody")

    assert "Within the hour 2" in home.words
    for page in (home, listed):
        assert [title for title in owners if title in page.words] == ["My own", "Nobody's yet"]
    assert "/requests?state=filed&owner=me_or_nobody" in home.links


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


def test_a_draft_that_is_refused_stands_with_what_lifts_it(desk_on_each_engine, change):
    reseller = desk_on_each_engine(ADATUM)
    change(delete(Draft))
    assert "Refused, and can be lifted" not in reseller.get("/").words
    assert reseller.file("Margie's Travel", "azure", title="The shop is down").status == 403

    page = reseller.get("/")
    assert "Refused, and can be lifted" in page.words
    assert "The shop is down" in page.words
    assert any("/ask" in link for link in page.links), page.links


def test_many_late_clocks_bury_none_that_can_still_be_met_and_are_counted(desk_on_each_engine, change):
    reader = desk_on_each_engine(FABRIKAM)
    long_ago = datetime.now(UTC) - timedelta(days=9)
    change(update(ServiceRequest).values(state="filed", due_at=long_ago, answered_at=None, title="Late"))
    due_in(change, reader.filed("Contoso", "azure").rpartition("/")[2], 30, "Half an hour left")

    page = reader.get("/")

    late = int(re.search(r"Overdue (\d+)", page.words)[1])
    assert late > 100 > page.words.count("Late ")
    assert "Within the hour 1 Half an hour left" in page.words
    assert "/requests?state=filed" in page.links


def test_at_the_very_moment_it_is_due_a_clock_is_not_late_yet(demo_app_on_each_engine, change):
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    change(update(ServiceRequest).values(state="closed"))
    moments = {"late": now - timedelta(seconds=1), "soon": now, "waiting": now + SOON + timedelta(seconds=1)}
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        viewer = viewer_of(session, member_by_key(session, FABRIKAM).id)
        mine = select(ServiceRequest).where(ServiceRequest.partner_id == viewer.partner_id).limit(3)
        for request, at in zip(session.exec(mine).all(), moments.values(), strict=True):
            request.state, request.due_at, request.answered_at = "filed", at, None
        session.commit()

        found = clocks.by_urgency(session, viewer, now, true())

    assert {group.state: [row.due_at for row in group.rows] for group in found} == {
        state: [at] for state, at in moments.items()
    }
    assert all(state_of(at, now=now, answered_at=None) == state for state, at in moments.items())


def test_a_strangers_clocks_are_neither_shown_nor_counted(desk_on_each_engine, change):
    change(update(ServiceRequest).values(state="filed", due_at=datetime.now(UTC), owner_id=None, title="Everybody's"))
    change(delete(TimelineEntry))
    change(
        delete(ServiceRequest).where(ServiceRequest.partner_id.in_(select(Partner.id).where(Partner.name == "Trey")))
    )

    page = desk_on_each_engine("trey-admin-agent").get("/")

    assert "No vendor owes you an answer." in page.words
    assert "Everybody's" not in page.words.replace("Everybody's Mine", "")
    assert "due within the hour or overdue" not in page.words


def test_a_refused_draft_stands_once_and_says_whom_to_ask_where_the_reader_may_not(desk_on_each_engine):
    helpdesk = desk_on_each_engine(HELPDESK)

    page = helpdesk.get("/")

    refused = page.words[page.words.index("Refused, and can be lifted") :]
    assert "Pass the draft to a colleague" in refused
    assert "Ask a colleague with one of these roles: Global admin or Admin agent." in refused
    assert page.text.count("Backup job of the file server fails") == 1
    assert not [link for link in page.links if link.endswith("/edit")]


@pytest.mark.rules("R71")
def test_a_refused_reseller_also_reads_who_may_file_instead(desk_on_each_engine):
    page = desk_on_each_engine(ADATUM).get("/")

    assert "Your provider Northwind holds" in page.words
    assert [link for link in page.links if "/pass?product=dynamics365" in link]


def test_nobody_sees_what_a_colleague_has_begun(desk_on_each_engine):
    assert "Backup job of the file server fails" not in desk_on_each_engine(FABRIKAM).get("/").words


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


def test_a_contract_that_ends_is_told_to_who_may_renew_it(desk_on_each_engine):
    assert "Signature Cloud Support Support contract Ends in" in desk_on_each_engine(FABRIKAM).get("/").words
    assert "Support contract Ends in" not in desk_on_each_engine(HELPDESK).get("/").words


def test_what_goes_on_by_another_contract_is_not_about_to_end(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    form = reader.get("/contracts/new").form("/contracts")
    reader.send(form, plan="signature_cloud_support", valid_from="2026-01-01", valid_until="2999-01-01")

    assert "Support contract Ends in" not in reader.get("/").words


def test_what_goes_on_by_another_relationship_is_not_about_to_end(desk_on_each_engine, demo_app_on_each_engine):
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        customer = session.exec(select(Customer).where(Customer.name == "Lucerne Publishing")).one()
        mine = {"customer_id": customer.id, "partner_id": customer.partner_id, "status": "active"}
        session.add(AdminRelationship(kind="delegated", roles=["admin_agent"], ends_at=None, **mine))
        session.commit()

    assert "Lucerne Publishing Admin relationship" not in desk_on_each_engine(FABRIKAM).get("/").words


@pytest.mark.rules("R26")
def test_azure_access_that_ends_is_told_to_provider_and_reseller(desk_on_each_engine, change):
    change(update(AzureAccess).values(until=datetime.now(UTC).date() + timedelta(days=3)))

    for member in (ADATUM, NORTHWIND):
        assert (
            "School of Fine Art Azure access of the reseller Ends in 3 days"
            in desk_on_each_engine(member).get("/").words
        )
    assert "Azure access of the reseller" not in desk_on_each_engine(FABRIKAM).get("/").words


def test_home_asks_the_database_as_often_for_many_requests_and_drafts_as_for_few(
    desk_on_each_engine, demo_app_on_each_engine, change
):
    reader, engine = desk_on_each_engine(FABRIKAM), demo_app_on_each_engine.extensions["onbehalf"].database.engine
    reader.get("/")
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    reader.get("/")
    few = len(seen)
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        member = session.exec(select(Member).where(Member.key == FABRIKAM)).one()
        theirs = select(Customer).where(Customer.partner_id == member.partner_id, Customer.cloud == "global")
        for customer in session.exec(theirs.order_by(Customer.id).limit(20)).all():
            draft = {"customer_id": customer.id, "product": "dynamics365", "fields": {}, "saved_at": datetime.now(UTC)}
            session.add(Draft(member_id=member.id, **draft))
        session.commit()
    seen.clear()
    reader.get("/")

    assert len(seen) <= few + 1
    assert few < 45


def test_where_the_database_fails_the_page_of_trouble_asks_it_for_no_clocks(
    desk_on_each_engine, demo_app_on_each_engine
):
    reader = desk_on_each_engine(FABRIKAM)
    demo_app_on_each_engine.testing = False
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE draft RENAME TO lost")
        session.commit()

    page = reader.get("/")

    assert page.status in {500, 503}
    assert len(page.headings) == 1


def test_what_has_been_removed_is_not_about_to_end(desk_on_each_engine, change):
    change(update(Customer).where(Customer.name == "Lucerne Publishing").values(partner_id=2))
    assert "Lucerne Publishing Admin relationship" not in desk_on_each_engine(FABRIKAM).get("/").words
