"""A reader's way through the pages, without a browser: what a page holds, and its forms filled in and sent as they are.

Nothing here knows a field by name: a form is read from the page, so that a test goes through the real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

WORDS = {"email": "reader@partner.example", "tel": "+46 8 465 004 99", "datetime-local": ""}
PLAUSIBLE = "Some plausible words"


@dataclass
class Control:
    """One control of a form; ``value`` is ``None`` where a browser would send nothing."""

    kind: str
    name: str
    value: str | None
    required: bool
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def values(self) -> dict[str, str]:
        """Return what a browser would send, no button pressed."""
        return {control.name: control.value for control in self.controls.values() if control.value is not None}

    def filled(self, **words: str | None) -> dict[str, str]:
        """Return the values, what is required but empty filled in plausibly; ``words`` win, ``None`` leaves one out."""
        plausible = {c.name: _plausible(c) for c in self.controls.values() if c.required and not c.value}
        return {name: value for name, value in (self.values() | plausible | words).items() if value is not None}


class Page:
    """An answer: its status and header fields; its text, links, headings and forms, parsed when first asked for."""

    def __init__(self, response: TestResponse) -> None:
        self.response, self.status, self.text = response, response.status_code, response.text
        self.headers = response.headers

    @cached_property
    def _content(self) -> _Content:
        return _Content(self.text if self.response.mimetype == "text/html" else "")

    @property
    def forms(self) -> list[Form]:
        """The forms, in the order of the page."""
        return self._content.forms

    @property
    def links(self) -> list[str]:
        """The addresses that links lead to."""
        return self._content.links

    @property
    def headings(self) -> list[str]:
        """The headings of the first level."""
        return self._content.headings

    @property
    def tags(self) -> list[tuple[str, dict[str, str]]]:
        """Every tag with its attributes."""
        return self._content.tags

    @property
    def title(self) -> str:
        """The title of the window."""
        return self._content.title

    @property
    def words(self) -> str:
        """The text a reader sees, its white space folded."""
        return " ".join(" ".join(self._content.words).split())

    @property
    def location(self) -> str:
        """Where the answer sends the reader."""
        return self.headers.get("Location", "")

    def form(self, action: str) -> Form:
        """Return the form whose address ends in ``action``."""
        found = [form for form in self.forms if form.action.partition("?")[0].endswith(action)]
        assert found, f"{self.status}: no form {action} among {[form.action for form in self.forms]}: {self.words}"
        return found[0]


class _Content(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self.words: list[str] = []
        self._open: list[str] = []
        self._textarea: Control | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read a tag."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self._open.append(tag)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "h1":
            self.headings.append("")
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif self.forms:
            _read_control(self.forms[-1], tag, given)
            if tag == "textarea":
                self._textarea = self.forms[-1].controls[given["name"]]

    def handle_endtag(self, tag: str) -> None:
        """Close a tag; the line break that a text area begins with is not part of its value."""
        while tag in self._open and self._open.pop() != tag:
            pass
        if tag == "textarea" and self._textarea is not None:
            value = self._textarea.value or ""
            self._textarea.value, self._textarea = value.removeprefix("\n"), None

    def handle_data(self, data: str) -> None:
        """Read text."""
        if self._textarea is not None:
            self._textarea.value = (self._textarea.value or "") + data
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif "script" not in self._open and "style" not in self._open:
            self.words.append(data)
            if "h1" in self._open:
                self.headings[-1] += data


class Desk:
    """A signed-in reader."""

    def __init__(self, client: FlaskClient, member: str = "") -> None:
        self.client = client
        if isinstance(client, FlaskClient):
            client.environ_base.setdefault("HTTP_ACCEPT_LANGUAGE", "en")  # every browser names one
        if member:
            answer = self.send(self.get("/sign-in").form("/sign-in/demo"), member=member)
            assert answer.status == 303, answer.words

    def get(self, address: str, **headers: str) -> Page:
        """Open a page; a keyword is a header field: ``Sec_Purpose="prefetch"``."""
        return Page(self.client.get(address, headers=_named(headers)))

    def post(self, address: str, data: Mapping[str, str], **headers: str) -> Page:
        """Send fields as they are, with the token of this reader's pages if they hold none."""
        token = {} if "csrf_token" in data else {"csrf_token": self.token()}
        return Page(self.client.post(address, data=token | dict(data), headers=_named(headers)))

    def send(self, form: Form, **words: str | None) -> Page:
        """Fill a form in and send it."""
        return Page(self.client.open(form.action, method=form.method.upper(), data=form.filled(**words)))

    def token(self) -> str:
        """Return a token of this reader's pages."""
        page = self.get("/customers?q=-")
        here = self.get(page.location) if page.status == 303 else page
        return here.form("/preferences").values()["csrf_token"]

    def customer(self, name: str) -> str:
        """Return the address of a customer, found by the search."""
        found = {words: link for words, link in _links_with_words(self.get_search(name).text) if words == name}
        assert name in found, f"{name} is not found"
        return found[name].partition("?")[0]

    def get_search(self, words: str) -> Page:
        """Search the customers."""
        return Page(self.client.get("/customers", query_string={"q": words}))

    def new(self, customer: str, product: str) -> Form:
        """Return the form of a new request."""
        address = f"{self.customer(customer)}/requests/new?product={product}"
        return self.get(address).form("/requests")

    def file(self, customer: str, product: str, **words: str | None) -> Page:
        """Fill in a new request and send it; return the answer, a redirection if it was made."""
        return self.send(self.new(customer, product), **{"action": "file"} | words)

    def filed(self, customer: str, product: str, **words: str | None) -> str:
        """File a request, and return its address."""
        answer = self.file(customer, product, **words)
        assert answer.status == 303, f"{answer.status}: {answer.words}"
        return answer.location


def _plausible(control: Control) -> str:
    if control.choices:
        return next((choice for choice in control.choices if choice), "")
    return WORDS.get(control.kind, PLAUSIBLE)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _links_with_words(text: str) -> Iterator[tuple[str, str]]:
    for link, words in re.findall(r'<a href="([^"]+)"[^>]*>([^<]*)</a>', text):
        yield unescape(words), unescape(link)


def _read_control(form: Form, tag: str, given: Mapping[str, str]) -> None:
    if tag == "option":
        select = list(form.controls.values())[-1]
        value = given.get("value", "")
        if "selected" in given or not select.choices:
            select.value = value
        select.choices.append(value)
    elif tag == "button" and "name" in given:
        form.buttons.append((given["name"], given.get("value", "")))
    elif tag in {"input", "select", "textarea"} and "name" in given:
        _read_field(form, tag, given)


def _read_field(form: Form, tag: str, given: Mapping[str, str]) -> None:
    kind = given.get("type", "text") if tag == "input" else tag
    name, required = given["name"], "required" in given
    if kind not in {"radio", "checkbox"}:
        form.controls[name] = Control(kind, name, given.get("value", ""), required)
        return
    control = form.controls.setdefault(name, Control(kind, name, None, required))
    control.choices.append(given.get("value", "on"))
    if "checked" in given:
        control.value = given.get("value", "on")
