"""The deployment's plugins, for its operator alone."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.plugins import report
from webapp.views.gate import deployment

bp = Blueprint("plugins", __name__)


@bp.get("/admin/plugins")
def index() -> str:
    """Show what is installed, what is enabled, and what it brings."""
    return render_template("plugins/list.html", plugins=report.of(deployment().plugins))
