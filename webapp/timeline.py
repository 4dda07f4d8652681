"""What happened to a request, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from webapp import audit
from webapp.permissions import Viewer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest, TimelineEntry


def of(session: Session, request: ServiceRequest) -> Sequence[tuple[TimelineEntry, str | None]]:
    """Return what happened to the request, the newest first, with the name of whoever did it."""
    statement = (
        select(TimelineEntry, Member.name)
        .outerjoin(Member, col(Member.id) == col(TimelineEntry.member_id))
        .where(col(TimelineEntry.request_id) == request.id)
        .order_by(col(TimelineEntry.at).desc(), col(TimelineEntry.id).desc())
    )
    return session.exec(statement).all()


def write(
    session: Session,
    request: ServiceRequest,
    at: datetime,
    viewer: Viewer,
    kind: str,
    *,
    text: str = "",
    detail: dict[str, Any] | None = None,
) -> TimelineEntry:
    """Add an entry, which makes a new version of the request, tell the audit trail, and return it; the caller commits.

    The trail learns who the owner became, but neither the text nor the number, since somebody typed them.
    """
    request.version += 1
    session.add(request)
    entry = TimelineEntry(
        request_id=request.id, at=at, member_id=viewer.member_id, kind=kind, text=text, detail=detail or {}
    )
    session.add(entry)
    facts = {"owner": detail["name"]} if kind == "owner" and detail else None
    audit.record(session, viewer, at, f"request.{kind}", f"request:{request.ref}", request.customer_name, detail=facts)
    return entry
