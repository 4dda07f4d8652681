"""Whatever stands in the tables, however it came there: every page renders, nothing of it is run, no list is a formula.

Forms refuse most of this; a token's claims, an import by hand, an older version or another tool may not have.
"""

import csv
import io
import re

import pytest
from sqlalchemy import JSON, inspect
from sqlmodel import select

from webapp.tables.customers import Customer, Offer, Publisher, Subscription, SupportGroup
from webapp.tables.partners import Account, Enrolment, Member, Partner, SupportContract
from webapp.tables.requests import Draft, ServiceRequest, TimelineEntry
from webapp.tables.sessions import UserSession
from webapp.testing.desk import Desk

MARK = "<x-9 onload=x>\"'"
HOSTILE = {
    "script": "<script>alert(1)</script>" + MARK,
    "template": "{{1234*4321}}${1234*4321}{%x%}%(name)s {0}" + MARK,
    "formula": '=HYPERLINK("https://evil.example")' + MARK,
    "at": "@SUM(1)" + MARK,
    "tab": "\t=1+1" + MARK,
    "bidi": "\u202egpj.exe\u2066" + MARK,
    "escape": "\x1b[2J\x85\u2028\r\nSet-Cookie: x=1" + MARK,
}
LONG = MARK + "x" * 1_000_000
READERS = {"fabrikam-global-admin": "Contoso", "northwind-admin-agent": "Margie's Travel"}
TABLES = (
    *(Customer, Publisher, Offer, Subscription, SupportGroup),
    *(Partner, Member, Account, Enrolment, SupportContract),
    *(ServiceRequest, TimelineEntry, Draft, UserSession),
)
KEYS = {
    *("id", "key", "kind", "cloud", "ref", "request_key", "product", "state", "status", "plan", "severity", "category"),
    *("language", "time_zone", "country", "plugin", "tenant_id", "issuer", "subject", "theme", "folded"),
}
"""Columns that hold what the code itself chose among; the rest holds what came from outside."""
STATIC = {"static", "bootstrap.static", "sign_in.start", "sign_in.arrive", "sign_in.leave"}


def worded(value, words):
    """Return JSON with every text in it replaced; an address stays one, since a door is made of it."""
    if isinstance(value, dict):
        return {
            name: value[name] if name in {"url", "scheme", "host", "outcome"} else worded(value[name], words)
            for name in value
        }
    if isinstance(value, list):
        return [worded(one, words) for one in value]
    return words if isinstance(value, str) else value


def fill(app, words):
    """Put ``words`` into every column of every row that holds words from outside, as long as the column is."""
    with app.extensions["onbehalf"].database.writing() as session:
        for table in TABLES:
            columns = [c for c in inspect(table).columns if c.name not in KEYS and not c.foreign_keys]
            for number, row in enumerate(session.exec(select(table))):
                for column in columns:
                    _put(row, column, words, number)
                session.add(row)
        session.commit()


def _put(row, column, words, number):
    value = getattr(row, column.name)
    if isinstance(column.type, JSON):
        if value and column.name not in {"roles", "promise", "ticket_shape"}:
            setattr(row, column.name, worded(value, words))
    elif isinstance(value, str):
        length = getattr(column.type, "length", None)
        distinct = f"{number} {words}" if column.unique else words
        setattr(row, column.name, distinct[:length])


def places(app, key, name):
    """Return what fills the holes of the addresses, read before the words are replaced."""
    reader = Desk(app.test_client(), key)
    ref = reader.filed(name, "azure", title="To be replaced").rpartition("/")[2]
    reader.post(f"/requests/{ref}/notes", {"text": "To be replaced"})
    form = reader.new(name, "microsoft365")
    reader.client.put(form.action.replace("/requests", "/draft"), data=form.filled() | {"title": "To be replaced"})
    customer = reader.customer(name).rpartition("/")[2]
    return reader, {"ref": ref, "customer_id": customer}


def pages(app, known):
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint not in STATIC and not rule.endpoint.startswith("health"):
            for part in ("subscriptions", "relationships", "groups") if "<any" in rule.rule else ("",):
                address = re.sub(r"<any[^>]*>", part, rule.rule)
                yield re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: known.get(hole[1], "1"), address)


def wrong_of(reader, addresses):
    found = {}
    for address in addresses:
        for headers in ({}, {"HX-Request": "true"}):
            answer = reader.client.get(address, query_string={"product": "azure"}, headers=headers)
            text = answer.get_data(as_text=True) if answer.status_code != 303 else ""
            broken = answer.status_code >= 500
            run = "<x-9" in text or "<script>alert" in text if answer.mimetype == "text/html" else False
            evil = "evil" in answer.headers.get("Location", "").partition("?")[0] or "x" in answer.headers.getlist(
                "Set-Cookie"
            )
            if broken or run or evil or str(1234 * 4321) in text:
                found[address, bool(headers)] = answer.status_code
    return found


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_page_shows_hostile_words_and_runs_none(demo_app_on_each_engine, kind):
    app = demo_app_on_each_engine
    readers = [places(app, key, name) for key, name in READERS.items()]
    fill(app, HOSTILE[kind])

    wrong = [wrong_of(reader, pages(app, known)) for reader, known in readers]
    shown = readers[0][0].client.get(f"/requests/{readers[0][1]['ref']}").text

    assert wrong == [{}, {}]
    assert "&lt;x-9" in shown


def test_every_page_shows_a_text_of_a_megabyte(demo_app_on_each_engine):
    app = demo_app_on_each_engine
    reader, known = places(app, "fabrikam-global-admin", "Contoso")
    with app.extensions["onbehalf"].database.writing() as session:
        request = session.exec(select(ServiceRequest).where(ServiceRequest.ref == known["ref"])).one()
        request.description = LONG
        request.answers = [
            *request.answers,
            {"section": None, "label": {"en": LONG}, "value": {"en": LONG}, "note": None},
        ]
        note = session.exec(select(TimelineEntry).where(TimelineEntry.kind == "note")).all()[-1]
        note.text = LONG
        draft = session.exec(select(Draft).where(Draft.product == "microsoft365")).all()[-1]
        draft.fields = draft.fields | {"description": LONG, "title": LONG}
        session.add_all([request, note, draft])
        session.commit()
    customer = f"/customers/{known['customer_id']}"
    addresses = ["/", f"/requests/{known['ref']}", f"/requests/{known['ref']}/edit", f"{customer}/requests/new"]

    wrong = wrong_of(reader, [*addresses, customer, "/requests", "/requests.csv", f"{customer}/pass"])
    request_page = reader.client.get(f"/requests/{known['ref']}").text

    assert wrong == {}
    assert request_page.count("x" * 1_000_000) >= 2


def test_nul_is_in_no_answer_and_breaks_none(demo_app):
    """PostgreSQL holds none at all; SQLite does, if another tool wrote it."""
    reader, known = places(demo_app, "fabrikam-global-admin", "Contoso")
    fill(demo_app, "Before\0after" + MARK)

    assert wrong_of(reader, pages(demo_app, known)) == {}


@pytest.mark.parametrize("kind", ["formula", "at", "tab"])
def test_no_cell_of_any_list_taken_away_is_a_formula(demo_app_on_each_engine, kind):
    app = demo_app_on_each_engine
    reader, _known = places(app, "fabrikam-global-admin", "Contoso")
    fill(app, HOSTILE[kind])
    lists = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.endswith(".csv")]

    cells = {
        address: [
            cell for row in csv.reader(io.StringIO(reader.client.get(address).text.lstrip("\ufeff"))) for cell in row
        ]
        for address in lists
    }

    assert len(lists) >= 2
    assert [address for address in lists if not any("x-9" in cell for cell in cells[address])] == []
    assert [cell for found in cells.values() for cell in found if re.match(r"\s*[=+\-@\t\r]", cell)] == []
