"""Figures: charts where people would rather look than read, each with its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, request

from webapp import charts, figures
from webapp.charts import Part, Stack
from webapp.figures import OTHERS, Figures, Series, Weekly
from webapp.i18n import LazyText, _
from webapp.moments import in_days, number, percent
from webapp.sign_in import reading_zone
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("figures", __name__)


@bp.get("/figures")
def page() -> str:
    """Show the figures of the period, cloud and product that the address names."""
    asked = request.args.get("weeks", "")
    weeks = int(asked) if asked in map(str, figures.PERIODS) else figures.PERIODS[0]
    cloud, product = (request.args.get(name, "").replace("\0", "")[:40] for name in ("cloud", "product"))
    now, zone = deployment().now(), reading_zone()
    found = figures.of(database_session(), viewer(), now=now, zone=zone, weeks=weeks, cloud=cloud, product=product)
    return render_template(
        "figures/page.html",
        figures=found,
        periods=figures.PERIODS,
        chosen={"weeks": weeks, "cloud": cloud, "product": product},
        products=_products(),
        name_of_product=_name_of_product,
        by_product=by_product(found),
        by_cloud=_by_cloud(found),
        answers=_answers(found),
        answers_by_week=_answers_by_week(found),
        days=_days(found),
    )


def weekly() -> Weekly:
    """Return the reader's requests per week, for Home."""
    now, zone = deployment().now(), reading_zone()
    return figures.weekly(database_session(), viewer(), now=now, zone=zone, weeks=figures.PERIODS[0])


def by_product(found: Weekly) -> Stack:
    """Return the chart of requests per week by product; a product has the same pattern on every chart."""
    keys = list(_products())
    return charts.stack(found.weeks, [_part(one, _name_of_product(one.key), keys) for one in found.by_product])


def _by_cloud(found: Figures) -> Stack:
    keys = list(deployment().plugins.clouds)
    return charts.stack(found.weeks, [_part(one, _name_of_cloud(one.key), keys) for one in found.by_cloud])


def _part(series: Series, name: str | LazyText, keys: Iterable[str]) -> Part:
    return Part(name, series.counts, charts.pattern_of(series.key, keys))


def _answers_by_week(found: Figures) -> Stack:
    return charts.stack(found.weeks, [Part(_("In time"), found.in_time, 1), Part(_("Late"), found.too_late, 2)])


def _answers(found: Figures) -> charts.Rows:
    """Return the share of first answers in time of each product, and a line at that of all together."""
    lines = [
        (
            _name_of_product(one.product),
            one.share,
            _(
                "%(share)s: %(met)s of %(due)s",
                share=percent(one.share),
                met=number(one.in_time),
                due=number(one.due),
            ),
        )
        for one in found.answered
    ]
    return charts.rows(lines, most=1, mark=found.share_in_time)


def _days(found: Figures) -> charts.Rows:
    """Return how long half of each product's requests took at most, and a line at that of all together."""
    lines = [(_name_of_product(one.product), one.median, in_days(one.median)) for one in found.days]
    most = max((one.median for one in found.days), default=0.0)
    return charts.rows(lines, most=most, mark=found.days_of_all.median if found.days_of_all else None)


def _products() -> dict[str, str | LazyText]:
    return {key: product.label for (_cloud, key), product in deployment().plugins.products.items()}


def _name_of_product(key: str) -> str | LazyText:
    """Return a product's name; one that no enabled plugin knows any more is shown by its key."""
    return _("Others") if key == OTHERS else _products().get(key, key)


def _name_of_cloud(key: str) -> str | LazyText:
    """Return a cloud's name; one that is not enabled any more is shown by its key."""
    cloud = deployment().plugins.clouds.get(key)
    return cloud.name if cloud else key or _("Others")
