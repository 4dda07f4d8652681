"""What one does to the list of requests as a whole: name a view of it, change several of its rows, take that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import bulk, saved_views
from webapp.errors import DeskError
from webapp.request_list import Filters
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("request_list", __name__)


@bp.post("/request-views")
def keep_view() -> BaseResponse:
    """Keep the filters of the form under a name."""
    filters = Filters.read(request.form)
    view = saved_views.save(database_session(), viewer(), request.form.get("name", ""), filters)
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
    """Write a note to the requests ticked, or close them; the list then says what was done."""
    form = request.form
    action = bulk.apply(
        database_session(),
        deployment(),
        viewer(),
        form.getlist("ref"),
        form.get("action", ""),
        form.get("text", ""),
        form.get("request_key", ""),
    )
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
    filters = Filters.read(dict(parse_qsl(request.form.get("query", "")[:2000])))
    return _list({**filters.query(after=""), "done": action_id})


def _list(query: Mapping[str, Any]) -> str:
    """Return the address of the list with these filters."""
    return url_for("requests.index", **dict(query))


def _page(view_id: int, error: DeskError | None = None) -> str:
    found = saved_views.fetch(database_session(), viewer(), view_id)
    name = request.form.get("name", found.name)
    return render_template("requests/view.html", view=found, name=name, error=error, length=saved_views.NAME_LENGTH)
