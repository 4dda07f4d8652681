"""Home: what needs the reader now."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import home
from webapp.i18n import LazyText
from webapp.response_clock import state_of
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("home", __name__)


@bp.get("/")
def page() -> str:
    """Show clocks, handovers without a number, drafts and recent customers."""
    return render_template(
        "home/page.html", home=home.of(database_session(), viewer()), state_of=state_of, product_named=_product_named
    )


def _product_named(key: str) -> str | LazyText:
    """Return a product's label, or its key where no enabled plugin knows it any more."""
    product = deployment().plugins.product_anywhere(key)
    return product.label if product else key
