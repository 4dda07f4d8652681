"""Help: the documents' questions and answers in our own words, per cloud."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.errors import NotFound
from webapp.help import Help
from webapp.i18n import _
from webapp.views.gate import deployment, viewer

bp = Blueprint("help", __name__)


@bp.get("/help")
def page() -> str:
    """Show the answers, and the pages each document points to (R41, R42, R73)."""
    return render_template("help/page.html", help=Help(deployment(), viewer()))


@bp.get("/help/clouds/<key>")
def cloud(key: str) -> str:
    """Show one cloud: who operates it, what is sold there, its portals and pages (R2, R73).

    :raises NotFound: if no cloud of this key is enabled.
    """
    shown = Help(deployment(), viewer())
    sold = next((one for one in shown.sold if one.cloud.key == key), None)
    if sold is None:
        raise NotFound(
            _("No cloud is known by the name %(key)s here.", key=key[:40]),
            remedy=_("Choose a cloud in Help, or ask whoever runs this desk to enable its plugin."),
        )
    return render_template("help/cloud.html", sold=sold)
