"""The session cookie: signed, unreadable to scripts, and never sent where others could listen."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from webapp.config import is_loopback

PLAIN = "onbehalf"
SECURE = "__Host-onbehalf"
"""A browser takes this prefix only with Secure, for this host alone, so that no other site of the domain can set it."""


class DeskCookie(SecureCookieSessionInterface):
    """Flask's signed cookie; over http it is sent on this machine alone.

    A host that is not this machine gets the secure cookie although the request seems to come over http: it may have
    come through a proxy that ends TLS. Without TLS the browser then drops the cookie, and nobody signs in.
    """

    def get_cookie_name(self, app: Flask) -> str:
        return SECURE if self.get_cookie_secure(app) else PLAIN

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or not is_loopback(_host())

    def get_cookie_httponly(self, app: Flask) -> bool:
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def get_cookie_path(self, app: Flask) -> str:
        return "/"

    def get_cookie_domain(self, app: Flask) -> None:
        return None


def init_app(app: Flask) -> None:
    """Keep what a browser holds in this cookie."""
    app.session_interface = DeskCookie()


def _host() -> str | None:
    """Return the host as it was asked for; Flask's own property would refuse one that is not allowed, too early."""
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return None
