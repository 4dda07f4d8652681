"""The quick switcher and the list of shortcuts: pages of their own, and dialogs over any page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request, url_for

from webapp import customers, find, htmx, roles
from webapp.i18n import LazyText, _
from webapp.tables.customers import Customer
from webapp.views import manage
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("find", __name__)
NAVIGATION: tuple[tuple[str, roles.Action, str, LazyText, str], ...] = (
    ("home.page", "own_desk", "house", _("Home"), "h"),
    ("customers.index", "see_customers", "people", _("Customers"), "c"),
    ("requests.index", "see_requests", "inbox", _("Requests"), "r"),
    ("figures.page", "see_requests", "bar-chart", _("Figures"), "f"),
    ("entitlements.index", "see_customers", "grid-3x3-gap", _("Entitlements"), "e"),
    ("help.page", "own_desk", "question-circle", _("Help"), "p"),
)
"""Page, what the reader must be allowed for it, icon, name, and the key that follows ``g``."""

SHORTCUTS: tuple[tuple[LazyText, tuple[tuple[str | LazyText, LazyText], ...]], ...] = (
    (
        _("Everywhere"),
        (
            ("/", _("Find a customer, a request or a page")),
            (_("Ctrl K"), _("Find a customer, a request or a page")),
            ("?", _("Show this list")),
            ("j", _("Next line of a list")),
            ("k", _("Previous line of a list")),
            (_("Esc"), _("Close what is open")),
        ),
    ),
    (_("Go to"), tuple((f"g {key}", label) for _endpoint, _action, _icon, label, key in NAVIGATION)),
    (
        _("The main job"),
        (
            ("n", _("On a customer's page: a new request for the first product that support is owed for")),
            (_("Ctrl Enter"), _("In a form: send it")),
            ("o", _("On a request's page: open the portal")),
            ("c", _("On a request's page: copy all answers")),
            ("t", _("On a request's page: type the vendor's number")),
            ("m", _("On a request's page: write a note")),
        ),
    ),
)


@bp.get("/find")
def page() -> Response:
    """Show what the words of the address find; a query of nothing shows the pages."""
    query = request.args.get("q", "").replace("\0", "")[:200]
    found = find.of(database_session(), deployment(), viewer(), query, places(), here=_here())
    return htmx.render("find/page.html", "find/_results.html", found=found)


@bp.get("/shortcuts")
def shortcuts() -> Response:
    """Show every shortcut, and whether single keys are on."""
    return htmx.render("find/shortcuts.html", "find/_shortcuts.html", shortcuts=SHORTCUTS)


def _here() -> Customer | None:
    """Return the customer whose page the switcher was opened on, if the viewer may see it.

    :raises NotFound: if the address names another.
    """
    named = request.args.get("customer", "")
    if not named:
        return None
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else -1
    return customers.fetch(database_session(), viewer(), number)


def navigation() -> list[tuple[str, str, LazyText, str]]:
    """Return endpoint, icon, name and shortcut of each page of the navigation that the reader may open."""
    who = viewer()
    pages = [(page, icon, label, key) for page, action, icon, label, key in NAVIGATION if roles.may(who, action)]
    if roles.may(who, "see_audit"):
        pages.append(("audit.index", "journal-text", _("Audit trail"), ""))
    return pages


def places() -> Iterator[find.Place]:
    """Yield the pages that the reader may open, as navigation names them."""
    for endpoint, action, icon, label, _key in NAVIGATION:
        if roles.may(viewer(), action):
            yield find.Place(url_for(endpoint), str(label), icon)
    for one in manage.pages():
        yield find.Place(url_for(one.endpoint), str(one.label), one.icon)
    yield find.Place(url_for("sessions.index"), str(_("Where you are signed in")), "shield-lock")
    yield find.Place(url_for("find.shortcuts"), str(_("Shortcuts")), "keyboard")
