"""Help: the documents' questions and answers in our own words, per cloud."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.help import Help
from webapp.views.gate import deployment, viewer

bp = Blueprint("help", __name__)


@bp.get("/help")
def page() -> str:
    """Show the answers, and the pages each document points to (R41, R42, R73)."""
    return render_template("help/page.html", help=Help(deployment(), viewer()))
