"""Changing the text of a prepared request; whoever comes second sees both versions and chooses."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import editing, intake
from webapp.errors import DeskError
from webapp.intake import Intake
from webapp.security import StaleForm
from webapp.views import trail
from webapp.views.gate import database_session, deployment, the_request, viewer
from webapp.views.preferences import NothingSent

bp = Blueprint("editing", __name__)


@bp.get("/requests/<ref>/edit")
def page(ref: str) -> Response:
    """Show the request as a form again."""
    editing.require(the_request(), viewer())
    filled = editing.read(database_session(), deployment(), viewer(), the_request())
    return _form(filled, version=the_request().version)


@bp.post("/requests/<ref>/edit")
def save(ref: str) -> Response | BaseResponse:
    """Record the change; one that was overtaken comes back beside the other, with every word of both.

    Buttons of the same form: ``action=theirs`` leaves the request as it stands.
    """
    back = redirect(url_for("requests.show", ref=the_request().ref), code=303)
    if request.form.get("action") == "theirs":
        return back
    mine = _typed()
    try:
        editing.require(the_request(), viewer())
        if editing.overtaken_by(database_session(), the_request(), _version()):
            return _form(mine, version=the_request().version, since=_version(), status=409)
        mine.entitlement.require()
        if not mine.form.validate():
            return _form(mine, version=_version(), status=422)
        editing.save(database_session(), deployment(), viewer(), the_request(), mine)
    except DeskError as error:
        database_session().rollback()
        trail.refused(error)
        return _form(mine, version=_version(), error=error, status=error.status)
    return back


@bp.errorhandler(StaleForm)
@bp.errorhandler(NothingSent)
def stale(error: DeskError) -> Response:
    """Show the form with every word that was typed and a fresh token."""
    return _form(_typed(), version=_version(), error=error, status=error.status)


def _typed() -> Intake:
    words = intake.typed_words(request.form)
    return editing.read(database_session(), deployment(), viewer(), the_request(), words)


def _version() -> int:
    """Return the version that the form began with; a form without one began before all changes."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def _form(
    filled: Intake, *, version: int, since: int | None = None, error: DeskError | None = None, status: int = 200
) -> Response:
    """Show the form; ``since`` is the version that was overtaken, shown beside the one that overtook it."""
    overtaken = since is not None
    response = make_response(
        render_template(
            "requests/edit.html",
            intake=filled,
            request_=the_request(),
            version=version,
            error=error,
            other=editing.overtaken_by(database_session(), the_request(), since) if since is not None else None,
            differences=editing.differences(filled, the_request()) if overtaken else (),
        )
    )
    response.status_code = status
    return response
