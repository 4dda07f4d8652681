"""The gate: who reads, what they ask about (404 before all else), and whether a write is ours (403)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as BaseResponse

from webapp import customers, errors, htmx, partners, roles, security, service_requests, sign_in, situations
from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.deployment import Deployment
from webapp.errors import NotAllowed
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.customers import Customer
from webapp.tables.requests import ServiceRequest

V = TypeVar("V", bound=Callable[..., Any])
WITHOUT_DATABASE = frozenset({"assets.file", "health.alive", "health.ready", "health.metrics"})
OPEN = WITHOUT_DATABASE | {
    "preferences.save",
    "sign_in.page",
    "sign_in.start",
    "sign_in.arrive",
    "example_sign_in.enter",
}


def init_app(app: Flask) -> None:
    """Let every request through the gate, and close its database session behind it."""
    app.before_request(_enter)
    app.teardown_request(_leave)
    app.context_processor(_for_every_page)


def writes(view: V) -> V:
    """Mark a view that writes although it answers GET."""
    view.writes = True  # type: ignore[attr-defined]  # a mark on the function
    return view


def deployment() -> Deployment:
    """Return the running deployment."""
    found: Deployment = current_app.extensions["onbehalf"]
    return found


def database_session() -> Session:
    """Return the one session of this request; a request that writes waits its turn from the start."""
    if "session" not in g:
        g.exits = ExitStack()
        database = deployment().database
        g.session = g.exits.enter_context(database.writing() if _may_write() else database.reading())
    session: Session = g.session
    return session


def _may_write() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in security.SAFE_METHODS or getattr(view, "writes", False)


def viewer() -> Viewer:
    """Return who is signed in."""
    signed_in: Viewer = g.viewer
    return signed_in


def the_customer() -> Customer:
    """Return the customer that the address names, which the viewer may see."""
    customer: Customer = g.customer
    return customer


def the_request() -> ServiceRequest:
    """Return the request that the address names, which the viewer may see."""
    service_request: ServiceRequest = g.service_request
    return service_request


def the_product() -> tuple[Cloud, Product]:
    """Return the product that the address or the form names, as known in the customer's cloud.

    :raises NotFound: if there is no such product, or the cloud is not enabled.
    """
    cloud = situations.cloud_of(deployment(), the_customer())
    return cloud, situations.product_of(deployment(), cloud, request.values.get("product", ""))


def _enter() -> BaseResponse | None:
    if request.endpoint in WITHOUT_DATABASE:
        return None
    g.viewer = _from_here(_or_operator(sign_in.current_viewer(database_session())))
    if request.endpoint is None:
        return None
    if g.viewer is None and request.endpoint not in OPEN:
        return _to_sign_in()
    _find_what_is_asked_about()
    security.refuse_forged()
    if request.endpoint not in OPEN:
        roles.require_endpoint(viewer(), request.endpoint, g.get("service_request"))
    return None


def _or_operator(who: Viewer | None) -> Viewer | None:
    """Mark a global admin who signed in through a tenant that runs this deployment."""
    if who is None or "global_admin" not in who.member.roles:
        return who
    tenants, cloud = deployment().settings.operator, g.user_session.cloud
    operator = partners.is_operator(database_session(), who.partner, tenants, cloud=cloud)
    return replace(who, operator=operator)


def _from_here(who: Viewer | None) -> Viewer | None:
    """Note the address that the reader comes from, for the audit trail."""
    return replace(who, address=request.remote_addr or "") if who else None


def _find_what_is_asked_about() -> None:
    named = request.view_args or {}
    if "customer_id" in named:
        g.customer = customers.fetch(database_session(), viewer(), named["customer_id"])
        if "product" in request.values or request.endpoint in {"customers.new", "customers.file"}:
            g.product_key = the_product()[1].key
    if "ref" in named:
        g.service_request = service_requests.fetch(database_session(), viewer(), named["ref"], to_change=_may_write())


def _to_sign_in() -> BaseResponse:
    if request.method in security.SAFE_METHODS and not htmx.wants_fragment():
        return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), code=303)
    raise NotAllowed(
        _("You are not signed in any more."),
        remedy=_("Sign in again in another tab, then send this once more; your text stays on this page."),
    )


def _leave(_error: BaseException | None) -> None:
    exits: ExitStack | None = g.pop("exits", None)
    g.pop("session", None)
    if exits is not None:
        exits.close()


def _for_every_page() -> dict[str, Any]:
    return {
        "viewer": g.get("viewer"),
        "reference": errors.reference.get(),
        "now": deployment().now(),
        "clouds": deployment().plugins.clouds,
        "demo": current_app.config["DEMO"],
        "may": _may,
    }


def _may(action: roles.Action) -> bool:
    """Say whether the reader of the page may begin ``action``; a stranger may nothing."""
    who: Viewer | None = g.get("viewer")
    return who is not None and roles.may(who, action)


def no_content() -> Response:
    """Return an answer without a body."""
    return Response(status=204)
