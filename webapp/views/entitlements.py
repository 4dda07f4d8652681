"""The matrix: every customer and product, and what would happen."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request
from sqlmodel import col, select

from webapp import customers, entitlements, htmx
from webapp.customers import Found
from webapp.i18n import _
from webapp.labels import OUTCOME
from webapp.permissions import customers_of
from webapp.request_list import to_csv
from webapp.tables.customers import Customer
from webapp.views import trail
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("entitlements", __name__)


@bp.get("/entitlements")
def index() -> Response:
    """Show a page of customers with the outcome for each product."""
    found = _found(request.args.get("after", ""))
    rows = list(entitlements.matrix(database_session(), deployment(), viewer(), _customers(found)))
    return htmx.render("entitlements/page.html", "entitlements/_rows.html", found=found, rows=rows)


@bp.get("/entitlements.csv")
def export() -> Response:
    """Return what the filters find, with the first reason and its remedy."""
    head = (_("Customer"), _("Domain"), _("Cloud"), _("Product"), _("Outcome"), _("Reason"), _("Remedy"))
    rows = list(_lines())
    text = to_csv(map(str, head), rows)
    trail.exported("entitlements.csv", [name for name in ("q",) if request.args.get(name)], rows=len(rows))
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=entitlements.csv"})


def _lines() -> Iterator[tuple[object, ...]]:
    after = ""
    while True:
        found = _found(after)
        for customer, outcomes in entitlements.matrix(database_session(), deployment(), viewer(), _customers(found)):
            for entry in outcomes:
                worst = entry.worst
                reason = worst.reason if worst else (entry.error.message if entry.error else "")
                remedy = worst.remedy.text if worst and worst.remedy else (entry.error.remedy if entry.error else "")
                cloud = deployment().plugins.clouds[customer.cloud].name
                yield customer.name, customer.domain, cloud, entry.product.label, OUTCOME[entry.outcome], reason, remedy
        after = found.after
        if not after:
            return


def _found(after: str) -> Found:
    query = request.args.get("q", "")
    return customers.search_customers(
        database_session(), viewer(), query, after=after, size=deployment().settings.page_size
    )


def _customers(found: Found) -> list[Customer]:
    ids = [row.id for row in found.rows]
    statement = select(Customer).where(col(Customer.id).in_(ids), customers_of(viewer()))
    by_id = {customer.id: customer for customer in database_session().exec(statement)}
    return [by_id[key] for key in ids if key in by_id]
