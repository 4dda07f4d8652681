"""The deployment's plugins, for its operator alone."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import processes
from webapp.plugins import report
from webapp.views.gate import database_session, deployment

bp = Blueprint("plugins", __name__)
MARKS = {
    "enabled": "check-circle",
    "disabled": "dash-circle",
    "incompatible": "x-octagon",
    "failed": "x-octagon",
    "paused": "pause-circle",
}


@bp.get("/admin/plugins")
def index() -> str:
    """Show what is installed, what runs, how it is doing in each process, and what it brings; no plugin is asked."""
    known = processes.known_here(deployment(), database_session())
    return render_template(
        "plugins/list.html",
        known=known,
        serving=dict.fromkeys(standing.process for plugin in known for standing in plugin.standings),
        states=report.STATES,
        marks=MARKS,
        safe_mode=deployment().plugins.safe_mode,
    )
