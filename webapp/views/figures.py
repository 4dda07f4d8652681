"""Figures: charts where people would rather look than read, each with its numbers as a table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp import figures
from webapp.i18n import LazyText, _
from webapp.sign_in import reading_zone
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("figures", __name__)


@bp.get("/figures")
def page() -> str:
    """Show the figures of the period, cloud and product that the address names."""
    asked = request.args.get("weeks", "")
    weeks = int(asked) if asked in map(str, figures.PERIODS) else figures.PERIODS[0]
    cloud, product = request.args.get("cloud", ""), request.args.get("product", "")
    found = figures.of(
        database_session(),
        viewer(),
        now=deployment().now(),
        zone=reading_zone(),
        weeks=weeks,
        cloud=cloud,
        product=product,
    )
    return render_template(
        "figures/page.html",
        figures=found,
        periods=figures.PERIODS,
        chosen={"weeks": weeks, "cloud": cloud, "product": product},
        products=_products(),
        name_of_product=lambda key: _products().get(key, key) if key else _("Others"),
        name_of_cloud=_name_of_cloud,
    )


def _products() -> dict[str, str | LazyText]:
    return {key: product.label for (_cloud, key), product in deployment().plugins.products.items()}


def _name_of_cloud(key: str) -> str | LazyText:
    """Return a cloud's name; one that is not enabled any more is shown by its key."""
    cloud = deployment().plugins.clouds.get(key)
    return cloud.name if cloud else key or _("Others")
