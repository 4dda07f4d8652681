"""Canned texts: those a form offers, and the pages on which a partner keeps them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import canned_texts
from webapp.canned_form import canned_form
from webapp.errors import DeskError
from webapp.tables.conveniences import CannedText
from webapp.tables.customers import Customer
from webapp.views.gate import database_session, deployment, viewer
from webapp.views.record_pages import filled_page, recorded

bp = Blueprint("canned", __name__)


def offered(customer: Customer | None, product: str, language: str, ref: str = "") -> list[tuple[CannedText, str]]:
    """Return the texts that fit a request, each with its words filled in; none where the customer is gone."""
    if customer is None:
        return []
    languages = sorted({language, str(get_locale() or "en")})
    texts = canned_texts.fitting(database_session(), viewer(), product, languages)
    return [(text, canned_texts.filled(text.body, viewer(), customer, ref)) for text in texts]


def chosen(customer: Customer, ref: str = "") -> str:
    """Return the words of the text that the form names; none if it names none.

    :raises NotFound: if it is another partner's.
    """
    number = request.form.get("canned", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return ""
    text = canned_texts.fetch(database_session(), viewer(), int(number))
    return canned_texts.filled(text.body, viewer(), customer, ref)


@bp.get("/texts")
def index() -> str:
    """Show the partner's texts."""
    texts = canned_texts.listed(database_session(), viewer())
    return render_template("canned/list.html", texts=texts, products=dict(_products()))


@bp.get("/texts/new")
def new() -> Response:
    """Show an empty form."""
    return _page(_form({}), None)


@bp.post("/texts")
def add() -> Response | BaseResponse:
    """Record a text."""
    return _save(None)


@bp.get("/texts/<int:text_id>")
def edit(text_id: int) -> Response:
    """Show the form of one text."""
    text = canned_texts.fetch(database_session(), viewer(), text_id)
    return _page(_form(text.model_dump(include=set(canned_texts.FIELDS))), text)


@bp.post("/texts/<int:text_id>")
def change(text_id: int) -> Response | BaseResponse:
    """Change a text."""
    return _save(canned_texts.fetch(database_session(), viewer(), text_id))


@bp.post("/texts/<int:text_id>/remove")
def remove(text_id: int) -> BaseResponse:
    """Remove a text."""
    text = canned_texts.fetch(database_session(), viewer(), text_id)
    canned_texts.remove(database_session(), deployment(), viewer(), text)
    return redirect(url_for("canned.index"), code=303)


def _save(text: CannedText | None) -> Response | BaseResponse:
    form = _form(request.form)

    def save() -> None:
        values = {name: str(form.data[name] or "") for name in canned_texts.FIELDS}
        canned_texts.save(database_session(), deployment(), viewer(), text, values)

    return recorded(form, save, url_for("canned.index"), lambda error, status: _page(form, text, error, status))


def _products() -> list[tuple[str, Any]]:
    return list({key: product.label for (_cloud, key), product in deployment().plugins.products.items()}.items())


def _form(words: Any) -> Form:
    return canned_form(words, _products())


def _page(form: Form, text: CannedText | None, error: DeskError | None = None, status: int = 200) -> Response:
    return filled_page("canned/edit.html", form, error, status, text=text, holes=canned_texts.HOLES)
