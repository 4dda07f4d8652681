"""What the pages of all records have in common: a form that comes back with its words, or the page behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp.errors import DeskError
from webapp.views import trail
from webapp.views.gate import database_session

Again = Callable[[DeskError | None, int], Response]


def recorded(form: Form, save: Callable[[], None], behind: str, again: Again) -> Response | BaseResponse:
    """Save a form that fits and go on to ``behind``; else show it ``again``, with what is wrong and every word."""
    return attempted(save, behind, again) if form.validate() else again(None, 422)


def attempted(save: Callable[[], None], behind: str, again: Again) -> Response | BaseResponse:
    """Do it and go on to ``behind``; what is refused comes back on the page."""
    try:
        save()
    except DeskError as error:
        database_session().rollback()
        trail.refused(error)
        return again(error, error.status)
    return redirect(behind, code=303)


def filled_page(template: str, form: Form, error: DeskError | None, status: int, **values: Any) -> Response:
    """Return a page that holds a form."""
    response = make_response(render_template(template, form=form, error=error, **values))
    response.status_code = status
    return response
