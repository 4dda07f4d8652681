"""What keeps others out: where a write comes from, where a reader may be sent, and the headers of every page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from webapp.errors import DeskError, NotAllowed
from webapp.i18n import _

csrf = CSRFProtect()


class UnknownHost(DeskError):
    """The desk was asked for under a name that it does not answer to."""

    status = 400


class TooManyFields(DeskError):
    """No form of ours has so many fields; nothing was done."""

    status = 413


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
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT = "max-age=31536000"
"""A browser that came by https comes by https for a year; of other hosts beside this one we say nothing."""
ANY_HOST = frozenset({"health.alive", "health.ready"})
"""What a load balancer asks for by address."""


def init_app(app: Flask) -> None:
    """Check the host before all else, and set the headers on every response.

    The token is checked in ``refuse_forged``, after the object is found.
    """
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.before_request(_refuse_unknown_host)
    app.after_request(_set_headers)


def _refuse_unknown_host() -> None:
    """Refuse another name than those of the settings: an address made from it would lead the reader astray.

    Flask's own list is not used: it refuses before addresses can be made, so that there could be no page that says why.
    """
    allowed = current_app.extensions["onbehalf"].settings.allowed_hosts
    if not allowed or request.endpoint in ANY_HOST:
        return
    if _parts(f"//{request.host}").hostname not in allowed:
        raise UnknownHost(
            _("This desk does not answer to the name in the address."),
            remedy=_("Use the address you were given; whoever runs the desk can add a name to ONBEHALF_ALLOWED_HOSTS."),
        )


def refuse_forged() -> None:
    """Check that a write comes from a page of ours.

    :raises TooManyFields: if no page of ours could have sent it.
    :raises NotAllowed: if the browser says that another site sent it.
    :raises StaleForm: if the token is missing or wrong.
    """
    if request.method in SAFE_METHODS:
        return
    if sum(map(len, request.form.listvalues())) > current_app.config["MAX_FORM_PARTS"]:
        raise TooManyFields(
            _("What was sent has more fields than any form of this desk."),
            remedy=_("Start from the pages of this desk."),
        )
    origin = request.headers.get("Origin")
    foreign_origin = origin is not None and not (request.host and _parts(origin).netloc == request.host)
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


def _parts(address: str) -> SplitResult:
    """Take an address apart; one that is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def safe_next(target: str | None, otherwise: str) -> str:
    """Return ``target`` if it is a path of ours, else ``otherwise``; never another site."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\x00-\x20\x7f\\]*", target):
        return otherwise
    return target


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
    if not (request.endpoint or "").endswith("static"):  # a list taken away is kept by nobody on its way
        html = response.mimetype == "text/html"
        response.headers.setdefault("Cache-Control", "private, no-cache" if html else "private, no-store")
    return response
