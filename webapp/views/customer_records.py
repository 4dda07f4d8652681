"""Adding and changing a customer's identity."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import customer_parts, customer_records
from webapp.errors import DeskError
from webapp.record_forms import customer_form
from webapp.tables.customers import Customer
from webapp.tables.partners import Partner
from webapp.views.gate import database_session, deployment, the_customer, viewer
from webapp.views.record_pages import attempted, filled_page

bp = Blueprint("customer_records", __name__)


@bp.get("/customers/new")
def new() -> Response:
    """Show an empty form."""
    return _page(customer_form({"country": viewer().partner.country}, _clouds(None)), None)


@bp.post("/customers")
def add() -> Response | BaseResponse:
    """Add a customer, and go on with what it bought."""
    form = customer_form(request.form, _clouds(None))
    if not form.validate():
        return _page(form, None, None, 422)
    made: list[Customer] = []

    def save() -> None:
        made.append(customer_records.add(database_session(), deployment(), viewer(), form.data))

    def again(error: DeskError | None, status: int) -> Response:
        return _page(form, None, error, status)

    answer = attempted(save, url_for("customers.index"), again)
    if made:
        answer.headers["Location"] = url_for("customer_records.edit", customer_id=made[0].id)
    return answer


@bp.get("/customers/<int:customer_id>/edit")
def edit(customer_id: int) -> Response:
    """Show what is recorded of a customer, and the ways to change it."""
    customer = the_customer()
    return _page(customer_form(_words(customer), _clouds(customer)), customer)


@bp.post("/customers/<int:customer_id>/edit")
def change(customer_id: int) -> Response | BaseResponse:
    """Change a customer's identity."""
    customer = the_customer()
    form = customer_form(request.form, _clouds(customer))
    if not form.validate():
        return _page(form, customer, None, 422)

    def save() -> None:
        customer_records.change(database_session(), deployment(), viewer(), customer, form.data)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(form, customer, error, status)

    return attempted(save, url_for("customers.show", customer_id=customer.id), again)


def _words(customer: Customer) -> dict[str, Any]:
    reseller = database_session().get(Partner, customer.reseller_id) if customer.reseller_id else None
    words = customer.model_dump(include=set(customer_records.FIELDS))
    return {**words, "reseller": reseller.name if reseller else ""}


def _clouds(customer: Customer | None) -> list[tuple[str, Any]]:
    """Return the clouds to choose from; the customer's own also where it is not enabled here any more."""
    enabled: list[tuple[str, Any]] = [(cloud.key, cloud.name) for cloud in deployment().plugins.clouds.values()]
    if customer is not None and customer.cloud not in deployment().plugins.clouds:
        enabled.append((customer.cloud, customer.cloud))
    return enabled


def _page(form: Form, customer: Customer | None, error: DeskError | None = None, status: int = 200) -> Response:
    session, who = database_session(), viewer()
    values: dict[str, Any] = {"customer": customer, "own": True, "resellers": ()}
    if who.partner.kind == "indirect_provider":
        values["resellers"] = customer_records.known_resellers(session, who.partner)
    if customer is not None:
        values |= {
            "own": customer.partner_id == who.partner_id,
            "subscriptions": customer_parts.subscriptions(session, customer),
            "relationships": customer_parts.relationships(session, who, customer),
            "groups": customer_parts.groups(session, who, customer),
            "product_label": _product_label,
        }
    return filled_page("customers/edit.html", form, error, status, **values)


def _product_label(key: str) -> Any:
    product = deployment().plugins.product_anywhere(key)
    return product.label if product else key
