"""Customers from a file: a dry run that says what is wrong with every line, then all of them at once."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import customer_import
from webapp.customer_import import COLUMNS, Checked
from webapp.errors import DeskError
from webapp.views import trail
from webapp.views.gate import database_session, deployment, viewer
from webapp.views.preferences import NothingSent

bp = Blueprint("customer_import", __name__)


@bp.get("/customers/import")
def page() -> Response:
    """Explain the columns, and take a file."""
    return _page("")


@bp.post("/customers/import")
def take() -> Response | BaseResponse:
    """Check the file; with ``action=import``, add its customers if every line fits."""
    text, found = "", None
    try:
        text = _text()
        found = customer_import.checked(database_session(), deployment(), viewer().partner, text)
        if request.form.get("action") != "import" or found.problems:
            return _page(text, found, status=422 if found.problems else 200)
        customer_import.write(database_session(), deployment(), viewer().partner, found, viewer=viewer())
    except DeskError as error:
        database_session().rollback()
        trail.refused(error)
        return _page(text, found, error, error.status)
    return redirect(url_for("customers.index"), code=303)


@bp.errorhandler(NothingSent)
def read_otherwise(error: NothingSent) -> Response:
    """Show the page again with the text; a file that was chosen has become text."""
    return _page(_text(), error=error)


def _text() -> str:
    """Return the words of the text area; those of a file that was chosen come before them.

    :raises Invalid: if the file is not text.
    """
    upload = request.files.get("file")
    content = upload.read() if upload else b""
    return customer_import.decoded(content) if content else request.form.get("text", "").replace("\r\n", "\n")


def _page(text: str, found: Checked | None = None, error: DeskError | None = None, status: int = 200) -> Response:
    response = make_response(
        render_template("customers/import.html", text=text, found=found, error=error, columns=COLUMNS)
    )
    response.status_code = status
    return response
