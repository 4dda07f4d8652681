"""Publishers and their offers: the list, and the page of one (R39)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import publishers
from webapp.errors import DeskError
from webapp.record_forms import offer_form, publisher_form
from webapp.tables.customers import Publisher
from webapp.views.gate import database_session, deployment, viewer
from webapp.views.record_pages import attempted, filled_page, recorded

bp = Blueprint("publishers", __name__)


@bp.get("/publishers")
def index() -> str:
    """Show the publishers with the ways to their support."""
    listed = publishers.listed(database_session(), request.args.get("q", "")[:200], request.args.get("after", "")[:200])
    return render_template("publishers/list.html", listed=listed)


@bp.get("/publishers/new")
def new() -> Response:
    """Show an empty form."""
    return _page(publisher_form({}), None)


@bp.post("/publishers")
def add() -> Response | BaseResponse:
    """Record a publisher."""
    return _save(None)


@bp.get("/publishers/<int:publisher_id>")
def edit(publisher_id: int) -> Response:
    """Show one publisher and its offers."""
    publisher = publishers.fetch(database_session(), publisher_id)
    return _page(publisher_form(_words(publisher)), publisher)


@bp.post("/publishers/<int:publisher_id>")
def change(publisher_id: int) -> Response | BaseResponse:
    """Change a publisher."""
    return _save(publishers.fetch(database_session(), publisher_id))


@bp.post("/publishers/<int:publisher_id>/offers")
def add_offer(publisher_id: int) -> Response | BaseResponse:
    """Add an offer."""
    publisher = publishers.fetch(database_session(), publisher_id)
    form = offer_form(request.form)

    def save() -> None:
        publishers.add_offer(database_session(), deployment(), viewer(), publisher, form["name"].data)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(publisher_form(_words(publisher)), publisher, error, status, offer=form)

    return recorded(form, save, url_for("publishers.edit", publisher_id=publisher.id), again)


@bp.post("/publishers/<int:publisher_id>/offers/<int:offer_id>/remove")
def remove_offer(publisher_id: int, offer_id: int) -> Response | BaseResponse:
    """Remove an offer that nobody bought."""
    publisher = publishers.fetch(database_session(), publisher_id)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(publisher_form(_words(publisher)), publisher, error, status)

    def remove() -> None:
        publishers.remove_offer(database_session(), deployment(), viewer(), publisher, offer_id)

    return attempted(remove, url_for("publishers.edit", publisher_id=publisher.id), again)


def _save(publisher: Publisher | None) -> Response | BaseResponse:
    form = publisher_form(request.form)

    def save() -> None:
        values = {name: form[name].data or None for name in publishers.FIELDS}
        minutes = values["first_response_minutes"]
        values["first_response_minutes"] = int(minutes) if minutes else None
        publishers.save(database_session(), deployment(), viewer(), publisher, values)

    return recorded(
        form, save, url_for("publishers.index"), lambda error, status: _page(form, publisher, error, status)
    )


def _words(publisher: Publisher) -> dict[str, str]:
    recorded_ = publisher.model_dump(include=set(publishers.FIELDS))
    return {name: "" if value is None else str(value) for name, value in recorded_.items()}


def _page(
    form: Form,
    publisher: Publisher | None,
    error: DeskError | None = None,
    status: int = 200,
    offer: Form | None = None,
) -> Response:
    session = database_session()
    values: dict[str, Any] = {"publisher": publisher, "offers": (), "changeable": True}
    if publisher is not None:
        values["offers"] = publishers.offers_of(session, publisher)
        values["changeable"] = publishers.may_change(session, viewer(), publisher)
    values["offer"] = offer_form({}) if offer is None else offer
    return filled_page("publishers/edit.html", form, error, status, **values)
