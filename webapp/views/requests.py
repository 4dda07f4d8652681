"""Service requests: the list, one of them, and what happens after the handover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp import (
    editing,
    htmx,
    partners,
    portal_words,
    request_files,
    request_list,
    roles,
    service_requests,
    ticket_numbers,
    timeline,
)
from webapp.errors import DeskError, DoorRefused, NotFound
from webapp.i18n import _, in_my_language
from webapp.labels import STATE
from webapp.moments import from_input, in_my_zone
from webapp.permissions import Viewer
from webapp.product_names import named_in
from webapp.response_clock import state_of
from webapp.security import StaleForm
from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest
from webapp.views import canned, trail
from webapp.views.gate import database_session, deployment, the_request, viewer, writes
from webapp.views.preferences import NothingSent
from webapp.views.request_list import page_of

bp = Blueprint("requests", __name__)


@bp.get("/requests")
def index() -> Response:
    """Show the requests that match the filters of the address."""
    return page_of(request_list.Filters.read(request.args))


@bp.get("/requests.csv")
def export() -> Response:
    """Return the same list as CSV, all pages of it."""
    head = (
        _("Reference"),
        _("State"),
        _("Customer"),
        _("Cloud"),
        _("Product"),
        _("Severity"),
        _("Title"),
        _("Vendor's number"),
        _("Prepared"),
        _("Filed"),
        _("First answer due"),
        _("Answered"),
        _("Owner"),
    )
    filters = request_list.Filters.read(request.args)
    named = named_in(deployment().plugins, filters.q)
    rows = list(request_list.every(database_session(), viewer(), filters, named=named))
    text = request_list.to_csv(map(str, head), (_cells(row) for row in rows))
    trail.exported("requests.csv", filters.query(after=""), rows=len(rows))
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=requests.csv"})


@bp.get("/requests/<ref>")
def show(ref: str) -> Response:
    """Show one request: whom, where, the answers, the steps, the clock, the timeline."""
    return _render(the_request())


@bp.get("/requests/<ref>/go")
@writes
def go(ref: str) -> Response | BaseResponse:
    """Send the reader through a recorded door, its host and tenant checked again, and note the moment."""
    service_request = the_request()
    try:
        number = int(request.args.get("door", "0"))
    except ValueError:
        raise NotFound(
            _("This request has no such door."), remedy=_("Use one of the doors on the request's page.")
        ) from None
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        service_requests.door_url(database_session(), deployment(), service_request, number)
        return make_response("", 204)
    try:
        url = service_requests.open_door(database_session(), deployment(), viewer(), service_request, number)
    except DoorRefused as error:
        return _render(service_request, error=error)
    return redirect(url, code=303)


@bp.post("/requests/<ref>/ticket")
def ticket(ref: str) -> Response:
    """Record the vendor's number; the clock starts."""

    def record(service_request: ServiceRequest) -> None:
        now = deployment().now()
        filed_at = from_input(request.form.get("filed_at", ""), otherwise=now)
        number = request.form.get("ticket_number", "")
        service_requests.record_ticket(database_session(), deployment(), viewer(), service_request, number, filed_at)

    return _change(record)


@bp.post("/requests/<ref>/notes")
def notes(ref: str) -> Response:
    """Add a note; ``action=insert`` puts a canned text behind what was typed, and adds nothing yet."""
    text = request.form.get("text", "")
    if request.form.get("action") == "insert":
        customer = database_session().get(Customer, the_request().customer_id)
        words = canned.chosen(customer, the_request().ref) if customer else ""
        return _render(the_request(), note="\n\n".join(part for part in (text.rstrip(), words) if part))
    return _change(lambda mine: service_requests.add_note(database_session(), deployment(), viewer(), mine, text))


@bp.post("/requests/<ref>/files")
def files(ref: str) -> Response:
    """Tick the files that were attached in the portal, and add others to bring along."""
    more, attached = request.form.get("files", ""), frozenset(request.form.getlist("attached"))
    return _change(lambda mine: request_files.change(database_session(), mine, more, attached))


@bp.post("/requests/<ref>/state")
def state(ref: str) -> Response:
    """Move the request on."""
    wanted = request.form.get("state", "")
    return _change(lambda mine: service_requests.change_state(database_session(), deployment(), viewer(), mine, wanted))


@bp.post("/requests/<ref>/owner")
def owner(ref: str) -> Response:
    """Give the request to a colleague, or pass it to the customer's provider (R71)."""
    chosen = request.form.get("owner", "")
    if chosen == "provider":
        return _change(lambda r: service_requests.pass_to_provider(database_session(), deployment(), viewer(), r))
    member_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else -1
    return _change(lambda r: service_requests.assign(database_session(), deployment(), viewer(), r, member_id))


@bp.errorhandler(StaleForm)
@bp.errorhandler(NothingSent)
def stale(error: DeskError) -> Response:
    """Show the request with what was typed and a fresh token."""
    return _render(the_request(), error=error)


def _change(change: Callable[[ServiceRequest], None]) -> Response:
    """Make a change; a refusal comes back on the request's own page, with what was typed."""
    service_request = the_request()
    try:
        change(service_request)
    except DeskError as error:
        database_session().rollback()
        database_session().refresh(service_request)
        return _render(service_request, error=error)
    if htmx.wants_fragment():
        return _render(service_request)
    return make_response(redirect(url_for("requests.show", ref=service_request.ref), code=303))


def _render(service_request: ServiceRequest, *, error: DeskError | None = None, note: str = "") -> Response:
    session, who = database_session(), viewer()
    return htmx.render(
        "requests/page.html",
        "requests/_request.html",
        status=error.status if error else 200,
        request_=service_request,
        portal=portal_words.of_request(service_request, deployment().plugins.clouds, request.values.get("portal", "")),
        error=error,
        typed=request.form,
        timeline=timeline.of(session, service_request),
        next_states=service_requests.NEXT[service_request.state],
        unusual=ticket_numbers.has_unusual_number(service_request),
        colleagues=partners.active_colleagues(session, who),
        owner=session.get(Member, service_request.owner_id) if service_request.owner_id else None,
        carries_on=roles.may_carry_on(who, service_request),
        provider=_provider(service_request, who),
        editable=editing.may_edit(service_request, who),
        state_of=state_of,
        note=note,
        canned=_canned(service_request),
    )


def _canned(service_request: ServiceRequest) -> list[Any]:
    customer = database_session().get(Customer, service_request.customer_id)
    return canned.offered(customer, service_request.product, service_request.language, service_request.ref)


def _provider(service_request: ServiceRequest, who: Viewer) -> bool:
    """Say whether the request can be passed to a provider: only a reseller has one, for that customer."""
    customer = database_session().get(Customer, service_request.customer_id)
    open_ = service_request.state not in {"closed", "solved"}
    return open_ and customer is not None and customer.reseller_id == who.partner_id


def _cells(row: Any) -> tuple[Any, ...]:
    return (
        row.ref,
        STATE[row.state],
        row.customer_name,
        in_my_language(row.cloud_name),
        in_my_language(row.product_name),
        row.severity,
        row.title,
        row.ticket_number,
        *map(in_my_zone, (row.created_at, row.filed_at, row.due_at, row.answered_at)),
        row.owner_name,
    )
