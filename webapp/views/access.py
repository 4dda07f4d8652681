"""Azure access of resellers: the list, one customer's, and what provider and reseller decide there (R26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, make_response, redirect, request, url_for

from webapp import access_decisions, htmx, reseller_access
from webapp.errors import DeskError, Invalid
from webapp.i18n import _
from webapp.security import StaleForm
from webapp.views import trail
from webapp.views.gate import database_session, deployment, the_customer, viewer
from webapp.views.preferences import NothingSent

bp = Blueprint("access", __name__)


@bp.get("/access")
def index() -> Response:
    """Show how each reseller stands with each customer."""
    query, after = request.args.get("q", "")[:200], request.args.get("after", "")
    found, rows = reseller_access.listed(database_session(), deployment(), viewer(), query, after)
    return htmx.render("access/list.html", "access/_rows.html", found=found, rows=rows)


@bp.get("/access/<int:customer_id>")
def show(customer_id: int) -> Response:
    """Show one customer's access, what can be done about it, and its history."""
    return _page()


@bp.post("/access/<int:customer_id>/ask")
def ask(customer_id: int) -> Response:
    """Ask the provider."""
    return _decided(lambda: access_decisions.ask(database_session(), deployment(), viewer(), the_customer(), _note()))


@bp.post("/access/<int:customer_id>/grant")
def grant(customer_id: int) -> Response:
    """Give access, or change its last day."""
    return _decided(
        lambda: access_decisions.grant(database_session(), deployment(), viewer(), the_customer(), _last_day(), _note())
    )


@bp.post("/access/<int:customer_id>/withdraw")
def withdraw(customer_id: int) -> Response:
    """Take access away."""
    return _decided(
        lambda: access_decisions.withdraw(database_session(), deployment(), viewer(), the_customer(), _note())
    )


@bp.post("/access/<int:customer_id>/decline")
def decline(customer_id: int) -> Response:
    """Answer a question with no."""
    return _decided(
        lambda: access_decisions.decline(database_session(), deployment(), viewer(), the_customer(), _note())
    )


@bp.errorhandler(StaleForm)
@bp.errorhandler(NothingSent)
def stale(error: DeskError) -> Response:
    """Show the page with what was typed and a fresh token."""
    return _page(error=error)


def _decided(decide: Callable[[], None]) -> Response:
    """Do it; a refusal comes back on the same page with what was typed."""
    try:
        decide()
    except DeskError as error:
        database_session().rollback()
        trail.refused(error)
        return _page(error=error)
    return make_response(redirect(url_for("access.show", customer_id=the_customer().id), code=303))


def _page(*, error: DeskError | None = None) -> Response:
    session, customer, who = database_session(), the_customer(), viewer()
    access = reseller_access.of_customer(session, deployment(), customer)
    return htmx.render(
        "access/page.html",
        "access/page.html",
        status=error.status if error else 200,
        customer=customer,
        access=access,
        history=reseller_access.history(session, customer),
        letter=reseller_access.letter(who, access.provider, customer),
        mine=customer.partner_id == who.partner_id,
        error=error,
        typed=request.form,
    )


def _note() -> str:
    return request.form.get("note", "")


def _last_day() -> date | None:
    """Return the last day typed.

    :raises Invalid: if it is no day.
    """
    typed = request.form.get("until", "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Invalid(_("The last day is not a date."), remedy=_("Enter it like 2026-11-21, or leave it.")) from error
