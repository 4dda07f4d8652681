"""The deployment's plugins, for its operator alone."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.plugins import report
from webapp.views.gate import deployment

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
    """Show what is installed, what runs, how it is doing, and what it brings; no plugin is asked for it."""
    plugins = deployment().plugins
    return render_template(
        "plugins/list.html",
        plugins=report.of(plugins),
        states=report.STATES,
        marks=MARKS,
        safe_mode=plugins.safe_mode,
    )
