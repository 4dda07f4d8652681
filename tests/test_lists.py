"""The list of requests, its filters, pages and CSV; the matrix; Home: and nothing of anybody else's in any of them."""

import csv
import io
import re
from html import unescape
from urllib.parse import quote

import pytest
from sqlmodel import select

from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import ServiceRequest

FABRIKAM, LANTIAN = "fabrikam-admin-agent", "lantian-admin-agent"
REF = re.compile(r"OB-[0-9A-HJKMNP-TV-Z]{8}")


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


@pytest.fixture
def rows(demo_app):
    """Return a function that reads a partner's requests from the database."""

    def read(partner, app=demo_app):
        statement = select(ServiceRequest).join(Partner, Partner.id == ServiceRequest.partner_id)
        with app.extensions["onbehalf"].database.reading() as session:
            return session.exec(statement.where(Partner.name == partner)).all()

    return read


def change(app, table, key, **changes):
    with app.extensions["onbehalf"].database.writing() as session:
        row = session.exec(select(table).where(key)).first()
        row.sqlmodel_update(changes)
        session.add(row)
        session.commit()


def walked(reader, address):
    """Return the references on every page of a list, in order."""
    found = []
    while address:
        page = reader.get(address)
        assert page.status == 200
        found += [link.rpartition("/")[2] for link in page.links if REF.fullmatch(link.rpartition("/")[2])]
        address = next((link for link in page.links if "after=" in link), None)
    return found


def table(page):
    assert page.response.mimetype == "text/csv"
    text = page.response.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_pages_show_every_request_once_the_newest_first(demo_app_on_each_engine, desk_on_each_engine, rows):
    reader = desk_on_each_engine(FABRIKAM)

    found = walked(reader, "/requests")

    mine = sorted(rows("Fabrikam", demo_app_on_each_engine), key=lambda row: (row.created_at, row.id), reverse=True)
    assert len(mine) > 100
    assert found == [row.ref for row in mine]


FILTERS = {
    "state=filed": lambda row: row.state == "filed",
    "state=open": lambda row: row.state in {"ready", "handed_over", "filed", "answered"},
    "product=dynamics365": lambda row: row.product == "dynamics365",
    "cloud=china": lambda row: row.cloud == "china",
    "state=closed&product=azure&cloud=usgov": lambda row: (
        (row.state, row.product, row.cloud) == ("closed", "azure", "usgov")
    ),
    "q=contoso": lambda row: "contoso" in (row.title + row.customer_name).lower(),
    "q=CONTOSO%20vm": lambda row: all(
        w in f"{row.title} {row.customer_name} {row.ref}".lower() for w in ("contoso", "vm")
    ),
    "q=海信": lambda row: "海信" in row.title + row.customer_name,
    "q=100%25": lambda row: "100%" in row.title,
    "q=_": lambda row: "_" in row.title,
}


def test_a_filter_finds_what_it_says_on_page_and_in_csv(demo_app_on_each_engine, desk_on_each_engine, rows):
    reader, mine = desk_on_each_engine(FABRIKAM), rows("Fabrikam", demo_app_on_each_engine)

    for query, fits in FILTERS.items():
        found = walked(reader, f"/requests?{query}")
        exported = [line[0] for line in table(reader.get(f"/requests.csv?{query}"))[1:]]

        assert set(found) == {row.ref for row in mine if fits(row)}, query
        assert found == exported, query


def test_an_unknown_value_finds_nothing_rather_than_everything(reader):
    for query in (
        "state=gone",
        "product=sharepoint",
        "cloud=mars",
        "owner=everyone",
        "customer=contoso",
        "customer=-1",
    ):
        assert walked(reader, f"/requests?{query}") == [], query
        assert len(table(reader.get(f"/requests.csv?{query}"))) == 1, query


def test_a_word_is_found_in_any_case_in_any_script(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    request = reader.filed("Contoso", "azure", title="Сбой und Überfall bei Ångström")
    written = ("сбой", "Сбой", "СБОЙ", "überfall", "ÜBERFALL", "Ångström", "ångström")

    found = {words: walked(reader, f"/requests?q={quote(words)}") for words in written}

    assert found == {words: [request.rpartition("/")[2]] for words in written}


def test_a_request_is_found_by_its_reference_and_by_the_vendors_number(reader):
    request = reader.filed("Contoso", "azure")
    reader.send(reader.get(request).form("/ticket"), ticket_number="987650000000001")
    ref = request.rpartition("/")[2]

    assert walked(reader, f"/requests?q={ref.lower()}") == [ref]
    assert walked(reader, "/requests?q=98765") == [ref]


def test_mine_are_those_i_own(demo_app, reader, rows):
    with demo_app.extensions["onbehalf"].database.reading() as session:
        me = session.exec(select(Member.id).where(Member.key == FABRIKAM)).one()

    assert set(walked(reader, "/requests?owner=me")) == {row.ref for row in rows("Fabrikam") if row.owner_id == me}


def test_the_filters_stay_in_the_address_of_the_next_page_and_of_the_csv(reader):
    page = reader.get("/requests?state=closed&cloud=global&q=e")

    (following,) = [link for link in page.links if "after=" in link]
    (export,) = [link for link in page.links if link.startswith("/requests.csv")]
    assert all(part in following for part in ("state=closed", "cloud=global", "q=e"))
    assert all(part in export for part in ("state=closed", "cloud=global", "q=e"))
    values = page.form("/requests").values()
    assert (values["state"], values["cloud"], values["q"]) == ("closed", "global", "e")


def test_htmx_gets_the_rows_alone(reader):
    page = reader.get("/requests?q=contoso", HX_Request="true")

    assert page.tags[0][1].get("id") == "requests"
    assert "<html" not in page.text


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "  =1+1", '="x","y"', '=HYPERLINK("https://evil.example")']


def test_a_spreadsheet_runs_nothing_that_somebody_typed(reader):
    refs = {reader.filed("Contoso", "azure", title=title).rpartition("/")[2]: title for title in HOSTILE}

    lines = [line for line in table(reader.get("/requests.csv")) if line[0] in refs]

    assert len(lines) == len(HOSTILE)
    assert [line[6] for line in lines] == ["'" + refs[line[0]].strip() for line in lines]
    assert not any(re.match(r"\s*[=+\-@]", cell) for line in lines for cell in line)


def test_a_cell_with_commas_quotes_and_line_breaks_is_one_cell(demo_app, reader):
    ref = reader.filed("Contoso", "azure", title='One, "two"; three').rpartition("/")[2]
    change(demo_app, Customer, Customer.name == "Contoso", name='Contoso\n"AB", =1+1')

    lines = table(reader.get("/requests.csv"))

    assert {len(line) for line in lines} == {13}
    assert [line[6] for line in lines if line[0] == ref] == ['One, "two"; three']


@pytest.mark.parametrize("language", ["sv", "zh-CN", "ru"])
def test_the_csv_is_in_the_readers_language(reader, language):
    head = table(reader.get("/requests.csv", Accept_Language=language))[0]

    assert len(head) == 13
    assert len(set(head)) == 13


def test_the_matrix_tells_for_every_customer_what_would_happen(reader):
    head, *lines = table(reader.get("/entitlements.csv"))

    outcomes = {(line[0], line[3]): line for line in lines}
    assert len(head) == 7
    assert outcomes["Contoso", "Azure"][4] == "Support is owed"
    assert outcomes["Tailspin Toys", "Azure"][4] == "Support is owed, with a warning"
    refused = outcomes["Wingtip Toys", "Microsoft 365"]
    assert refused[4] == "Support is not owed"
    assert "was removed" in refused[5]
    assert "Send the customer a new relationship request" in refused[6]


@pytest.mark.parametrize("query", ["", "toys", "海信", "nobody-at-all"])
def test_the_matrix_exports_what_it_shows(reader, query):
    shown, address = [], f"/entitlements?q={quote(query)}"
    while address:
        page = reader.get(address)
        shown += re.findall(r'<th scope="row"><a href="/customers/\d+">([^<]+)</a>', page.text)
        address = next((link for link in page.links if "after=" in link), None)

    exported = [line[0] for line in table(reader.get(f"/entitlements.csv?q={quote(query)}"))[1:]]

    assert [unescape(name) for name in shown] == list(dict.fromkeys(exported))


def test_the_matrix_runs_no_formula_either(demo_app, reader):
    change(demo_app, Customer, Customer.name == "Contoso", name="=1+1")

    lines = table(reader.get("/entitlements.csv?q=contoso"))

    assert {line[0] for line in lines[1:]} == {"'=1+1"}


def test_home_shows_what_is_due_what_has_no_number_and_recent_customers(reader, rows):
    late = reader.filed("Contoso", "azure", title="Overdue since long")
    reader.send(reader.get(late).form("/ticket"), ticket_number="118032014183770", filed_at="2020-01-01T10:00")
    open_door = reader.filed("Lucerne Publishing", "azure", title="Handed over just now")
    reader.get(f"{open_door}/go")

    home = reader.get("/")

    assert "Overdue since long" in home.words
    assert home.words.index("Overdue since long") < home.words.index("Handed over, without a number")
    for row in rows("Fabrikam"):
        if row.state == "handed_over" and row.title != "Handed over just now":
            assert row.title in home.words
            break
    assert "Lucerne Publishing" in home.words


def test_home_counts_the_states_of_my_partner_alone(reader, rows):
    counts = dict(re.findall(r'href="/requests\?state=(\w+)"><b>(\d+)</b>', reader.get("/").text))

    states = [row.state for row in rows("Fabrikam")]
    assert {state: int(number) for state, number in counts.items()} == {
        state: states.count(state) for state in ("ready", "handed_over", "filed", "answered", "closed", "solved")
    }


@pytest.mark.parametrize("member", [FABRIKAM, LANTIAN, "trey-admin-agent", "adatum-admin-agent"])
def test_nothing_of_another_partners_appears_anywhere(demo_app, desk, rows, member):
    reader = desk(member)
    mine = {"fabrikam": "Fabrikam", "lantian": "蓝天云", "trey": "Trey", "adatum": "Adatum"}[member.partition("-")[0]]
    theirs = {row.ref for name in ("Fabrikam", "蓝天云", "Trey", "Adatum", "Northwind") for row in rows(name)} - {
        row.ref for row in rows(mine)
    }

    seen = set(walked(reader, "/requests")) | {line[0] for line in table(reader.get("/requests.csv"))}
    for address in ("/", "/customers", "/requests?q=OB-"):
        seen |= set(REF.findall(reader.get(address).text))

    assert seen
    assert seen & theirs == set()
    assert [reader.get(f"/requests/{ref}").status for ref in sorted(theirs)[:5]] == [404] * 5


def test_a_foreign_customer_is_found_by_no_search_and_no_filter(demo_app, reader):
    with demo_app.extensions["onbehalf"].database.reading() as session:
        foreign = session.exec(select(Customer).where(Customer.name == "Margie's Travel")).one()

    for query in ("Margie", foreign.domain, foreign.tenant_id):
        assert "margiestravel" not in reader.get_search(query).text.lower().replace(query.lower(), "")
    assert walked(reader, f"/requests?customer={foreign.id}") == []
    assert len(table(reader.get(f"/entitlements.csv?q={foreign.domain}"))) == 1


@pytest.mark.rules("R71")
def test_a_provider_sees_what_its_reseller_filed_for_their_customer_and_not_the_other_way_round(desk):
    emily, grace = desk("adatum-admin-agent"), desk("northwind-admin-agent")
    resellers = emily.filed("School of Fine Art", "azure").rpartition("/")[2]
    providers = grace.filed("Margie's Travel", "azure").rpartition("/")[2]

    assert resellers in walked(grace, "/requests")
    assert providers not in walked(emily, "/requests")


def test_what_people_wrote_in_another_language_says_which(demo_app, reader, rows):
    swedish = next(row for row in rows("Fabrikam") if row.language == "sv")

    def langs(address, **headers):
        page = reader.get(address, **headers)
        return {given.get("lang") for tag, given in page.tags if tag in {"a", "h1", "p"} and "lang" in given}

    assert langs(f"/requests/{swedish.ref}", Accept_Language="en") == {"sv"}
    assert langs(f"/requests/{swedish.ref}", Accept_Language="sv") == set()
    assert "sv" in langs(f"/requests?q={swedish.ref}", Accept_Language="en")
