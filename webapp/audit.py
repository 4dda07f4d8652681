"""The audit trail: who did what, when, from where, on whom; each entry chained to the one before it by its hash.

An entry never holds what somebody typed, no token and no secret: only names from the tables, keys and numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlmodel import Session, col

from webapp import errors
from webapp.permissions import Viewer
from webapp.tables.audit import AuditEntry

GENESIS = "0" * 64
"""What stands in the first entry for the digest of the one before."""

LOCK = 0x6F6E_6265_6861_6C66
"""The key of PostgreSQL's advisory lock: entries are added one after the other."""

FIELDS = (
    "id",
    "at",
    "partner_id",
    "member_id",
    "member_name",
    "address",
    "action",
    "subject",
    "subject_name",
    "reference",
    "detail",
)
"""What the digest covers, beside the digest of the entry before."""

LENGTHS = {"member_name": 200, "address": 64, "action": 60, "subject": 100, "subject_name": 250, "reference": 40}
COLUMNS: tuple[Any, ...] = tuple(getattr(AuditEntry, name) for name in (*FIELDS, "previous", "digest"))
LAST: tuple[Any, ...] = (AuditEntry.id, AuditEntry.digest)
PAGE = 1000
Fact = str | int | bool | Sequence[str]


def record(
    session: Session,
    viewer: Viewer | None,
    now: datetime,
    action: str,
    subject: str = "",
    name: str = "",
    *,
    detail: Mapping[str, Fact] | None = None,
    address: str = "",
) -> AuditEntry:
    """Add an entry in the caller's transaction; the caller commits.

    Call it last before the commit: from here on every other writer of entries waits.

    :param viewer: Who did it; ``None`` if nobody is signed in, then ``address`` says from where.
    :param action: A key such as ``request.prepared``; its words are in ``labels.ACTION``.
    :param subject: On whom, as ``<noun>:<id>``: ``customer:12``, ``request:OB-1A2B3C4D``.
    :param name: The name that the subject, or the customer it is about, has now.
    :param detail: More facts, none of them typed by anybody: roles, rules, counts, keys, names from the tables.
    """
    session.flush()  # what this transaction locks, it locks before it waits here, so that two never wait in a circle
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(select(*LAST).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    before, previous = last or (0, GENESIS)
    words = {"action": action, "subject": subject, "subject_name": name, "reference": errors.reference.get()}
    fields = _who(viewer, address) | {field: _fitting(field, text) for field, text in words.items()}
    entry = AuditEntry(
        id=before + 1,
        at=now.astimezone(UTC),
        detail=json.loads(json.dumps(dict(detail or {}))),
        previous=previous,
        digest="",
        **fields,
    )
    entry.digest = digest_of(entry)
    session.add(entry)
    session.flush()
    return entry


def _who(viewer: Viewer | None, address: str) -> dict[str, Any]:
    if viewer is None:
        return {"address": _fitting("address", address)}
    return {
        "partner_id": viewer.partner_id,
        "member_id": viewer.member_id,
        "member_name": _fitting("member_name", viewer.member.name),
        "address": _fitting("address", viewer.address or address),
    }


def _fitting(field: str, text: str) -> str:
    return text.replace("\0", "")[: LENGTHS[field]]


def digest_of(entry: AuditEntry | Row[Any]) -> str:
    """Return SHA-256, in hexadecimal, over the previous digest and the entry's fields as canonical JSON."""
    fields = {name: getattr(entry, name) for name in FIELDS}
    fields["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{entry.previous}\n{canonical}".encode()).hexdigest()


def seen_since(session: Session, viewer: Viewer, action: str, subject: str, since: datetime) -> bool:
    """Say whether the viewer's doing this is written since then, so that it need not be written again."""
    statement = select(col(AuditEntry.id)).where(
        col(AuditEntry.member_id) == viewer.member_id,
        col(AuditEntry.action) == action,
        col(AuditEntry.subject) == subject,
        col(AuditEntry.at) >= since,
    )
    return session.execute(statement.limit(1)).first() is not None


@dataclass(frozen=True)
class Broken:
    """The first entry that does not fit: its words were ``changed``, entries before it are ``missing``, or another one
    was before it when it was written (``chain``).
    """

    entry_id: int
    why: Literal["changed", "missing", "chain"]


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found: how many entries are good, and the digest of the last of them.

    ``knows_head`` says whether the digest that was kept elsewhere belongs to one of them.
    """

    count: int
    head: str
    broken: Broken | None
    knows_head: bool


def verify(session: Session, head: str = "") -> Verdict:
    """Walk along the whole chain and name the first entry that does not fit, if any.

    It finds a changed field, a removed, inserted or swapped entry. It cannot find by itself that the last entries were
    cut off, nor that the chain was written anew from some entry on: then ``head``, a digest that was kept
    elsewhere, is not among the entries any more.
    """
    count, last, knows_head = 0, GENESIS, head in {"", GENESIS}
    for entry in _walk(session):
        why = _fault(entry, count, last)
        if why is not None:
            return Verdict(count, last, Broken(entry.id, why), knows_head)
        count, last = entry.id, entry.digest
        knows_head = knows_head or last == head
    return Verdict(count, last, None, knows_head)


def _fault(entry: Row[Any], count: int, last: str) -> Literal["changed", "missing", "chain"] | None:
    if entry.id != count + 1:
        return "missing" if entry.id > count else "chain"
    try:
        computed = digest_of(entry)
    except (AttributeError, TypeError, ValueError):  # a value that no entry was ever written with
        return "changed"
    if entry.digest != computed:
        return "changed"
    return None if entry.previous == last else "chain"


def _walk(session: Session) -> Iterator[Row[Any]]:
    """Yield all entries in the order they were written, a thousand at a time; of one that cannot be read, its id."""
    rows = _page(session, true())
    while rows:
        yield from rows
        rows = _page(session, col(AuditEntry.id) > rows[-1].id)


def _page(session: Session, where: ColumnElement[bool]) -> Sequence[Row[Any]]:
    key = col(AuditEntry.id)
    try:
        return session.execute(select(*COLUMNS).where(where).order_by(key).limit(PAGE)).all()
    except (TypeError, ValueError):  # SQLite keeps any text in any column: a moment or JSON that is none
        ids = session.execute(select(key).where(where).order_by(key).limit(PAGE)).all()
        return [_one(session, row) for row in ids]


def _one(session: Session, row: Row[Any]) -> Row[Any]:
    try:
        return session.execute(select(*COLUMNS).where(col(AuditEntry.id) == row.id)).one()
    except (TypeError, ValueError):
        return row
