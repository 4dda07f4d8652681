"""The reader's language, theme and shortcuts: from every page, back to it, and without losing what was typed there."""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import refresh
from werkzeug.wrappers import Response as BaseResponse

from webapp import members
from webapp.errors import DeskError
from webapp.i18n import LANGUAGES, _
from webapp.security import SAFE_METHODS, safe_next
from webapp.views import kept_words
from webapp.views.gate import database_session

bp = Blueprint("preferences", __name__)
THEMES = ("auto", "light", "dark")
SWITCH = ("on", "off")
AS_THE_BROWSER = "browser"
BUTTON = "pages"
"""The button, inside a form of words, that changes language and theme and sends nothing."""

FORM_OF = {"add": "new", "change": "edit", "save": "page", "take": "page", "file": "new", "add_offer": "edit"}
"""The view that shows a form, by the view that takes it."""

ONCE = frozenset({"sign_in.start", "sign_in.arrive"})
"""Pages that an address opens once: what the provider wrote into it is nobody's to keep or to repeat."""


class NothingSent(DeskError):
    """Language or theme were changed inside a form: it is shown again with every word, and nothing was done."""

    status = 200


def init_app(app: Flask) -> None:
    """Look for the button before any view acts on the form; call it behind the gate."""
    app.before_request(_look_for_button)
    app.register_error_handler(NothingSent, _words_again)


def this_page() -> str:
    """Return the address under which the page being read can be opened again, also where it answers a form."""
    if request.endpoint in ONCE:
        return url_for("sign_in.page")
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    blueprint, _dot, view = (request.endpoint or "").rpartition(".")
    form, values = f"{blueprint}.{FORM_OF.get(view)}", dict(request.view_args or {})
    values.pop("offer_id", None)
    if form in current_app.view_functions:
        return url_for(form, **values, **({"product": g.product_key} if "product_key" in g else {}))
    return _page_shown()


def _page_shown() -> str:
    """Return the page of what the view has fetched."""
    if "list_filters" in g:
        return url_for("requests.index", **g.list_filters.query())
    if "service_request" in g:
        return url_for("requests.show", ref=g.service_request.ref)
    if "product_key" in g and "customer" in g:
        return url_for("customers.new", customer_id=g.customer.id, product=g.product_key)
    return url_for("home.page")


def chosen_language() -> str:
    """Return the language that the reader has chosen, or that they leave it to the browser."""
    who = g.get("viewer")
    chosen = str(who.member.language if who else session.get("language"))
    return chosen if chosen in LANGUAGES else AS_THE_BROWSER


@bp.post("/preferences")
def save() -> BaseResponse:
    """Keep what was chosen; an unknown choice changes nothing."""
    _keep(request.form.get("language"), request.form.get("theme"))
    if request.form.get("shortcuts") in SWITCH:
        session["shortcuts"] = request.form["shortcuts"]
    return redirect(safe_next(request.form.get("next"), url_for("home.page")), code=303)


def _look_for_button() -> None:
    """Keep the choices made inside a form of words, whatever the form is.

    It serves browsers without JavaScript; the others keep the words of a page by themselves (words.js).

    :raises NothingSent: so that the form comes back as one that was refused would: with its words, in the new language.
    """
    if request.method != "POST" or request.endpoint is None or g.get("viewer") is None or BUTTON not in request.form:
        return
    _keep(request.form.get("language_of_pages"), request.form.get("theme_of_pages"))
    refresh()
    raise NothingSent(
        _("Your choice of language and theme is kept."),
        remedy=_("Nothing has been sent yet, and every word you typed is here."),
    )


def _words_again(error: NothingSent) -> Response:
    """Give the words of a form back on a page of their own, where the form's own page does not show them again."""
    kept = kept_words.of_this_request()
    return make_response(render_template("trouble/words.html", kept=kept, error=error))


def _keep(language: str | None, theme: str | None) -> None:
    """Remember a member's language on their record, so that it follows them; the rest in this browser."""
    who = g.get("viewer")
    if language is not None and (language in LANGUAGES or language == AS_THE_BROWSER):
        chosen = "" if language == AS_THE_BROWSER else language
        if who is None:
            session["language"] = chosen
        elif who.member.language != chosen:
            members.choose_language(database_session(), who, chosen)
    if theme in THEMES:
        session["theme"] = theme
