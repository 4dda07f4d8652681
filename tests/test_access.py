"""A provider gives, limits and withdraws a reseller's Azure access; the reseller asks; both see what happened (R26)."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from webapp.tables.audit import AuditEntry
from webapp.tables.customers import AccessEvent, AzureAccess, Customer
from webapp.tables.partners import Partner

NORTHWIND, ADATUM, FABRIKAM = "northwind-admin-agent", "adatum-admin-agent", "fabrikam-admin-agent"
WITHOUT, WITH = "Margie's Travel", "School of Fine Art"


def place(reader, customer):
    return reader.customer(customer).replace("/customers/", "/access/")


def today(app):
    return app.extensions["onbehalf"].now().date()


def events(app):
    with app.extensions["onbehalf"].database.reading() as session:
        rows = session.exec(select(AccessEvent).order_by(AccessEvent.id)).all()
    return [(row.kind, row.until) for row in rows]


def outcome(reader, customer):
    """Return the status with which the reader's Azure request for this customer is answered."""
    return reader.file(customer, "azure").status


@pytest.fixture
def provider(desk_on_each_engine):
    return desk_on_each_engine(NORTHWIND)


@pytest.fixture
def reseller(desk_on_each_engine):
    return desk_on_each_engine(ADATUM)


@pytest.mark.rules("R26")
def test_azure_opens_to_a_reseller_with_the_grant_and_closes_with_its_withdrawal(provider, reseller):
    before = outcome(reseller, WITHOUT)
    granted = provider.send(provider.get(place(provider, WITHOUT)).form("/grant"))
    during = outcome(reseller, WITHOUT)
    withdrawn = provider.send(provider.get(place(provider, WITHOUT)).form("/withdraw"), note="The contract has ended.")

    assert (before, granted.status, during, withdrawn.status) == (403, 303, 303, 303)
    assert outcome(reseller, WITHOUT) == 403


@pytest.mark.rules("R26")
def test_access_holds_on_its_last_day_and_not_on_the_next(
    demo_app_on_each_engine, desk_on_each_engine, provider, reseller, set_clock
):
    app = demo_app_on_each_engine
    now = app.extensions["onbehalf"].now()
    last = now.date() + timedelta(days=3)
    provider.send(provider.get(place(provider, WITHOUT)).form("/grant"), until=last.isoformat())

    set_clock(app, now + timedelta(days=3))
    on_the_last_day = outcome(desk_on_each_engine(ADATUM), WITHOUT)
    set_clock(app, now + timedelta(days=4))
    afterwards = desk_on_each_engine(ADATUM)

    assert (on_the_last_day, outcome(afterwards, WITHOUT)) == (303, 403)
    assert "has ended" in afterwards.get(afterwards.customer(WITHOUT)).words
    assert "Ended" in afterwards.get(place(afterwards, WITHOUT)).words


@pytest.mark.rules("R26")
def test_a_new_last_day_takes_the_place_of_the_old_and_keeps_the_first(demo_app_on_each_engine, provider):
    app = demo_app_on_each_engine
    last = today(app) + timedelta(days=30)

    answer = provider.send(provider.get(place(provider, WITH)).form("/grant"), until=last.isoformat())

    assert answer.status == 303
    with app.extensions["onbehalf"].database.reading() as session:
        (grant,) = session.exec(select(AzureAccess)).all()
    assert (grant.until, grant.since < today(app)) == (last, True)
    assert events(app) == [("limited", last)]


def test_a_question_arrives_in_the_words_of_the_letter_and_both_sides_see_it(provider, reseller):
    form = next(link for link in reseller.file(WITHOUT, "azure").links if "/ask-for-access" in link)
    page = reseller.get(form)

    asked = reseller.send(page.form("/ask"), note="It is urgent: <b>now</b>.")

    assert asked.status == 303
    assert "Asked for" in provider.get("/access").words
    for reader in (provider, reseller):
        there = reader.get(place(reader, WITHOUT))
        assert "please give us access to the Azure account of our customer Margie's Travel" in there.words
        assert "It is urgent: <b>now</b>." in there.words
        assert "<b>now</b>" not in there.text
        assert "Emily Harwood" in there.words


def test_what_was_asked_is_answered_by_granting_or_declining_and_can_be_asked_again(
    demo_app_on_each_engine, provider, reseller
):
    for answer in ("decline", "grant"):
        reseller.send(reseller.get(place(reseller, WITHOUT)).form("/ask"))
        provider.send(provider.get(place(provider, WITHOUT)).form(f"/{answer}"))

    assert [kind for kind, _until in events(demo_app_on_each_engine)] == ["asked", "declined", "asked", "granted"]
    assert "Asked for" not in provider.get("/access").words.replace("Asked for access", "")


def test_a_question_is_asked_once(demo_app_on_each_engine, reseller):
    form = reseller.get(place(reseller, WITHOUT)).form("/ask")

    answers = [reseller.send(form, note="Twice clicked") for _time in range(2)]

    assert [answer.status for answer in answers] == [303, 409]
    assert "Northwind has not answered yet" in answers[1].words
    assert len(events(demo_app_on_each_engine)) == 1


@pytest.mark.parametrize(
    ("until", "note", "says"),
    [
        ("2020-01-01", "Kept", "has passed already"),
        ("tomorrow", "Kept", "not a date"),
        ("2026-02-30", "Kept", "not a date"),
        ("", "x" * 1001, "longer than 1000 characters"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused_and_costs_no_word(demo_app, desk, until, note, says):
    reader = desk(NORTHWIND)

    answer = reader.send(reader.get(place(reader, WITHOUT)).form("/grant"), until=until, note=note)

    assert answer.status == 422
    assert says in answer.words
    kept = answer.form("/grant").values()
    assert (kept["until"], kept["note"]) == (until, note)
    assert events(demo_app) == []


def test_each_side_decides_only_what_is_its_own(demo_app, desk):
    provider, reseller = desk(NORTHWIND), desk(ADATUM)
    here, there = place(provider, WITHOUT), place(reseller, WITHOUT)

    refused = [
        reseller.post(f"{there}/grant", {}),
        reseller.post(f"{there}/withdraw", {}),
        reseller.post(f"{there}/decline", {}),
        provider.post(f"{here}/ask", {}),
        provider.post(f"{here}/withdraw", {}),
        provider.post(f"{here}/decline", {}),
    ]

    assert [answer.status for answer in refused] == [403, 403, 403, 403, 409, 409]
    assert events(demo_app) == []
    assert not [form for form in reseller.get(there).forms if form.action.endswith(("/grant", "/withdraw", "/decline"))]


def test_a_customer_without_reseller_has_nobody_to_give_access_to(desk):
    reader = desk(NORTHWIND)

    assert reader.get(place(reader, "Northwind (own tenant)")).status == 409
    assert "Northwind (own tenant)" not in reader.get("/access").words


def test_nobody_else_sees_or_changes_it(demo_app, desk):
    stranger = desk("trey-admin-agent")
    here = place(desk(NORTHWIND), WITHOUT)

    answers = [stranger.get(here), stranger.post(f"{here}/grant", {}), stranger.get("/access")]

    assert [answer.status for answer in answers] == [404, 404, 403]
    assert events(demo_app) == []


def test_the_history_with_one_reseller_is_not_shown_to_the_next(demo_app, desk):
    provider, reseller = desk(NORTHWIND), desk(ADATUM)
    reseller.send(reseller.get(place(reseller, WITHOUT)).form("/ask"), note="Between the two of us")
    with demo_app.extensions["onbehalf"].database.writing() as session:
        other = Partner(name="Wide Resell", kind="indirect_reseller", country="SE", time_zone="Europe/Stockholm")
        session.add(other)
        session.flush()
        customer = session.exec(select(Customer).where(Customer.name == WITHOUT)).one()
        customer.reseller_id = other.id
        session.commit()

    page = provider.get(place(provider, WITHOUT))

    assert "Between the two of us" not in page.words
    assert not re.search(r'action="[^"]*/decline"', page.text)


def test_grants_are_in_the_audit_trail_without_what_was_typed(demo_app, desk):
    provider = desk(NORTHWIND)
    provider.send(provider.get(place(provider, WITHOUT)).form("/grant"), note="Only we know this")

    with demo_app.extensions["onbehalf"].database.reading() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "access.granted")).all()

    assert [(entry.subject_name, entry.member_name) for entry in entries] == [(WITHOUT, "Grace Whitfield")]
    assert "Only we know this" not in str([entry.model_dump() for entry in entries])


@pytest.mark.rules("R26")
def test_what_another_provider_granted_opens_nothing(demo_app_on_each_engine, provider, reseller):
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        customer = session.exec(select(Customer).where(Customer.name == WITHOUT)).one()
        other = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one()
        session.add(
            AzureAccess(
                customer_id=customer.id,
                provider_id=other.id,
                reseller_id=customer.reseller_id,
                since=today(demo_app_on_each_engine),
            )
        )
        session.commit()

    assert outcome(reseller, WITHOUT) == 403
    assert provider.get(place(provider, WITHOUT)).form("/grant")
