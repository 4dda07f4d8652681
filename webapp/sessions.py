"""Sessions: a random id in the reader's cookie, its SHA-256 in a row that has limits and can be ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from webapp import audit
from webapp.config import Settings
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.partners import Member, Partner
from webapp.tables.sessions import UserSession

NOTED_EVERY = timedelta(minutes=1)
"""``seen_at`` is written this often at most, so that reading a page writes nothing most of the time."""
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: unused, and at all."""

    idle: timedelta
    absolute: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def digest(secret: str) -> str:
    """Return what the row holds of the id in the cookie."""
    return sha256(secret.encode()).hexdigest()


def begin(session: Session, member_id: int, *, now: datetime, cloud: str, address: str, agent: str) -> str:
    """Add a session, drop the member's long dead ones, and return the id for the cookie; the caller commits."""
    secret = secrets.token_urlsafe(32)
    session.exec(
        delete(UserSession).where(col(UserSession.member_id) == member_id, col(UserSession.created_at) < now - KEPT)
    )
    session.add(
        UserSession(
            id=digest(secret),
            member_id=member_id,
            cloud=cloud,
            created_at=now,
            seen_at=now,
            address=address[:64],
            agent=agent[:200],
        )
    )
    return secret


def find(session: Session, secret: str, limits: Limits, now: datetime) -> tuple[UserSession, Viewer] | None:
    """Return the live session of this id and who is signed in by it, or ``None``."""
    statement = (
        select(UserSession, Member, Partner)
        .join(Member, col(Member.id) == col(UserSession.member_id))
        .join(Partner, col(Partner.id) == col(Member.partner_id))
        .where(UserSession.id == digest(secret), col(Member.active), *_live(limits, now))
    )
    found = session.exec(statement).first()
    return (found[0], Viewer(found[1], found[2])) if found else None


def is_due(signed_in: UserSession, now: datetime) -> bool:
    """Say whether it is time to note that the session is in use."""
    return now - signed_in.seen_at >= NOTED_EVERY


def note_seen(session: Session, signed_in: UserSession, now: datetime) -> None:
    """Note that the session is in use; an earlier moment never replaces a later one. Commits."""
    session.exec(
        update(UserSession)
        .where(col(UserSession.id) == signed_in.id, col(UserSession.seen_at) < now)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def of_member(session: Session, viewer: Viewer, limits: Limits, now: datetime) -> Sequence[UserSession]:
    """Return the viewer's own live sessions, the one used last first."""
    return session.exec(
        select(UserSession)
        .where(UserSession.member_id == viewer.member_id, *_live(limits, now))
        .order_by(col(UserSession.seen_at).desc(), col(UserSession.id))
    ).all()


def end_own(session: Session, viewer: Viewer, session_id: str, now: datetime) -> None:
    """End one of the viewer's own sessions; one that has ended already stays so. Commits.

    :raises NotFound: if there is none, or it is another member's.
    """
    found = session.get(UserSession, session_id) if "\0" not in session_id else None
    if found is None or found.member_id != viewer.member_id:
        raise NotFound(_("There is no such session."), remedy=_("Choose one of your own sessions."))
    end(session, session_id, now)
    audit.record(session, viewer, now, "session.ended", f"member:{viewer.member_id}", viewer.member.name)
    session.commit()


def end(session: Session, session_id: str, now: datetime) -> None:
    """End a session if it has not ended; the caller commits."""
    _end(session, col(UserSession.id) == session_id, now)


def end_all(session: Session, member_id: int, now: datetime) -> None:
    """End every session of a member; the caller commits."""
    _end(session, col(UserSession.member_id) == member_id, now)


def _end(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.exec(update(UserSession).where(which, col(UserSession.ended_at).is_(None)).values(ended_at=now))


def _live(limits: Limits, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(UserSession.ended_at).is_(None),
        col(UserSession.seen_at) > now - limits.idle,
        col(UserSession.created_at) > now - limits.absolute,
    )
