"""Every word a reader sees goes through gettext: in a language whose letters no keyboard types, ours are looked for.

What is left in plain letters is data (names, addresses, what somebody typed), a name that is the same in every
language, or a text that bypassed the catalogues.
"""

import ast
import csv
import io
import json
import re
import runpy
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import available_timezones

import pytest
from babel.support import NullTranslations
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import SQLModel, select

from webapp import customer_import, i18n, moments
from webapp.contracts import clouds, handover, products, responses
from webapp.contracts.values import Value
from webapp.i18n import LANGUAGES, TextDomain
from webapp.tables.requests import ServiceRequest, TimelineEntry
from webapp.testing.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
ROLES = runpy.run_path(str(ROOT / "tests" / "test_roles.py"))
addresses, objects, rules_of = (ROLES[name] for name in ("addresses", "objects", "rules_of"))
HOLE = re.compile(r"(%\(\w+\)[sd])")
ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PSEUDO = {ord(letter): ord(letter) + 0xFEE0 for letter in ASCII}  # the wide forms: Ａ for A
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
UNREAD = {"script", "style", "code", "kbd", "time", "svg", "textarea"}
SHOWN = ("aria-label", "title", "placeholder", "alt", "data-label", "data-copied", "data-trouble")
VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line", "use"}
MACHINES = re.compile(
    r"https?://\S+|mailto:\S+|[\w.+-]+@[\w.-]+|\b[\w-]+(\.[\w-]+)+\b|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\bOB-\w+|\b[Rr]\d+\b"
    r"|\bONBEHALF_[A-Z_]+(=\w+)?|\b[0-9a-f]{12}\b"
)
KEYS = {*customer_import.COLUMNS, "global", "usgov", "germany", "china"}  # what a file of customers holds
SAME_IN_EVERY_LANGUAGE = {*LANGUAGES.values(), *available_timezones(), *KEYS, "Onbehalf", "Microsoft", "21Vianet"}
READERS = {
    "fabrikam-global-admin": "Contoso",
    "fabrikam-no-role": "Contoso",
    "northwind-admin-agent": "Margie's Travel",
    "adatum-admin-agent": "Margie's Travel",
}


def pseudo(text):
    """Return the text in letters that are not ours; its holes stay."""
    return "".join(part if HOLE.fullmatch(part) else part.translate(PSEUDO) for part in HOLE.split(text))


class Pseudo(NullTranslations):
    """A catalogue that is complete by itself."""

    def gettext(self, message):
        return pseudo(message)

    def ngettext(self, singular, plural, number):
        return pseudo(singular if number == 1 else plural)

    ugettext, ungettext = gettext, ngettext


class Visible(HTMLParser):
    """The texts of a page that somebody reads or hears."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.texts, self.open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        unread = tag in UNREAD or given.get("translate") == "no"
        if tag not in VOID:
            self.open.append((tag, unread))
        self.texts += [given[name] for name in SHOWN if given.get(name)]

    def handle_endtag(self, tag):
        while tag in (name for name, _unread in self.open) and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not any(unread for _name, unread in self.open):
            self.texts.append(" ".join(data.split()))


@pytest.fixture
def in_pseudo(monkeypatch):
    """Put the pseudo-language in, for core, plugins and forms; what Babel writes by itself is left to digits."""
    monkeypatch.setattr(TextDomain, "get_translations", lambda _self: Pseudo())
    for module, names in {
        moments: (
            "format_date",
            "format_skeleton",
            "format_time",
            "format_timedelta",
            "format_datetime",
            "format_unit",
        ),
        i18n: ("format_date",),
    }.items():
        for name in names:
            monkeypatch.setattr(module, name, lambda *_args, **_more: "12")
    monkeypatch.setattr(i18n, "format_list", lambda things, *_args, **_more: ", ".join(things))
    monkeypatch.setattr(moments, "get_timezone_name", lambda *_args, **_more: "12")
    moments._formatted.cache_clear()
    yield
    moments._formatted.cache_clear()


@pytest.fixture
def desk_in_pseudo(make_app, demo_database, tmp_path, in_pseudo):
    """Return a function that makes the application with the example data, its recorded words put in pseudo too."""

    def make(**settings):
        file = tmp_path / f"pseudo{len(list(tmp_path.iterdir()))}.sqlite3"
        file.write_bytes(demo_database.read_bytes())
        app = make_app(database_url=f"sqlite:///{file}", **settings)
        app.jinja_env.filters["country"] = lambda _code: "12"
        with app.extensions["onbehalf"].database.writing() as session:
            for row in [*session.exec(select(ServiceRequest)), *session.exec(select(TimelineEntry))]:
                for name, value in row.model_dump().items():
                    if isinstance(value, list | dict):
                        setattr(row, name, recorded(value))
                        flag_modified(row, name)
            session.commit()
        return app

    return make


def recorded(value):
    """Return what a row holds, words recorded in all languages put in pseudo; what reads alike in each is data."""
    if isinstance(value, Mapping):
        if set(value) == set(LANGUAGES) and len(set(value.values())) > 1:
            return {language: pseudo(value["en"]) for language in LANGUAGES}
        return {key: recorded(entry) for key, entry in value.items()}
    return [recorded(entry) for entry in value] if isinstance(value, list) else value


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from strings(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from strings(entry)


def data_of(app):
    """Return a pattern of whatever the database and the products' own names hold, except keys."""
    found = {alias for product in app.extensions["onbehalf"].plugins.products.values() for alias in product.aliases}
    with app.extensions["onbehalf"].database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                found |= {text for value in row.values() for text in strings(value)}
    phrases = {" ".join(text.split()) for text in found if not re.fullmatch(r"[a-z0-9_.:]*|.{0,2}", text)}
    ordered = sorted(phrases | SAME_IN_EVERY_LANGUAGE, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(phrase)}(?![A-Za-z])" for phrase in ordered))


def leaks(texts, data):
    """Return the texts with words in our own letters that are no data."""
    suspects = {text for text in texts if WORD.search(MACHINES.sub("", text))}
    return {text for text in suspects if WORD.search(MACHINES.sub("", data.sub("", text)))}


def texts_of(answer):
    """Return what is read of an answer: a page, a fragment, a list or plain text."""
    if 300 <= answer.status_code < 400:
        return []
    if answer.mimetype == "text/html":
        return Visible(answer.text).texts
    if answer.mimetype == "text/csv":
        return [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    return answer.text.splitlines() if answer.mimetype == "text/plain" else []


def walk(app, key, customer):
    """Yield every address with what it answers this reader: pages, fragments, then every form wrongly filled in."""
    ids = objects(app, key, customer)
    reader = Desk(app.test_client(), key)
    token = reader.token()
    for method in ("GET", "POST"):
        for rule in (rule for rule, its in rules_of(app) if its == method and rule.endpoint not in {"health.metrics"}):
            for address in addresses(rule, ids):
                for headers in ({}, {"HX-Request": "true"}) if method == "GET" else ({},):
                    data = {
                        "csrf_token": token,
                        "product": "azure",
                        "first_response_minutes": "x",
                        "contact_email": "x",
                    }
                    yield (
                        f"{method} {address}",
                        reader.client.open(
                            address,
                            method=method,
                            data=data if method == "POST" else None,
                            query_string={"product": "azure"},
                            headers=headers,
                        ),
                    )


@pytest.mark.parametrize(("key", "customer"), READERS.items())
def test_no_page_form_error_or_list_shows_a_word_that_was_not_translated(desk_in_pseudo, key, customer):
    app = desk_in_pseudo()
    answers = [(address, texts_of(answer)) for address, answer in walk(app, key, customer)]
    answers.append(("the trail of all this", texts_of(Desk(app.test_client(), key).client.get("/admin/audit"))))
    data = data_of(app)

    wrong = {}
    for address, texts in answers:
        for text in leaks(texts, data):
            wrong.setdefault(text, address)

    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("rules", ["documents", "today"])
def test_every_reason_and_remedy_of_every_product_is_translated(desk_in_pseudo, rules):
    app = desk_in_pseudo(rules=rules)
    data, wrong = data_of(app), set()
    for key in (*READERS, "fabrikam-helpdesk", "trey-admin-agent"):
        reader = Desk(app.test_client(), key)
        for address in ("/entitlements.csv", "/requests.csv", "/help", "/"):
            wrong |= leaks(texts_of(reader.client.get(address)), data)

    assert wrong == set()


FILED = [
    ("fabrikam-admin-agent", "Contoso", "azure"),
    ("fabrikam-admin-agent", "Contoso", "microsoft365"),
    ("fabrikam-admin-agent", "Contoso", "dynamics365"),
    ("fabrikam-admin-agent", "Contoso", "ems"),
    ("fabrikam-admin-agent", "Litware", "marketplace"),
    ("fabrikam-admin-agent", "海信贸易", "vianet"),
    ("fabrikam-admin-agent", "Litware Federal", "azure"),
]


@pytest.mark.parametrize(("key", "customer", "product"), FILED)
def test_what_a_product_asks_records_and_explains_is_translated(desk_in_pseudo, key, customer, product):
    app = desk_in_pseudo()
    reader = Desk(app.test_client(), key)
    form = reader.new(customer, product)
    pages = [reader.get(form.action.replace("/requests", f"/requests/new?product={product}"))]
    pages.append(reader.send(form, action="file", title="", description="", contact_email="x@"))
    for category in form.controls["category"].choices:
        pages.append(reader.send(form, action="refresh", category=category))
    pages += [reader.get(address) for address in checklists(form, product)]
    made = reader.send(form, action="file", contact_phone="+46 8 465 004 11")
    assert made.status == 303, made.words
    ref = made.location
    number = {"ticket_number": "2611220040001234"}
    pages += [reader.get(ref), reader.get(f"{ref}/pack"), reader.get(f"{ref}/pack?as=text"), reader.get(f"{ref}/edit")]
    pages += [reader.post(f"{ref}/ticket", number), reader.get(ref), reader.get(f"{ref}/pack?save=1")]
    data = data_of(app)

    wrong = {text for page in pages for text in leaks(texts_of(page.response), data)}

    assert wrong == set()


def checklists(form, product):
    """Yield the address of the checklist for each answer that can be chosen."""
    for control in form.controls.values():
        for choice in control.choices if control.name not in {"csrf_token", "language"} else ():
            words = form.filled(**{control.name: choice}) | {"product": product}
            yield f"{form.action.removesuffix('/requests')}/entitlement?{urlencode(words)}"


def test_errors_of_the_server_itself_are_translated(desk_in_pseudo):
    app = desk_in_pseudo()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    reader, data = Desk(app.test_client(), "fabrikam-admin-agent"), data_of(app)
    app.view_functions["manage.page"] = lambda: 1 / 0

    answers = [
        reader.client.get("/no-such-page"),
        reader.client.delete("/customers"),
        reader.client.get("/manage"),
        reader.client.get("/customers/999999"),
        reader.client.post("/requests/OB-00000000/notes"),
        reader.client.post("/preferences", data=b"x" * 3_000_000, content_type="text/plain"),
        app.test_client().get("/sign-in"),
        app.test_client().post("/preferences"),
    ]

    assert [answer.status_code for answer in answers] == [404, 405, 500, 404, 404, 413, 200, 403]
    assert {text for answer in answers for text in leaks(texts_of(answer), data)} == set()


def is_literal(node):
    """Say whether an expression is words as they stand in the code, whole or in part."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and WORD.search(node.value) is not None
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "str" and any(map(is_literal, node.args))
    if isinstance(node, ast.IfExp):
        return is_literal(node.body) or is_literal(node.orelse)
    parts = {ast.Tuple: "elts", ast.List: "elts", ast.BoolOp: "values", ast.Starred: "value", ast.BinOp: "left"}
    part = getattr(node, parts.get(type(node), ""), [])
    return any(map(is_literal, part if isinstance(part, list) else [part]))


def test_no_code_puts_a_word_of_its_own_where_a_reader_expects_a_text():
    """What no walk may reach: every value with a text for people, made anywhere in core or a plugin."""
    modules = (clouds, products, handover, responses)
    texts = {
        name: {field for field, info in kind.model_fields.items() if "LazyText" in repr(info.annotation)}
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Value)
    }
    wrong = []
    shown = (path for path in (ROOT / "webapp").rglob("*.py") if "testing" not in path.parts)
    for path in (*shown, *(ROOT / "plugins").glob("*/onbehalf_*/**/*.py")):
        for call in (
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        ):
            wanted = texts.get(getattr(call.func, "id", ""), ())
            wrong += [
                f"{path.name}:{call.lineno} {keyword.arg}"
                for keyword in getattr(call, "keywords", ())
                if keyword.arg in wanted and is_literal(keyword.value)
            ]

    assert wrong == []


def test_no_template_holds_words_of_its_own(demo_app):
    """What no walk may reach: every branch of every template, read from its source."""
    wrong = {}
    environment = demo_app.jinja_env
    for path in sorted((ROOT / "webapp" / "templates").rglob("*.html")):
        tokens = environment.lex(path.read_text(encoding="utf-8"))
        source = "".join(value if kind == "data" else "" for _line, kind, value in tokens)
        source = re.sub(r'^[^<>]*="[^<>]*$', "", source, flags=re.MULTILINE)  # a macro of attributes alone
        found = leaks(Visible(source).texts, re.compile("|".join(map(re.escape, SAME_IN_EVERY_LANGUAGE))))
        if found:
            wrong[path.name] = sorted(found)

    assert wrong == {}
