"""Where a member is signed in, and ending it."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import sessions
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("sessions", __name__)


@bp.get("/sessions")
def index() -> str:
    """List the viewer's own sessions."""
    limits = sessions.Limits.of(deployment().settings)
    found = sessions.of_member(database_session(), viewer(), limits, deployment().now())
    settings = deployment().settings
    return render_template(
        "sessions/page.html",
        found=found,
        this=g.user_session.id,
        minutes=settings.session_idle_minutes,
        hours=settings.session_hours,
    )


@bp.post("/sessions/<session_id>/end")
def end(session_id: str) -> BaseResponse:
    """End one of the viewer's own sessions; the gate asks whoever ended this one to sign in."""
    sessions.end_own(database_session(), viewer(), session_id, deployment().now())
    return redirect(url_for("sessions.index"), code=303)
