"""The handover pack: one request as a clean page to print, a file to save, or plain text for a mail."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from webapp import assets, portal_words
from webapp.response_clock import state_of
from webapp.views import trail
from webapp.views.gate import deployment, the_request

bp = Blueprint("request_pack", __name__)


@bp.get("/requests/<ref>/pack")
def page(ref: str) -> Response:
    """Return the pack: ``as=text`` in plain text, ``save=1`` as a file that needs nothing of this desk."""
    as_text, save = request.args.get("as") == "text", request.args.get("save") == "1"
    service_request, kind = the_request(), "txt" if as_text else "html"
    response = make_response(
        render_template(
            f"requests/pack.{kind}",
            request_=service_request,
            portal=portal_words.of_request(
                service_request, deployment().plugins.clouds, request.args.get("portal", "")
            ),
            state_of=state_of,
            style=_style() if save and not as_text else "",
        )
    )
    trail.taken_away(service_request, as_text=as_text, saved=save)
    response.mimetype = "text/plain" if as_text else "text/html"
    if save:
        response.headers["Content-Disposition"] = f"attachment; filename={service_request.ref}.{kind}"
    return response


def _style() -> str:
    """Return the pack's style sheet, for a file that must carry its own."""
    return assets.text_of("pack.css")
