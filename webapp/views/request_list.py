"""The list of requests as a whole: its page; name a view of it, change several of its rows, take that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import bulk, htmx, request_list, saved_views
from webapp.errors import Conflict, DeskError, Invalid
from webapp.intake import new_key
from webapp.product_names import named_in
from webapp.request_list import Filters
from webapp.response_clock import state_of
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("request_list", __name__)


def page_of(filters: Filters, error: DeskError | None = None) -> Response:
    """Return the requests that match; after an ``error`` with what was ticked and typed."""
    g.list_filters = filters
    plugins = deployment().plugins
    named, size = named_in(plugins, filters.q), deployment().settings.page_size
    return htmx.render(
        "requests/list.html",
        "requests/_rows.html",
        status=error.status if error else 200,
        listed=request_list.page(database_session(), viewer(), filters, size=size, named=named),
        filters=filters,
        state_of=state_of,
        products={key: product.label for (_cloud, key), product in plugins.products.items()},
        error=error,
        name_taken=isinstance(error, saved_views.NameTaken),
        ticked=request.form.getlist("ref"),
        typed=request.form,
        **_conveniences(),
    )


def _conveniences() -> dict[str, Any]:
    """Return what the list has besides its rows: saved views, and what was last done to several requests at once."""
    session, who, number = database_session(), viewer(), request.args.get("done", "")
    action = (
        bulk.fetch(session, who, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    )
    return {
        "views": saved_views.listed(session, who),
        "bulk_key": new_key(),
        "action": action,
        "undoable": action is not None and bulk.may_undo(action, deployment().now()),
    }


@bp.post("/request-views")
def keep_view() -> BaseResponse:
    """Keep the filters of the form under a name; a refusal comes back in the list."""
    filters, name = Filters.read(request.form), request.form.get("name", "")
    try:
        view = saved_views.save(database_session(), viewer(), name, filters, replace="replace" in request.form)
    except (Invalid, Conflict) as error:
        return page_of(filters, error)
    return redirect(_list(view.query), code=303)


@bp.get("/request-views/<int:view_id>")
def view(view_id: int) -> str:
    """Show one view, to rename or remove it."""
    return _page(view_id)


@bp.post("/request-views/<int:view_id>")
def rename_view(view_id: int) -> BaseResponse | tuple[str, int]:
    """Give a view another name."""
    found = saved_views.fetch(database_session(), viewer(), view_id)
    try:
        saved_views.rename(database_session(), viewer(), found, request.form.get("name", ""))
    except DeskError as error:
        return _page(view_id, error), error.status
    return redirect(_list(found.query), code=303)


@bp.post("/request-views/<int:view_id>/remove")
def remove_view(view_id: int) -> BaseResponse:
    """Forget a view."""
    saved_views.remove(database_session(), saved_views.fetch(database_session(), viewer(), view_id))
    return redirect(url_for("requests.index"), code=303)


@bp.post("/request-actions")
def change() -> BaseResponse:
    """Write a note to the requests ticked, or close them; the list then says what was done, or why nothing was."""
    form = request.form
    try:
        action = bulk.apply(
            database_session(),
            deployment(),
            viewer(),
            form.getlist("ref"),
            form.get("action", ""),
            form.get("text", ""),
            form.get("request_key", ""),
        )
    except Invalid as error:
        return page_of(_filters_of_form(), error)
    return redirect(_back(action.id), code=303)


@bp.post("/request-actions/<int:action_id>/undo")
def undo(action_id: int) -> Response | BaseResponse | str:
    """Take back what was done, but for requests that somebody has changed since."""
    action = bulk.fetch(database_session(), viewer(), action_id)
    left = bulk.undo(database_session(), deployment(), viewer(), action)
    if left:
        return render_template("requests/undone.html", left=left)
    return redirect(_back(action.id), code=303)


def _back(action_id: int) -> str:
    """Return the address of the list as it was filtered, with what was done."""
    return _list({**_filters_of_form().query(after=""), "done": action_id})


def _filters_of_form() -> Filters:
    """Return the filters of the list that the form was on."""
    return Filters.read(dict(parse_qsl(request.form.get("query", "")[:2000])))


def _list(query: Mapping[str, Any]) -> str:
    """Return the address of the list with these filters."""
    return url_for("requests.index", **dict(query))


def _page(view_id: int, error: DeskError | None = None) -> str:
    found = saved_views.fetch(database_session(), viewer(), view_id)
    name = request.form.get("name", found.name)
    return render_template("requests/view.html", view=found, name=name, error=error, length=saved_views.NAME_LENGTH)
