"""What keeps others out: where a write comes from, where a reader may be sent, and the headers of every page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from webapp.errors import NotAllowed
from webapp.i18n import _

csrf = CSRFProtect()


class StaleForm(NotAllowed):
    """The form's token is missing or too old: sent again from a fresh page, it is taken."""


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Set the headers on every response; the token is checked in ``refuse_forged``, after the object is found."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.after_request(_set_headers)


def refuse_forged() -> None:
    """Check that a write comes from a page of ours.

    :raises NotAllowed: if the browser says that another site sent it.
    :raises StaleForm: if the token is missing or wrong.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    foreign_origin = origin is not None and urlsplit(origin).netloc != request.host
    foreign_site = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if foreign_origin or foreign_site:
        raise NotAllowed(
            _("Another site sent this form, so nothing was done."), remedy=_("Start from the pages of this desk.")
        )
    try:
        csrf.protect()
    except CSRFError as error:
        raise StaleForm(
            _("The page this was sent from is too old, so nothing was done."),
            remedy=_("If your form is shown here, send it again; else go back, reload the page and send it again."),
        ) from error


def safe_next(target: str | None, otherwise: str) -> str:
    """Return ``target`` if it is a path of ours, else ``otherwise``; never another site."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\x00-\x20\x7f\\]*", target):
        return otherwise
    return target


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
