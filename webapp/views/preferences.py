"""The reader's language and theme, from every page and back to it."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.i18n import LANGUAGES
from webapp.security import SAFE_METHODS, safe_next

bp = Blueprint("preferences", __name__)
THEMES = ("auto", "light", "dark")


def this_page() -> str:
    """Return the address under which the page being read can be opened again, also where it answers a form."""
    if "service_request" in g:
        return url_for("requests.show", ref=g.service_request.ref)
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    if "product_key" in g:
        return url_for("customers.new", customer_id=g.customer.id, product=g.product_key)
    return url_for("home.page")


@bp.post("/preferences")
def save() -> BaseResponse:
    """Keep what was chosen; an unknown choice changes nothing."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    if request.form.get("theme") in THEMES:
        session["theme"] = request.form["theme"]
    return redirect(safe_next(request.form.get("next"), url_for("home.page")), code=303)
