"""One note to several requests, or several closed at once; and taking that back for a while."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from webapp import service_requests, timeline
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, DeskError, Invalid, NotFound
from webapp.i18n import _, in_all_languages
from webapp.permissions import Viewer, requests_of
from webapp.tables.conveniences import BulkAction
from webapp.tables.requests import ServiceRequest, TimelineEntry

MOST = 200
LASTS = timedelta(minutes=10)
"""For how long it can be taken back: long enough to see the mistake, short enough that nobody has built on it."""

KINDS = ("note", "close")


def fetch(session: Session, viewer: Viewer, action_id: int) -> BulkAction:
    """Return one of the viewer's own actions.

    :raises NotFound: if there is none, or it is another member's.
    """
    mine = select(BulkAction).where(BulkAction.id == action_id, BulkAction.member_id == viewer.member_id)
    action = session.exec(mine).first() if action_id <= LARGEST_ID else None
    if action is None:
        raise NotFound(_("There is no such action of yours."), remedy=_("Look at the requests themselves."))
    return action


def may_undo(action: BulkAction, now: datetime) -> bool:
    """Say whether it can still be taken back."""
    return bool(action.done) and action.undone_at is None and now - action.at <= LASTS


def apply(
    session: Session, deployment: Deployment, viewer: Viewer, refs: Sequence[str], kind: str, text: str, key: str
) -> BulkAction:
    """Do it to every request named, all in one commit; a ``key`` seen before returns what it did.

    A request to which it does not apply is left out, with why.

    :raises Invalid: if none is chosen, too many are, the kind is unknown, or a note is empty or too long.
    :raises NotFound: if one of them is not the viewer's: then nothing is done at all.
    """
    known = session.exec(select(BulkAction).where(BulkAction.key == key)).first()
    if known is not None:
        return fetch(session, viewer, known.id)
    _check(refs, kind, key)
    words = service_requests.checked_note(text) if kind == "note" or text.strip() else ""
    action = BulkAction(member_id=viewer.member_id, key=key, kind=kind, at=deployment.now(), done=[], left_out=[])
    done: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    for request in _requests(session, viewer, refs):
        before = _as_it_is(request)
        try:
            note_id = _one(session, deployment, viewer, request, kind, words)
        except DeskError as error:
            why = {"why": in_all_languages(error.message)}
            left_out.append({"ref": request.ref, "title": request.title} | why)
            continue
        done.append(before | {"version": request.version, "note_id": note_id})
    action.done, action.left_out = done, left_out
    session.add(action)
    session.commit()
    return action


def undo(session: Session, deployment: Deployment, viewer: Viewer, action: BulkAction) -> list[ServiceRequest]:
    """Take it back where nobody has changed the request since; return those left as they are.

    :raises Conflict: if it is too late, or it was taken back already.
    """
    now = deployment.now()
    if not may_undo(action, now):
        raise Conflict(
            _("This cannot be taken back any more."), remedy=_("Open the requests themselves, and change them there.")
        )
    left: list[ServiceRequest] = []
    for one in action.done:
        request = service_requests.fetch(session, viewer, one["ref"], to_change=True)
        if request.version != one["version"]:
            left.append(request)
            continue
        _restore(session, request, one)
        timeline.write(session, request, now, viewer, "undone")
    action.undone_at = now
    session.add(action)
    session.commit()
    return left


def _check(refs: Sequence[str], kind: str, key: str) -> None:
    if not refs:
        raise Invalid(_("No request is chosen."), remedy=_("Tick the requests in the list, then choose what to do."))
    if len(refs) > MOST:
        raise Invalid(_("So many requests cannot be changed at once."), remedy=_("Choose 200 at most."))
    if kind not in KINDS or not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", key):
        raise Invalid(_("This form does not fit any more."), remedy=_("Open the list of requests anew."))


def _requests(session: Session, viewer: Viewer, refs: Sequence[str]) -> Sequence[ServiceRequest]:
    wanted = {ref.upper() for ref in refs if "\0" not in ref}
    statement = select(ServiceRequest).where(col(ServiceRequest.ref).in_(wanted), requests_of(viewer))
    found = session.exec(statement.order_by(col(ServiceRequest.id)).with_for_update()).all()
    if len(found) != len({ref.upper() for ref in refs}):
        raise NotFound(
            _("One of these requests is not among yours; nothing was done."),
            remedy=_("Open the list of requests anew."),
        )
    return found


def _one(
    session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, kind: str, note: str
) -> int | None:
    """Do it to one request; return the id of its note, which may go along with closing it."""
    if kind == "close":
        service_requests.move(session, deployment.now(), viewer, request, "closed")
    if not note:
        return None
    entry = timeline.write(session, request, deployment.now(), viewer, "note", text=note)
    session.flush()
    return entry.id


def _as_it_is(request: ServiceRequest) -> dict[str, Any]:
    moments = {name: getattr(request, name) for name in ("answered_at", "closed_at")}
    written = {name: at.isoformat() if at else None for name, at in moments.items()}
    return {"ref": request.ref, "title": request.title, "state": request.state} | written


def _restore(session: Session, request: ServiceRequest, before: dict[str, Any]) -> None:
    """Put the state back, and mark the note as withdrawn: it was read, so it does not vanish."""
    if before["note_id"] is not None:
        entry = session.get(TimelineEntry, before["note_id"])
        if entry is not None:
            entry.detail = {**entry.detail, "withdrawn": True}
            session.add(entry)
    request.state = before["state"]
    for name in ("answered_at", "closed_at"):
        setattr(request, name, datetime.fromisoformat(before[name]) if before[name] else None)
