"""Customers, and the way from one of them to a request."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from webapp import customers, database_trouble, drafts, entitlements, filing, htmx, intake, request_list, situations
from webapp.contracts.products import Product
from webapp.errors import Conflict, DeskError, Invalid, NotEntitled
from webapp.i18n import _
from webapp.product_names import named_in
from webapp.response_clock import response_time, state_of, table_for
from webapp.security import StaleForm
from webapp.tables.requests import ServiceRequest
from webapp.views import canned, trail, trouble
from webapp.views.gate import database_session, deployment, no_content, the_customer, the_product, viewer
from webapp.views.preferences import NothingSent

bp = Blueprint("customers", __name__)


@bp.get("/customers")
def index() -> Response:
    """Show the customers that match the search; a product named beside them leads straight to its form."""
    query = request.args.get("q", "")[:200]
    found, product = _search(query), None
    if not found.rows and (named := named_in(deployment().plugins, query)):
        found, product = replace(_search(named.rest), query=query), min(named.products)
    return htmx.render("customers/list.html", "customers/_rows.html", found=found, product=_product_label(product))


def _search(query: str) -> customers.Found:
    after, size = request.args.get("after", ""), deployment().settings.page_size
    return customers.search_customers(database_session(), viewer(), query, after=after, size=size)


def _product_label(key: str | None) -> Product | None:
    return deployment().plugins.product_anywhere(key) if key else None


@bp.get("/customers/<int:customer_id>")
def show(customer_id: int) -> str:
    """Show whom we serve: identity, relationship, subscriptions, products with their entitlement, requests."""
    session, who, customer = database_session(), viewer(), the_customer()
    filters = request_list.Filters(customer=str(customer.id))
    parties = situations.parties(session, deployment(), who, customer)
    return render_template(
        "customers/page.html",
        customer=customer,
        who=parties,
        entitlements=entitlements.of_parties(deployment(), parties),
        listed=request_list.page(session, who, filters, size=10),
        filters=filters,
        state_of=state_of,
    )


@bp.get("/customers/<int:customer_id>/requests/new")
def new(customer_id: int) -> Response:
    """Show the form, with what was typed last time for this customer and product."""
    _cloud, product = the_product()
    return _form(intake.begin(database_session(), deployment(), viewer(), the_customer(), product))


@bp.get("/customers/<int:customer_id>/entitlement")
def entitlement(customer_id: int) -> Response:
    """Show the checklist for the answers so far."""
    _cloud, product = the_product()
    filled = intake.read(database_session(), deployment(), viewer(), the_customer(), product, request.args)
    return htmx.render("customers/checklist.html", "customers/_entitlement.html", intake=filled)


@bp.put("/customers/<int:customer_id>/draft")
def autosave(customer_id: int) -> str | Response:
    """Keep what was typed so far."""
    _cloud, product = the_product()
    words = intake.typed_words(request.form)
    if not words or _is_filed_already():
        return no_content()
    draft = intake.keep(database_session(), deployment(), viewer(), the_customer(), product, words)
    return render_template("customers/_saved.html", saved_at=draft.saved_at)


@bp.post("/customers/<int:customer_id>/requests")
def file(customer_id: int) -> Response | BaseResponse:
    """Make the request; a refusal, an error or a missing answer comes back with every word that was typed.

    Buttons of the same form: ``action=refresh`` shows the questions of another category, ``action=insert`` puts a
    canned text behind the description, ``action=save`` keeps a draft, ``action=clear`` throws it away.
    """
    filled = _typed()
    try:
        known = filing.already_made(database_session(), viewer(), filled.request_key)
        if known is not None:
            return _sent_again(filled, known)
        return BUTTONS.get(request.form.get("action", ""), _filed)(filled)
    except Conflict as error:
        return _form(replace(filled, request_key=intake.new_key()), error=error, status=error.status)
    except DeskError as error:
        database_session().rollback()
        trail.refused(error)
        if isinstance(error, NotEntitled):
            _keep_for_whoever_may(filled)
        return _form(filled, error=error, status=error.status)
    except DBAPIError as failure:
        away = database_trouble.of(failure, wrote=True)
        if away is None:
            raise
        database_session().rollback()
        return _form(filled, error=away, status=away.status)


@bp.errorhandler(StaleForm)
def stale(error: StaleForm) -> Response:
    """Show the form with every word that was typed and a fresh token."""
    if request.endpoint != "customers.file":
        return trouble.refusal(error)
    return _form(_typed(), error=error, status=error.status)


@bp.errorhandler(NothingSent)
def read_otherwise(_error: NothingSent) -> Response | BaseResponse:
    """Keep the words as a draft and show the form again, as the reader now reads."""
    filled, words = _typed(), intake.typed_words(request.form)
    try:
        intake.keep(database_session(), deployment(), viewer(), filled.customer, filled.product, words)
    except Invalid as too_much:
        return _form(filled, error=too_much, status=too_much.status)
    return redirect(url_for("customers.new", customer_id=filled.customer.id, product=filled.product.key), code=303)


def _is_filed_already() -> bool:
    """Say whether the form has made its request, and an autosave of the same words comes behind it."""
    known = filing.already_made(database_session(), viewer(), request.form.get("request_key", ""))
    return known is not None and intake.is_what_was_filed(_typed(), known)


def _typed() -> intake.Intake:
    """Return the form as it was sent."""
    _cloud, product = the_product()
    key = request.form.get("request_key", "")
    return intake.read(
        database_session(), deployment(), viewer(), the_customer(), product, request.form, request_key=key
    )


def _sent_again(filled: intake.Intake, known: ServiceRequest) -> Response:
    """Lead to the request that this form made.

    :raises Conflict: if the words have changed since, so that none is dropped in silence.
    """
    if not intake.is_what_was_filed(filled, known):
        raise Conflict(
            _("This form has made the request %(ref)s; what you changed since is not in it.", ref=known.ref),
            remedy=_("Send it once more to make a second request of these words, or open the first from the list."),
        )
    return htmx.leave(url_for("requests.show", ref=known.ref))


def _filed(filled: intake.Intake) -> Response:
    """Refuse, ask for what is missing, or make the request."""
    filled.entitlement.require()
    if not filled.form.validate():
        return _form(filled, status=422)
    made = intake.file(database_session(), deployment(), viewer(), filled)
    return htmx.leave(url_for("requests.show", ref=made.ref))


def _keep_for_whoever_may(filled: intake.Intake) -> None:
    """Keep a refused text as a draft, so that it can be passed to somebody who may file it."""
    words = {name: value[: drafts.FIELD_LENGTH] for name, value in intake.typed_words(request.form).items()}
    intake.keep(database_session(), deployment(), viewer(), filled.customer, filled.product, words)


def _kept(filled: intake.Intake) -> Response:
    """Keep a draft and show the form again, with the questions of the category chosen.

    :raises Invalid: if it is too much to keep.
    """
    session, customer, product = database_session(), filled.customer, filled.product
    draft = intake.keep(session, deployment(), viewer(), customer, product, intake.typed_words(request.form))
    if request.form["action"] == "save" and not htmx.wants_fragment():
        target = url_for("customers.new", customer_id=filled.customer.id, product=filled.product.key)
        return make_response(redirect(target, code=303))
    key = filled.request_key
    return _form(intake.read(session, deployment(), viewer(), customer, product, draft.fields, request_key=key))


def _cleared(filled: intake.Intake) -> Response:
    """Throw the draft away and begin anew."""
    drafts.clear(database_session(), viewer(), filled.customer, filled.product.key)
    return htmx.leave(url_for("customers.new", customer_id=filled.customer.id, product=filled.product.key))


def _inserted(filled: intake.Intake) -> Response:
    """Put the canned text that was chosen behind the description, and show the form again."""
    words = canned.chosen(filled.customer)
    described = "\n\n".join(part for part in (filled.data.get("description", "").rstrip(), words) if part)
    typed = {**filled.data, "description": described}
    return _form(
        intake.read(
            database_session(),
            deployment(),
            viewer(),
            filled.customer,
            filled.product,
            typed,
            request_key=filled.request_key,
        )
    )


BUTTONS = {"refresh": _kept, "insert": _inserted, "save": _kept, "clear": _cleared}


def _form(filled: intake.Intake, *, error: DeskError | None = None, status: int = 200) -> Response:
    table = table_for(filled.situation)
    times = {
        severity: response_time(
            table, category=filled.situation.category, severity=severity, language=filled.situation.language
        )
        for severity in (filled.product.severities if table else ())
        if table
    }
    return htmx.render(
        "customers/new.html",
        "customers/_form.html",
        status=status,
        intake=filled,
        error=error,
        response_times=times,
        canned=canned.offered(filled.customer, filled.product.key, filled.situation.language),
    )
