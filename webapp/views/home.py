"""Home: what needs the reader now; and what every page tells of the clocks."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request

from webapp import clocks, home
from webapp.clocks import Alert
from webapp.contracts_held import offered
from webapp.i18n import LazyText
from webapp.response_clock import state_of
from webapp.views import figures
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("home", __name__)
WHOSE: Mapping[str, home.Whose] = {"me": "me", "me_or_nobody": "me_or_nobody"}


@bp.get("/")
def page() -> str:
    """Show clocks, handovers without a number, refusals, ends, drafts and recent customers."""
    whose = WHOSE.get(request.args.get("whose", ""), "")
    weekly = figures.weekly()
    return render_template(
        "home/page.html",
        weekly=weekly,
        by_product=figures.by_product(weekly),
        home=home.of(database_session(), deployment(), viewer(), whose),
        state_of=state_of,
        plans=offered(deployment().plugins),
        product_named=_product_named,
    )


def alert() -> Alert:
    """Return what the navigation of every page tells of the viewer's clocks; on a page of trouble, nothing."""
    if g.get("in_trouble"):
        return Alert(0)
    return clocks.alert(database_session(), viewer(), deployment().now())


def _product_named(key: str) -> str | LazyText:
    """Return a product's label, or its key where no enabled plugin knows it any more."""
    product = deployment().plugins.product_anywhere(key)
    return product.label if product else key
