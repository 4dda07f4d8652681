"""Signing in and out."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import admission, errors, limits, openid, partners, security, sign_in
from webapp.config import is_loopback
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.sign_in_refused import RECORDED, SignInRefused
from webapp.views.gate import database_session, deployment

log = logging.getLogger("onbehalf")
bp = Blueprint("sign_in", __name__)
examples = Blueprint("example_sign_in", __name__)
"""The example members' way in: it exists in the demo alone."""


@bp.get("/sign-in")
def page() -> str | BaseResponse:
    """Show the ways to sign in."""
    destination = _destination(request.args.get("next"))
    if g.viewer is not None:
        return redirect(destination, code=303)
    demo = bool(current_app.config["DEMO"]) and is_loopback(request.remote_addr)
    return render_template(
        "sign_in/page.html",
        members=partners.members(database_session()) if demo else (),
        ways=[
            (key, deployment().plugins.clouds[key], way.label)
            for key, way in deployment().settings.sign_in.items()
            if key in deployment().plugins.clouds
        ],
        next=destination,
    )


@bp.get("/sign-in/oidc")
def start() -> BaseResponse:
    """Send the reader to the provider of a cloud; ``other=1`` lets them choose another account there."""
    cloud = request.args.get("cloud", "")
    then = _destination(request.args.get("next"))
    database_session().close()  # the provider may be slow, and nobody waits for a connection meanwhile
    address = openid.begin(
        deployment(), cloud, back=_back(cloud), then=then, other_account=request.args.get("other") == "1"
    )
    return redirect(address, code=303)


@bp.get("/sign-in/oidc/callback/<cloud>")
@limits.admits
def arrive(cloud: str) -> BaseResponse:
    """Take the provider's answer: sign the reader in, and show the page they wanted."""
    database_session().close()
    arrival = openid.finish(deployment(), cloud, request.args, back=_back(cloud))
    with deployment().database.writing() as session:
        member = admission.admit(session, deployment(), arrival)
        session.flush()
        sign_in.begin(session, member.id, cloud)
    return redirect(_destination(arrival.next), code=303)


@examples.post("/sign-in/demo")
def enter() -> BaseResponse:
    """Sign an example member in, on the machine that runs the demo alone."""
    if not is_loopback(request.remote_addr):
        raise NotFound(_("There is no such page."), remedy=_("Check the address, or start from Home."))
    member = partners.member_by_key(database_session(), request.form.get("member", ""))
    sign_in.begin(database_session(), member.id)
    return redirect(_destination(request.form.get("next")), code=303)


@bp.post("/sign-out")
def leave() -> Response | BaseResponse:
    """Sign out."""
    sign_in.end(database_session(), g.viewer)
    return redirect(url_for("sign_in.page"), code=303)


@bp.app_errorhandler(SignInRefused)
def refused(error: SignInRefused) -> Response:
    """Show why nobody was signed in, and the ways on."""
    log.warning("reference=%s sign-in refused cause=%s cloud=%s", errors.reference.get(), error.cause, error.cloud)
    if error.cause in RECORDED:
        with deployment().database.writing() as session:
            sign_in.refused(session, error)
    response = make_response(render_template("sign_in/refused.html", error=error))
    response.status_code = error.status
    return response


def _destination(wanted: str | None) -> str:
    return security.safe_next(wanted, url_for("home.page"))


def _back(cloud: str) -> str:
    return url_for("sign_in.arrive", cloud=cloud, _external=True)
