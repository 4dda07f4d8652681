"""Page or fragment: the only module that knows ``HX-`` headers."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request
from htmx_flask import Htmx

CONFIG = (
    '{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0,'
    '"allowScriptTags":false,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"403","swap":true},{"code":"422","swap":true},{"code":"409","swap":true},{"code":"500","swap":true},'
    '{"code":"503","swap":true},{"code":"[45]..","swap":false,"error":true}]}'
)
"""What htmx may do: no eval, no inline styles; a refused or unfit form comes back as the form with its words."""


def init_app(app: Flask) -> None:
    """Let requests know htmx, and caches that one address has two forms."""
    Htmx(app)
    app.jinja_env.globals["htmx_config"] = CONFIG
    app.after_request(_vary)


def wants_fragment() -> bool:
    """Say whether only a part of the page is asked for."""
    hx = request.htmx  # type: ignore[attr-defined]  # htmx-flask puts it on the request
    return bool(hx) and not hx.boosted and not hx.history_restore_request


def render(page: str, fragment: str, status: int = 200, **values: Any) -> Response:
    """Return ``fragment`` to htmx and ``page``, which includes it, to everyone else."""
    template = fragment if wants_fragment() else page
    response = make_response(render_template(template, **values))
    response.status_code = status
    return response


def leave(url: str) -> Response:
    """Send the reader to another page of ours; htmx would swap a followed redirect into the form."""
    if not wants_fragment():
        return make_response(redirect(url, code=303))
    response = make_response("", 200)
    response.headers["HX-Redirect"] = url
    return response


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    return response
