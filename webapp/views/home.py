"""Home: what needs the reader now; and what every page tells of the clocks."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp import home
from webapp.contracts_held import plan_label
from webapp.home import Alert
from webapp.response_clock import state_of
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("home", __name__)


@bp.get("/")
def page() -> str:
    """Show clocks, handovers without a number, refusals, ends, drafts and recent customers."""
    whose: home.Whose = "me" if request.args.get("whose") == "me" else "all"
    found = home.of(database_session(), deployment(), viewer(), whose)
    return render_template("home/page.html", home=found, state_of=state_of, plan_label=plan_label)


def alert() -> Alert:
    """Return what the navigation of every page tells of the viewer's clocks."""
    return home.alert(database_session(), viewer(), deployment().now())
