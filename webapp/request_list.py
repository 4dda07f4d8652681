"""The list of requests: filters that live in the address, search, paging by key, and the same as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select, true, tuple_
from sqlmodel import Session, col

from webapp.db import LARGEST_ID
from webapp.permissions import Viewer, requests_of
from webapp.product_names import Named
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

COUNT_UP_TO = 1000
COLUMNS: tuple[Any, ...] = (
    ServiceRequest.id,
    ServiceRequest.ref,
    ServiceRequest.state,
    ServiceRequest.title,
    ServiceRequest.language,
    ServiceRequest.customer_id,
    ServiceRequest.customer_name,
    ServiceRequest.cloud,
    ServiceRequest.cloud_name,
    ServiceRequest.product,
    ServiceRequest.product_name,
    ServiceRequest.severity,
    ServiceRequest.ticket_number,
    ServiceRequest.created_at,
    ServiceRequest.filed_at,
    ServiceRequest.due_at,
    ServiceRequest.answered_at,
    ServiceRequest.closed_at,
    col(Member.name).label("owner_name"),
)


@dataclass(frozen=True)
class Filters:
    """What the address asks for; an unknown value finds nothing rather than everything."""

    state: str = ""
    product: str = ""
    cloud: str = ""
    owner: str = ""
    customer: str = ""
    q: str = ""
    after: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Filters:
        """Take the filters out of an address."""
        return cls(**{name: args.get(name, "").replace("\0", "")[:200].strip() for name in cls.__dataclass_fields__})

    def query(self, **changes: str) -> dict[str, str]:
        """Return the filters as parameters of an address, without the empty ones."""
        values = replace(self, **changes)
        return {name: getattr(values, name) for name in self.__dataclass_fields__ if getattr(values, name)}


@dataclass(frozen=True)
class Listed:
    """A page of requests; ``after`` continues it; ``count`` stops at 1001, which reads "1000+"."""

    rows: tuple[Row[Any], ...]
    filters: Filters
    after: str
    count: int


def page(session: Session, viewer: Viewer, filters: Filters, *, size: int, named: Named | None = None) -> Listed:
    """Return the viewer's requests that match, the newest first; ``named`` is the product that the search names."""
    where = _where(viewer, filters, named)
    rows = _rows(session, viewer, filters, named, size + 1)
    count = len(session.execute(select(col(ServiceRequest.id)).where(*where).limit(COUNT_UP_TO + 1)).all())
    last = rows[size - 1] if len(rows) > size else None
    after = f"{last.created_at.isoformat()}~{last.id}" if last else ""
    return Listed(tuple(rows[:size]), filters, after, count)


def every(session: Session, viewer: Viewer, filters: Filters, *, named: Named | None = None) -> Iterator[Row[Any]]:
    """Yield all requests that match, a thousand at a time, for an export."""
    current = replace(filters, after="")
    while True:
        rows = _rows(session, viewer, current, named, 1000)
        yield from rows
        if len(rows) < 1000:
            return
        current = replace(current, after=f"{rows[-1].created_at.isoformat()}~{rows[-1].id}")


def to_csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table as CSV that a spreadsheet opens; a cell that it would run as a formula is quoted."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_cell(cell) for cell in head])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def _cell(value: Any) -> str:
    text = value.isoformat(timespec="minutes") if isinstance(value, datetime) else "" if value is None else str(value)
    return "'" + text if re.match(r"\s*[=+\-@\t\r]", text) else text


def _rows(session: Session, viewer: Viewer, filters: Filters, named: Named | None, limit: int) -> list[Row[Any]]:
    statement = (
        select(*COLUMNS)
        .outerjoin(Member, col(Member.id) == col(ServiceRequest.owner_id))
        .where(*_where(viewer, filters, named))
        .order_by(col(ServiceRequest.created_at).desc(), col(ServiceRequest.id).desc())
        .limit(limit)
    )
    if after := marker(filters.after):
        statement = statement.where(tuple_(col(ServiceRequest.created_at), col(ServiceRequest.id)) < after)
    return list(session.execute(statement).all())


def _where(viewer: Viewer, filters: Filters, named: Named | None) -> list[ColumnElement[bool]]:
    where = [requests_of(viewer)]
    if filters.state == "open":
        where.append(col(ServiceRequest.state).in_(("ready", "handed_over", "filed", "answered")))
    elif filters.state:
        where.append(col(ServiceRequest.state) == filters.state)
    if filters.product:
        where.append(col(ServiceRequest.product) == filters.product)
    if filters.cloud:
        where.append(col(ServiceRequest.cloud) == filters.cloud)
    where.append(owned(viewer, filters.owner))
    if filters.customer:
        known = filters.customer.isdecimal() and len(filters.customer) < 10
        where.append(col(ServiceRequest.customer_id) == int(filters.customer) if known else false())
    if filters.q:
        where.append(_matches(filters.q, named))
    return where


def owned(viewer: Viewer, whose: str) -> ColumnElement[bool]:
    """Return which requests are the viewer's: ``me``, ``me_or_nobody`` or, empty, everybody's; else none are."""
    owner = col(ServiceRequest.owner_id)
    if whose == "me_or_nobody":
        return owner.is_(None) | (owner == viewer.member_id)
    if whose == "me":
        return owner == viewer.member_id
    return false() if whose else true()


def _matches(query: str, named: Named | None) -> ColumnElement[bool]:
    """Find every word typed; or the product that some of them name, and the others."""
    words = and_(true(), *(_holds(word) for word in query.split()[:6]))
    if named is None:
        return words
    others = (_holds(word) for word in named.rest.split()[:6])
    return or_(words, and_(col(ServiceRequest.product).in_(named.products), *others))


def _holds(word: str) -> ColumnElement[bool]:
    """Find the word in any case; beyond ASCII, where the engines differ, in the cases that people write."""
    columns = (ServiceRequest.ref, ServiceRequest.ticket_number, ServiceRequest.title, ServiceRequest.customer_name)
    found = [func.lower(column).like(_pattern(word.lower()), escape="\\") for column in columns]
    if not word.isascii():
        written = sorted({word, word.lower(), word.upper(), word.capitalize()})
        found += [col(column).like(_pattern(form), escape="\\") for column in columns for form in written]
    return or_(*found)


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"


def marker(after: str) -> tuple[datetime, int] | None:
    """Read where a page continues: ``<moment>~<id>``; anything else starts at the beginning."""
    found = re.fullmatch(r"([0-9T:.+\-]{10,40})~(\d{1,18})", after.replace(" ", "+"))
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[1])
        return (at.astimezone(UTC), min(int(found[2]), LARGEST_ID)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
