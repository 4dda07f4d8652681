"""Error pages: what happened, what to do next, and the reference under which it stands in the log."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel
from werkzeug.exceptions import HTTPException

from webapp import database_trouble, errors
from webapp.errors import DeskError
from webapp.i18n import LazyText, _
from webapp.permissions import Viewer
from webapp.security import SAFE_METHODS
from webapp.views import kept_words

log = logging.getLogger("onbehalf")
MESSAGES: dict[int, tuple[LazyText, LazyText]] = {
    404: (_("There is no such page."), _("Check the address, or start from Home.")),
    405: (_("This page cannot be asked for in that way."), _("Use the buttons and links of the pages.")),
    413: (
        _("What was sent is larger than this desk takes."),
        _("Go back: your text is still in the form. Shorten it, and attach long logs in the portal."),
    ),
}
RETRY_AFTER_SECONDS = "30"
OTHERWISE = (_("This did not work."), _("Go back and try again; if it stays so, tell whoever runs this desk."))


def init_app(app: Flask) -> None:
    """Turn every error into a page with a remedy."""
    app.register_error_handler(DeskError, refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(Exception, _unexpected)


def refusal(error: DeskError) -> Response:
    """Show a refusal with its remedy."""
    return _page(error.message, error.remedy, error.status)


def _http(error: HTTPException) -> Response:
    message, remedy = MESSAGES.get(error.code or 500, OTHERWISE)
    return _page(message, remedy, error.code or 500)


def _database(error: Exception) -> Response:
    trouble = database_trouble.of(error, wrote=request.method not in SAFE_METHODS)
    if trouble is None:
        return _unexpected(error)
    log.error("reference=%s database error=%s", errors.reference.get(), type(error).__name__, exc_info=error)
    _let_go_of_the_database()
    response = refusal(trouble)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _unexpected(error: Exception) -> Response:
    log.error("reference=%s unexpected error=%s", errors.reference.get(), type(error).__name__, exc_info=error)
    _let_go_of_the_database()
    return _page(*OTHERWISE, 500)


def _let_go_of_the_database() -> None:
    """Make the page of trouble with what is in memory: a row to be read again would be the next trouble."""
    who: Viewer | None = g.get("viewer")
    if who is not None and not (_is_kept(who.member) and _is_kept(who.partner)):
        g.viewer = None
    for name in ("customer", "service_request"):
        if name in g and not _is_kept(g.get(name)):
            g.pop(name)


def _is_kept(row: SQLModel) -> bool:
    """Take a row out of its session, and say whether all of it is still in memory."""
    session = g.get("session")
    if session is not None and row in session:
        session.expunge(row)
    return not inspect(row).expired_attributes


def _page(message: str | LazyText, remedy: str | LazyText, status: int) -> Response:
    g.in_trouble = True  # the page asks the database for nothing more: it may be what the trouble is about
    kept = kept_words.of_this_request()
    page = render_template("trouble/page.html", message=message, remedy=remedy, status=status, kept=kept)
    response = make_response(page)
    response.status_code = status
    return response
