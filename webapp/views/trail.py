"""What pages tell the audit trail by themselves: views of a customer, refusals, exports.

What is not written is not shown: a page that must be recorded and cannot be is answered with 503.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from webapp import audit, errors, security
from webapp.audit import Fact
from webapp.db import LARGEST_ID, writes
from webapp.errors import DeskError, NotEntitled
from webapp.tables.customers import Customer
from webapp.tables.requests import ServiceRequest
from webapp.views.gate import database_session, deployment, viewer

log = logging.getLogger("onbehalf")
REF = re.compile(r"OB-[0-9A-HJKMNP-TV-Z]{8}")


def init_app(app: Flask) -> None:
    """Note views behind the gate, and refusals whatever page shows them."""
    app.before_request(_note_view)
    app.after_request(_note_refusal)


def refused(error: DeskError) -> None:
    """Remember why this request is refused, for the entry that is written when it is answered."""
    g.refused_by = error


def exported(name: str, filters: Iterable[str], **facts: Fact) -> None:
    """Record that the reader takes a list away, and by which filters, but not what was typed into them.

    :raises sqlalchemy.exc.SQLAlchemyError: if it cannot be written; nothing is handed out then.
    """
    detail = {"filters": sorted(filters), **facts}
    with _writing() as session:
        audit.record(session, viewer(), deployment().now(), "list.exported", f"list:{name}", name, detail=detail)
        session.commit()


def taken_away(request_: ServiceRequest, *, as_text: bool, saved: bool) -> None:
    """Record that the reader takes one request away: to print it, as a file, or as text.

    :raises sqlalchemy.exc.SQLAlchemyError: if it cannot be written; nothing is handed out then.
    """
    detail: dict[str, Fact] = {"text": as_text, "saved": saved}
    subject, name = f"request:{request_.ref}", request_.customer_name
    with _writing() as session:
        audit.record(session, viewer(), deployment().now(), "request.exported", subject, name, detail=detail)
        session.commit()


NAMED_BY_FORM = frozenset({"request_list.change"})
"""Pages whose form names what they are about, so that somebody else's is refused although the address names nothing."""


def _note_view() -> None:
    """Record that the reader sees a customer's data, on its own pages or a request's: once an hour."""
    if request.method not in security.SAFE_METHODS:
        return
    customer: Customer | None = g.get("customer")
    service_request: ServiceRequest | None = g.get("service_request")
    if customer is not None:
        _viewed(customer.id, customer.name)
    elif service_request is not None:
        _viewed(service_request.customer_id, service_request.customer_name)


def _viewed(customer_id: int, name: str) -> None:
    now, who, subject = deployment().now(), viewer(), f"customer:{customer_id}"
    hour = now.replace(minute=0, second=0, microsecond=0)
    if audit.seen_since(database_session(), who, "customer.viewed", subject, hour):
        return
    with _writing() as session:
        if not audit.seen_since(session, who, "customer.viewed", subject, hour):
            audit.record(session, who, now, "customer.viewed", subject, name)
            session.commit()


def _note_refusal(response: Response) -> Response:
    """Record what a signed-in reader was refused; strangers are refused everything, and would fill the trail."""
    if g.get("viewer") is not None and _is_refusal(response.status_code):
        try:
            _write_refusal(response.status_code)
        except SQLAlchemyError as error:  # refused it is in any case
            reference = errors.reference.get()
            log.error("reference=%s refusal not recorded error=%s", reference, type(error).__name__, exc_info=error)
    return response


def _is_refusal(status: int) -> bool:
    """Tell a refusal from an address that is none of ours, and from a missing part of what the reader may see."""
    if status == 404 and request.endpoint in NAMED_BY_FORM:
        return True
    if status == 404:
        return bool(request.view_args) and "customer" not in g and "service_request" not in g
    return status == 403


def _write_refusal(status: int) -> None:
    database_session().rollback()  # what was refused may have begun to write
    subject, name = _subject()
    action, facts = _reason(status)
    with _writing() as session:
        audit.record(session, viewer(), deployment().now(), action, subject, name, detail=facts)
        session.commit()


def _reason(status: int) -> tuple[str, dict[str, Fact]]:
    error = g.get("refused_by")
    if isinstance(error, NotEntitled):
        failed = [check for check in error.checks if check.outcome == "fail"]
        return "request.refused", {
            "product": g.get("product_key", ""),
            "rules": sorted({rule for check in failed for rule in check.rules}),
        }
    return "refused", {"status": status, "page": request.endpoint or ""}


def _subject() -> tuple[str, str]:
    """Return on whom: what the address names, by key; by name too if the reader may see it."""
    if customer := g.get("customer"):
        return f"customer:{customer.id}", customer.name
    if service_request := g.get("service_request"):
        return f"request:{service_request.ref}", service_request.customer_name
    for key, value in (request.view_args or {}).items():
        if key == "ref":
            ref = str(value).upper()
            return f"request:{ref if REF.fullmatch(ref) else '?'}", ""
        if key.endswith("_id") and isinstance(value, int):
            return f"{key.removesuffix('_id')}:{value if value <= LARGEST_ID else '?'}", ""
    return "", ""


@contextmanager
def _writing() -> Iterator[Session]:
    """Yield this request's session if it writes, since SQLite has one writer at a time, else a short one beside it."""
    mine = database_session()
    if writes(mine):
        yield mine
        return
    with deployment().database.writing() as session:
        yield session
