"""What was typed, given back on a page of trouble: every word, ready to be sent again, also without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from webapp import security
from webapp.deployment import Deployment
from webapp.errors import DeskError, Words
from webapp.forms import field_name
from webapp.i18n import _

OUR_OWN = {"csrf_token", "pages", "language_of_pages", "theme_of_pages"}
"""Fields of a form that hold none of its words: the page they are given back on has its own."""

LABELS: Mapping[str, Words] = {
    "title": _("Title"),
    "description": _("Description"),
    "contact_name": _("Contact name"),
    "contact_email": _("Contact e-mail"),
    "contact_phone": _("Contact phone"),
    "text": _("Note"),
    "note": _("Note"),
    "name": _("Name"),
    "reseller": _("Reseller"),
    "plan_name": _("Name of the other plan"),
    "ticket_number": _("The vendor's number"),
}
WORDS = frozenset({"line", "text"})
"""The kinds of question whose answers are typed; the others' are chosen, and go along unseen."""


@dataclass(frozen=True)
class Word:
    """One field that was typed."""

    name: str
    label: Words
    value: str
    long: bool


@dataclass(frozen=True)
class KeptWords:
    """A form as it was sent: where to, what was typed, and what goes along with it."""

    action: str
    typed: tuple[Word, ...]
    hidden: tuple[tuple[str, str], ...]


def of_this_request() -> KeptWords | None:
    """Return the form that this request sent, or ``None`` where there is nothing to give back.

    What another site sent is never offered for sending, and neither is a file: the browser keeps its name alone.
    """
    try:
        if request.method != "POST" or request.url_rule is None or request.files or not _from_our_pages():
            return None
        sent = [pair for pair in request.form.items(multi=True) if pair[0] not in OUR_OWN]
    except HTTPException:  # too large to be read, or no form at all
        return None
    labels = {**LABELS, **dict(_questions())}
    typed = tuple(
        Word(name, labels.get(name, _("Another field: %(name)s", name=name)), value, _is_long(value))
        for name, value in sent
        if name in labels or _reads_like_words(value)
    )
    shown = {word.name for word in typed}
    return KeptWords(request.full_path.rstrip("?"), typed, tuple(pair for pair in sent if pair[0] not in shown))


def _from_our_pages() -> bool:
    """Say whether a page of ours sent this: by its token; or, where that is too old, by the browser's own word."""
    try:
        security.refuse_forged()
    except security.StaleForm:
        return "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    except DeskError:
        return False
    return True


def _questions() -> Iterator[tuple[str, Any]]:
    """Yield the names and labels of the typed answers of the product that the form is about; no database is asked."""
    deployment: Deployment = current_app.extensions["onbehalf"]
    product = deployment.plugins.product_anywhere(request.values.get("product", ""))
    for question in product.questions if product else ():
        if question.kind in WORDS:
            yield field_name(question), question.label


def _reads_like_words(value: str) -> bool:
    return len(value) > 80 or any(character.isspace() for character in value.strip())


def _is_long(value: str) -> bool:
    return len(value) > 80 or "\n" in value
