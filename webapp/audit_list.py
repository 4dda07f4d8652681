"""The audit trail as a partner reads it: what its members did and what concerns it; filters in the address, export."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, literal, or_, select, tuple_
from sqlmodel import Session, col

from webapp.audit import FIELDS
from webapp.permissions import Viewer
from webapp.request_list import marker
from webapp.tables.audit import AuditEntry
from webapp.tables.partners import Enrolment

COLUMNS: tuple[Any, ...] = tuple(getattr(AuditEntry, name) for name in (*FIELDS, "digest"))
EXPORT_PAGE = 1000


@dataclass(frozen=True)
class Filters:
    """What the address asks for; an unknown value finds nothing rather than everything.

    ``since`` and ``until`` are days in the reader's time zone, both included; ``after`` continues a list.
    """

    member: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    after: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Filters:
        """Take the filters out of an address."""
        return cls(**{name: args.get(name, "").replace("\0", "")[:250].strip() for name in cls.__dataclass_fields__})

    def query(self, **changes: str) -> dict[str, str]:
        """Return the filters as parameters of an address, without the empty ones."""
        values = replace(self, **changes)
        return {name: getattr(values, name) for name in self.__dataclass_fields__ if getattr(values, name)}


@dataclass(frozen=True)
class Listed:
    """A page of entries; ``after`` continues it."""

    rows: tuple[Row[Any], ...]
    filters: Filters
    after: str


def page(session: Session, viewer: Viewer, filters: Filters, zone: tzinfo, *, size: int) -> Listed:
    """Return the entries of, or about, the viewer's own partner that match, the newest first."""
    rows = _rows(session, viewer, filters, zone, size + 1)
    after = _marker_of(rows[size - 1]) if len(rows) > size else ""
    return Listed(tuple(rows[:size]), filters, after)


def every(session: Session, viewer: Viewer, filters: Filters, zone: tzinfo) -> Iterator[Row[Any]]:
    """Yield all entries that match, a thousand at a time, for an export."""
    current = replace(filters, after="")
    while True:
        rows = _rows(session, viewer, current, zone, EXPORT_PAGE)
        yield from rows
        if len(rows) < EXPORT_PAGE:
            return
        current = replace(current, after=_marker_of(rows[-1]))


def json_line(row: Row[Any]) -> str:
    """Return an entry as a line of JSON; its ``digest`` is one that ``onbehalf audit verify --head`` can look for."""
    fields = {name: getattr(row, name) for name in (*FIELDS, "digest")}
    fields["at"] = row.at.isoformat(timespec="microseconds")
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"


def _rows(session: Session, viewer: Viewer, filters: Filters, zone: tzinfo, limit: int) -> list[Row[Any]]:
    statement = (
        select(*COLUMNS)
        .where(*_where(viewer, filters, zone))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(limit)
    )
    return list(session.execute(statement).all())


def _where(viewer: Viewer, filters: Filters, zone: tzinfo) -> Iterator[ColumnElement[bool]]:
    yield or_(col(AuditEntry.partner_id) == viewer.partner_id, _by_nobody_about(viewer))
    if filters.member:
        known = re.fullmatch(r"[0-9]{1,9}", filters.member)
        yield col(AuditEntry.member_id) == int(filters.member) if known else false()
    if filters.action:
        yield col(AuditEntry.action) == filters.action
    if filters.subject:
        yield _about(filters.subject)
    if filters.since:
        start = _start_of(filters.since, zone)
        yield col(AuditEntry.at) >= start if start else false()
    if filters.until:
        end = _start_of(filters.until, zone, days=1)
        yield col(AuditEntry.at) < end if end else false()
    if after := marker(filters.after):
        yield tuple_(col(AuditEntry.at), col(AuditEntry.id)) < after


def _by_nobody_about(viewer: Viewer) -> ColumnElement[bool]:
    """Find what was done on the command line to the viewer's partner, and who of its tenants was not let in."""
    tenants = select(literal("tenant:").concat(col(Enrolment.tenant_id)))
    return and_(
        col(AuditEntry.partner_id).is_(None),
        or_(
            col(AuditEntry.subject) == f"partner:{viewer.partner_id}",
            col(AuditEntry.subject).in_(tenants.where(col(Enrolment.partner_id) == viewer.partner_id)),
        ),
    )


def _about(words: str) -> ColumnElement[bool]:
    """Find a subject by its key, a request by its reference alone, and either by a part of the name, in any case."""
    pattern = "%{}%".format(re.sub(r"([\\%_])", r"\\\1", words))
    written = {pattern, pattern.lower(), pattern.upper(), pattern.title()}
    return or_(
        col(AuditEntry.subject) == words,
        col(AuditEntry.subject) == f"request:{words.upper()}",
        func.lower(col(AuditEntry.subject_name)).like(pattern.lower(), escape="\\"),
        *(col(AuditEntry.subject_name).like(form, escape="\\") for form in sorted(written)),
    )


def _start_of(day: str, zone: tzinfo, *, days: int = 0) -> datetime | None:
    """Return when the day begins in that zone, or one ``days`` later; ``None`` if it is no day."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            return None
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _marker_of(row: Row[Any]) -> str:
    return f"{row.at.isoformat()}~{row.id}"
