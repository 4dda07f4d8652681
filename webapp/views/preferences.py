"""The reader's language, theme and shortcuts, from every page and back to it."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import refresh
from werkzeug.wrappers import Response as BaseResponse

from webapp import members
from webapp.i18n import LANGUAGES
from webapp.security import SAFE_METHODS, safe_next
from webapp.views import kept_words
from webapp.views.gate import database_session

bp = Blueprint("preferences", __name__)
THEMES = ("auto", "light", "dark")
SWITCH = ("on", "off")
OWN_FIELDS = frozenset({"words_for", "language_of_pages"})


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
    _keep()
    return redirect(safe_next(request.form.get("next"), url_for("home.page")), code=303)


@bp.post("/preferences/words")
def save_with_words() -> Response:
    """Keep the language chosen inside a form, and give every word of that form back in it, ready to be sent.

    It serves browsers without JavaScript; the others keep the words of a page by themselves (words.js).
    """
    _keep()
    refresh()
    action = safe_next(request.form.get("words_for"), url_for("home.page"))
    kept = kept_words.of_this_request(action=action, without=OWN_FIELDS)
    return make_response(render_template("trouble/words.html", kept=kept))


def _keep() -> None:
    """Remember the choices: a member's language on their record, so that it follows them; the rest in this browser."""
    language, who = request.form.get("language_of_pages") or request.form.get("language"), g.get("viewer")
    if language in LANGUAGES:
        if who is None:
            session["language"] = language
        else:
            session.pop("language", None)
            members.choose_language(database_session(), who, str(language))
    if request.form.get("theme") in THEMES:
        session["theme"] = request.form["theme"]
    if request.form.get("shortcuts") in SWITCH:
        session["shortcuts"] = request.form["shortcuts"]
