"""The reader's language and theme, from every page and back to it."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.i18n import LANGUAGES
from webapp.security import safe_next

bp = Blueprint("preferences", __name__)
THEMES = ("auto", "light", "dark")


@bp.post("/preferences")
def save() -> BaseResponse:
    """Keep what was chosen; an unknown choice changes nothing."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    if request.form.get("theme") in THEMES:
        session["theme"] = request.form["theme"]
    return redirect(safe_next(request.form.get("next"), url_for("home.page")), code=303)
