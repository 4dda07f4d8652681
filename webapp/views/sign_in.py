"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import partners, security, sign_in
from webapp.views.gate import database_session

bp = Blueprint("sign_in", __name__)
examples = Blueprint("example_sign_in", __name__)
"""The example members' way in: it exists in the demo alone."""


@bp.get("/sign-in")
def page() -> str | BaseResponse:
    """Show the ways to sign in."""
    destination = security.safe_next(request.args.get("next"), url_for("home.page"))
    if g.viewer is not None:
        return redirect(destination, code=303)
    members = partners.members(database_session()) if current_app.config["DEMO"] else ()
    return render_template("sign_in/page.html", members=members, next=destination)


@examples.post("/sign-in/demo")
def enter() -> BaseResponse:
    """Sign an example member in."""
    member = partners.member_by_key(database_session(), request.form.get("member", ""))
    sign_in.begin(member.id)
    return redirect(security.safe_next(request.form.get("next"), url_for("home.page")), code=303)


@bp.post("/sign-out")
def leave() -> Response | BaseResponse:
    """Sign out."""
    sign_in.end()
    return redirect(url_for("sign_in.page"), code=303)
