"""Drafts passed on: to the customer's provider (R71), or to a colleague who may file (R27); and asking for access."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import drafts, partners, reseller_access
from webapp.errors import Invalid
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.customers import Customer
from webapp.tables.partners import Partner
from webapp.tables.requests import Draft
from webapp.views.gate import database_session, deployment, the_customer, the_product, viewer

bp = Blueprint("drafts", __name__)


@bp.get("/customers/<int:customer_id>/pass")
def choose(customer_id: int) -> str:
    """Show to whom the draft can be passed, and what happens then."""
    _cloud, product = the_product()
    session, who, customer = database_session(), viewer(), the_customer()
    return render_template(
        "drafts/pass.html",
        customer=customer,
        product=product,
        draft=drafts.find(session, who, customer, product.key),
        provider=_provider(customer, who),
        colleagues=[one for one in partners.active_colleagues(session, who) if one.id != who.member_id],
    )


@bp.post("/customers/<int:customer_id>/pass")
def pass_on(customer_id: int) -> BaseResponse:
    """Pass the draft on; it leaves the sender's desk and waits at the other's Home."""
    _cloud, product = the_product()
    session, who, customer = database_session(), viewer(), the_customer()
    draft = drafts.find(session, who, customer, product.key) or Draft(
        member_id=who.member_id, customer_id=customer.id, product=product.key, fields={}, saved_at=deployment().now()
    )
    to = request.form.get("to", "")
    if to == "provider":
        drafts.pass_to_provider(session, deployment(), who, customer, draft)
    elif to.isascii() and to.isdigit() and len(to) < 10:
        drafts.pass_to_colleague(session, deployment(), who, int(to), draft)
    else:
        raise Invalid(_("Nobody was chosen."), remedy=_("Choose to whom the draft goes."))
    return redirect(url_for("home.page", passed="1"), code=303)


@bp.post("/drafts/<int:draft_id>/take")
def take(draft_id: int) -> BaseResponse:
    """Take a draft that was passed on, and go on writing it."""
    draft = drafts.take(database_session(), deployment(), viewer(), draft_id)
    return redirect(url_for("customers.new", customer_id=draft.customer_id, product=draft.product), code=303)


@bp.get("/customers/<int:customer_id>/ask-for-access")
def ask(customer_id: int) -> str:
    """Show the letter that asks the provider for Azure access, ready to copy or to send on this desk (R26)."""
    _cloud, product = the_product()
    customer, who = the_customer(), viewer()
    provider = _provider(customer, who)
    letter = reseller_access.letter(who, provider.name, customer) if provider else None
    return render_template("drafts/ask.html", customer=customer, product=product, provider=provider, letter=letter)


def _provider(customer: Customer, who: Viewer) -> Partner | None:
    if customer.reseller_id != who.partner_id or customer.partner_id == who.partner_id:
        return None
    return database_session().get(Partner, customer.partner_id)
