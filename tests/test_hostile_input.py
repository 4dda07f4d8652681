"""Whatever stands in an address or a form: no page breaks, nothing typed is run, nobody is sent elsewhere.

Which pages, parameters and fields there are is read from the application, so that new ones are tried too.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from webapp.testing.desk import Desk

WEBAPP = Path(__file__).resolve().parents[1] / "webapp"
MEMBERS = {
    "fabrikam-admin-agent": "Contoso",
    "fabrikam-global-admin": "Contoso",
    "northwind-admin-agent": "Margie's Travel",
}
MARK = "<x-9>\"'"
TEMPLATE = "{{1234*4321}}${1234*4321}#{1234*4321}{%x%}"
RESULT = str(1234 * 4321)
NASTY = (
    MARK + TEMPLATE,
    MARK + "\0",
    MARK + "\u202egpj.exe\u2066",
    MARK + "\x1b[2J\x85\u2028",
    MARK + "%(name)s %s {0} {name}",
    MARK + "' OR 1=1; DROP TABLE customer --",
    "=1+1" + MARK,
    "\r\nSet-Cookie: x=1\r\n\r\n" + MARK,
    MARK + "x" * 3000,
    "//evil.example/" + MARK,
    "https://evil.example/" + MARK,
    "/\\evil.example",
    "javascript:alert(1)",
    "../../../etc/passwd\0",
    "\0",
    "",
    " ",
    "-1",
    "0",
    "²",
    "１２",
    "99999999999999999999",
    "9" * 5000,
    "1e309",
    "NaN",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59",
    "2026-02-30",
    "1~\0",
    "9999-12-31T23:59:59-12:00~999999999999999999",
    "[]",
    '{"a": 1}',
    "%00%ff",
    "😀" * 50,
    "e\u0301" * 50,
)
GOOD = (
    "azure",
    "microsoft365",
    "vianet",
    "open",
    "filed",
    "answered",
    "closed",
    "A",
    "en",
    "global",
    "break_fix",
    "1",
    "on",
)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUE = st.one_of(st.sampled_from(NASTY), st.sampled_from(NASTY), st.sampled_from(GOOD), TEXT.map(lambda t: t + MARK))
SPENT = {"sign_in.leave"}


def names_in_the_code():
    """Return every name that a view reads or a template gives a field."""
    views = "".join(path.read_text("utf-8") for path in WEBAPP.rglob("*.py") if "testing" not in path.parts)
    templates = "".join(path.read_text("utf-8") for path in (WEBAPP / "templates").rglob("*.html"))
    read = re.findall(r"(?:args|form|values|data)(?:\.get\(|\[)\"(\w+)\"", views)
    written = re.findall(r"\bname=\"(\w+)\"", templates)
    design = re.findall(r"\b(\w+): str", (WEBAPP / "request_list.py").read_text("utf-8"))
    answers = ("answer_tried", "answer_problem_started", "answer_issue_kind", "answer_made_up")
    return sorted({*read, *written, *design, *answers} - {"csrf_token"})


NAMES = names_in_the_code()


@pytest.fixture
def readers(demo_app_on_each_engine):
    """Return signed-in readers, each with what fills the holes of the addresses they may open."""
    found = []
    for member, customer in MEMBERS.items():
        reader = Desk(demo_app_on_each_engine.test_client(), member)
        ref = reader.filed(customer, "azure").rpartition("/")[2]
        found.append((reader, {"customer_id": reader.customer(customer).rpartition("/")[2], "ref": ref}))
    return found


def routes(app, *methods):
    """Return the addresses of the application, their holes as ``{name}``, that answer one of the methods."""
    return sorted(
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address), method)
        for rule in app.url_map.iter_rules()
        for address in every_choice(rule.rule)
        for method in rule.methods & set(methods)
        if rule.endpoint != "assets.file" and rule.endpoint not in SPENT
    )


def every_choice(rule):
    """Return an address for each word that ``<any(these, words):part>`` stands for."""
    choice = re.search(r"<any\(([^)]*)\):\w+>", rule)
    return [rule.replace(choice[0], word.strip()) for word in choice[1].split(",")] if choice else [rule]


class Anything(dict):
    """Fills every hole that no known thing fills."""

    def __missing__(self, key):
        return "1"


def forms_of(reader, pages):
    """Return the forms of the pages by address, each filled in plausibly."""
    found = [reader.get(f"{page}?product=azure") for page in pages]
    return {form.action.partition("?")[0]: form.filled() for page in found for form in page.forms}


BOUNDED = settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def try_pages(app, readers):
    for reader, known in readers:
        for route, method in routes(app, "GET"):
            try_one(reader, method, route.format_map(Anything(known)), "query_string", {"product": "azure"}, NAMES)


def try_forms(app, readers):
    for reader, known in readers:
        forms = forms_of(reader, [route.format_map(Anything(known)) for route, _method in routes(app, "GET")])
        token = {"product": "azure", "csrf_token": reader.token()}
        for route, method in routes(app, "POST", "PUT", "PATCH", "DELETE"):
            address = route.format_map(Anything(known))
            usual = forms.get(address, {})
            try_one(reader, method, address, "data", usual | token, sorted(set(usual) - set(token)) or NAMES)


def try_one(reader, method, address, where, usual, names):
    @seed(crc32(f"{method} {re.sub('OB-[^/]+', '', address)}".encode()))  # others on another page
    @BOUNDED
    @given(st.dictionaries(st.sampled_from(names), VALUE, min_size=1, max_size=8))
    def send(hostile):
        answer = reader.client.open(address, method=method, **{where: usual | hostile})
        check(answer, (method, address, hostile))

    send()


def check(answer, what):
    """Fail if the answer broke, ran something or leads elsewhere."""
    assert answer.status_code < 500, (what, answer.status)
    text = answer.text if answer.mimetype != "application/octet-stream" else ""
    if answer.mimetype == "text/html":
        assert "<x-9>" not in text, what
    assert RESULT not in text, what
    assert "Set-Cookie: x" not in text or answer.mimetype == "text/html", what
    for name in ("Location", "HX-Redirect"):
        host = urlsplit(answer.headers.get(name, "")).hostname or ""
        assert "evil" not in host, what
        assert answer.headers.get(name, "/").startswith(("/", "https://")), what


def test_no_parameter_of_any_page_breaks_it_or_gets_out_unescaped(demo_app_on_each_engine, readers):
    assert len(routes(demo_app_on_each_engine, "GET")) > 15

    try_pages(demo_app_on_each_engine, readers)


def test_no_field_of_any_form_breaks_it_and_what_is_kept_of_it_is_shown_escaped(demo_app_on_each_engine, readers):
    assert len(routes(demo_app_on_each_engine, "POST")) > 8

    try_forms(demo_app_on_each_engine, readers)
    for reader, known in readers:
        for route, _method in routes(demo_app_on_each_engine, "GET"):
            address = route.format_map(Anything(known))
            check(reader.client.get(f"{address}?product=azure"), address)
