"""A customer is found by what one remembers of it, alike on both engines, and by nobody else's partner."""

from __future__ import annotations

from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp import search
from webapp.customers import COUNT_UP_TO, fetch, search_customers
from webapp.errors import NotFound
from webapp.permissions import Viewer
from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner

TENANTS = count(1)
REMEMBERED = [
    ("海信贸易", "海信"),
    ("海信贸易", "贸易"),
    ("海信贸易", "信贸"),
    ("海信贸易", "易"),
    ("微软Azure云", "azure"),
    ("微软Azure云", "微软azure"),
    ("微软Azure云", "云 azure"),
    ("Malmö Hamn", "malmo"),
    ("Malmo Hamn", "malmö"),
    ("Malmö Hamn", "MALMÖ"),
    ("Façade Crème", "creme facade"),
    ("Контосо Ёлка", "контосо"),
    ("Контосо Ёлка", "ЕЛКА"),
    ("Straße AG", "strasse"),
    ("Ｃｏｎｔｏｓｏ", "contoso"),
    ("Graphic Design Institute", "gra"),
    ("Graphic Design Institute", "design"),
    ("Graphic Design Institute", "inst"),
    ("Graphic Design Institute", "inst gra"),
    ("Graphic Design Institute", "  institute,  graphic "),
    ("Margie's Travel", "margie's"),
    ("Margie's Travel", "travel"),
    ("Smith&Sons/Partner", "smith sons"),
    ("Smith&Sons/Partner", "sons smith"),
    ("Smith&Sons/Partner", "partner"),
    ("“Quoted” – Ltd.", "quoted ltd"),
    ("data_center", "center"),
    ("US", "us"),
    ("Com", "com"),
    ("Partner", "Partner"),
    ("100% Bio", "100%"),
    ("Éa", "e"),
]


def partner(number, name):
    return Partner(id=number, name=name, kind="direct_bill", country="SE", time_zone="Europe/Stockholm")


@pytest.fixture
def session(migrated_database):
    """Yield a session in which Fabrikam (1) and Northwind (2) are partners with a member each."""
    with migrated_database.writing() as session:
        session.add_all([partner(1, "Fabrikam"), partner(2, "Northwind")])
        session.flush()
        for number, key in ((1, "astrid"), (2, "nils")):
            email = f"{key}@example.com"
            session.add(Member(id=number, key=key, partner_id=number, name=key, email=email, time_zone="UTC"))
        session.flush()
        yield session


def viewer(session, number=1):
    return Viewer(session.get(Member, number), session.get(Partner, number))


def add(session, name, domain="example.com", partner_id=1, **changes):
    tenant = str(UUID(int=next(TENANTS) + (0x2F6B8C1A << 96)))
    fields = {"cloud": "global", "tenant_id": tenant, "name": name, "domain": domain, "country": "SE"}
    customer = Customer(**fields | {"partner_id": partner_id} | changes)
    session.add(customer)
    session.flush()
    search.index(session, customer)
    session.flush()
    return customer


def names(session, query, number=1, **changes):
    return [row.name for row in search_customers(session, viewer(session, number), query, **changes).rows]


def every_page(session, query, size):
    after = ""
    for _page in range(100):
        found = search_customers(session, viewer(session), query, after=after, size=size)
        yield [row.id for row in found.rows]
        after = found.after
        if not after:
            return


def test_a_customer_is_found_by_the_start_of_any_word_whatever_case_accents_and_script(session):
    add(session, "Zzyzx", domain="zzyzx.net")

    found = []
    for name, query in REMEMBERED:
        with session.begin_nested() as savepoint:
            add(session, name)
            found.append((names(session, query), query))
            savepoint.rollback()

    assert found == [([name], query) for name, query in REMEMBERED]


def test_a_customer_is_not_found_by_what_it_is_not_called(session):
    add(session, "Contoso")
    add(session, "海信贸易")
    queries = ["ontoso", "contosos", "contoso trading", "信海", "con oso", "malmx"]

    assert {query: found for query in queries if (found := names(session, query))} == {}


@pytest.mark.parametrize(
    "query",
    ["contoso.onmicrosoft.com", "contoso.com", "contoso", "sales.contoso.com", "CONTOSO.COM", "Con contoso.com"],
)
def test_a_customer_is_found_by_its_domain(session, query):
    add(session, "Con Tract", domain="sales.contoso.com")
    add(session, "Fourth Coffee", domain="fourthcoffee.com")

    assert names(session, query) == ["Con Tract"]


def test_a_customer_is_found_by_its_tenant_id_and_by_the_beginning_of_it(session):
    add(session, "Contoso", tenant_id="2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b")
    add(session, "Litware", tenant_id="3a6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b")

    assert names(session, "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b") == ["Contoso"]
    assert names(session, "2F6B8C") == ["Contoso"]


def test_the_common_parts_of_domains_pick_out_nobody_and_hinder_nobody(session):
    add(session, "Contoso", domain="contoso.onmicrosoft.com")
    add(session, "Comet", domain="litware.com")

    assert names(session, "onmicrosoft") == []
    assert names(session, "com") == ["Comet"]
    assert names(session, "contoso com") == ["Contoso"]


def test_a_wildcard_or_a_quote_stands_for_nothing_else(session):
    add(session, "Contoso")
    queries = ["%", "_", "%%", "c%o", "c_ntoso", "%ontoso", "_ontoso", "\\", "\\%", "*", "?", "'", '"']

    assert {query: found for query in queries if (found := names(session, query))} == {}


def test_nothing_typed_lists_all_customers_by_name(session):
    for name in ("Ölme", "adatum", "Zoo", "Beta"):
        add(session, name)

    assert names(session, "") == names(session, "   ") == ["adatum", "Beta", "Ölme", "Zoo"]


def test_a_strange_query_is_answered_and_not_refused(session):
    add(session, "Contoso")
    nobody = ["\0", "con\0toso", "\ud7ff", "\U0010ffff", "c" * 100_000, "% " * 1000]

    assert [query for query in nobody if names(session, query)] == []
    assert names(session, "\0contoso\0") == ["Contoso"]


def test_a_page_that_continues_nowhere_is_answered_and_not_refused(session):
    add(session, "Contoso")
    beginning = ["\0", "1~\0", "x", "99999999999999999999~folded~a", "1", "~", "1~order_sv~zzz"]

    assert [after for after in beginning if names(session, "", after=after) != ["Contoso"]] == []
    assert names(session, "", after="٣~folded~zzz") == names(session, "", after="1~folded~zzz' OR 1=1") == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("query", ["", "group"])
def test_paging_visits_every_customer_once_in_the_order_of_their_names(session, query, size):
    same_names = [add(session, "Group AB") for _copy in range(3)]
    others = [add(session, name) for name in ("Group ä", "Alpha Group", "集团 Group", "~ Group")]

    pages = list(every_page(session, query, size))
    visited = [number for page in pages for number in page]

    assert sorted(visited) == sorted(customer.id for customer in same_names + others)
    assert all(len(page) == size for page in pages[:-1])
    assert visited == [row.id for row in search_customers(session, viewer(session), query, size=100).rows]


def test_a_customer_added_while_one_pages_neither_repeats_nor_hides_another(session):
    added = [add(session, f"Customer {letter}") for letter in "bcdf"]
    first = search_customers(session, viewer(session), "", size=2)

    add(session, "Customer a")
    rest = search_customers(session, viewer(session), "", after=first.after, size=10)

    assert [row.id for row in first.rows] + [row.id for row in rest.rows] == [customer.id for customer in added]


def test_a_strangers_customer_is_never_found_and_cannot_be_fetched(session):
    theirs = add(session, "Contoso", partner_id=2)

    assert names(session, "contoso") == names(session, "") == names(session, theirs.tenant_id) == []
    assert search_customers(session, viewer(session), "contoso").count == 0
    assert names(session, "contoso", number=2) == ["Contoso"]
    with pytest.raises(NotFound):
        fetch(session, viewer(session), theirs.id)


@pytest.mark.rules("R26")
def test_provider_and_reseller_both_find_the_customer_they_share(session):
    shared = add(session, "Margie's Travel", partner_id=2, reseller_id=1)

    assert names(session, "margie") == names(session, "margie", number=2) == ["Margie's Travel"]
    assert fetch(session, viewer(session), shared.id).id == shared.id


def test_strangers_customers_take_no_place_from_ones_own(session, monkeypatch):
    monkeypatch.setattr(search, "CANDIDATES", 3)
    for _number in range(5):
        add(session, "Contoso", partner_id=2)
    add(session, "Contoso mine")

    assert names(session, "contoso") == ["Contoso mine"]


@pytest.mark.parametrize("number", [2**31, 2**63, 2**200, 0])
def test_a_customer_with_an_impossible_number_is_not_found(session, number):
    with pytest.raises(NotFound):
        fetch(session, viewer(session), number)


@pytest.mark.parametrize("query", ["", "crowd"])
def test_counting_stops_behind_a_thousand(session, query):
    for number in range(COUNT_UP_TO + 2):
        add(session, f"Crowd {number}")

    found = search_customers(session, viewer(session), query)

    assert found.count == COUNT_UP_TO + 1
    assert len(found.rows) == 25
    assert found.after


def test_a_renamed_customer_is_found_by_its_new_name_only(session):
    customer = add(session, "Contoso")
    customer.name = "Litware"
    search.index(session, customer)
    session.flush()

    assert names(session, "litware") == ["Litware"]
    assert names(session, "contoso") == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60))
def test_a_customer_is_found_by_its_own_name_whatever_it_is(session, name):
    with session.begin_nested() as savepoint:
        add(session, name, domain="")
        found = [row.id for row in search_customers(session, viewer(session), name).rows]
        savepoint.rollback()

    assert found or not search.terms(search.fold(name))
