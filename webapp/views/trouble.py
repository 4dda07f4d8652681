"""Error pages: what happened, what to do next, and the reference under which it stands in the log."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from webapp import errors
from webapp.errors import DeskError
from webapp.i18n import LazyText, _

log = logging.getLogger("onbehalf")
MESSAGES: dict[int, tuple[LazyText, LazyText]] = {
    404: (_("There is no such page."), _("Check the address, or start from Home.")),
    405: (_("This page cannot be asked for in that way."), _("Use the buttons and links of the pages.")),
    413: (
        _("What was sent is larger than this desk takes."),
        _("Go back: your text is still in the form. Shorten it, and attach long logs in the portal."),
    ),
}
OTHERWISE = (_("This did not work."), _("Go back and try again; if it stays so, tell whoever runs this desk."))


def init_app(app: Flask) -> None:
    """Turn every error into a page with a remedy."""
    app.register_error_handler(DeskError, refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(Exception, _unexpected)


def refusal(error: DeskError) -> Response:
    """Show a refusal with its remedy."""
    return _page(error.message, error.remedy, error.status)


def _http(error: HTTPException) -> Response:
    message, remedy = MESSAGES.get(error.code or 500, OTHERWISE)
    return _page(message, remedy, error.code or 500)


def _database(error: Exception) -> Response:
    log.error("reference=%s database error=%s", errors.reference.get(), type(error).__name__, exc_info=error)
    return _page(
        _("The database cannot be reached, or is busy."),
        _("Go back: your text is still in the form. Try again in a minute."),
        503,
    )


def _unexpected(error: Exception) -> Response:
    log.error("reference=%s unexpected error=%s", errors.reference.get(), type(error).__name__, exc_info=error)
    return _page(*OTHERWISE, 500)


def _page(message: str | LazyText, remedy: str | LazyText, status: int) -> Response:
    response = make_response(render_template("trouble/page.html", message=message, remedy=remedy, status=status))
    response.status_code = status
    return response
