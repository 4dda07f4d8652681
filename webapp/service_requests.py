"""After the handover: the door opened, the vendor's number, answers, notes, owners and states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, select

from webapp import doors, response_clock, ticket_numbers, timeline
from webapp.contracts.responses import ResponseTable, StaffedHours
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, DoorRefused, Invalid, NotFound
from webapp.i18n import _, in_all_languages
from webapp.permissions import Viewer, requests_of
from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import ServiceRequest

STATES = ("ready", "handed_over", "filed", "answered", "closed", "solved")
NEXT: Mapping[str, tuple[str, ...]] = {
    "ready": ("solved",),
    "handed_over": ("solved",),
    "filed": ("answered", "closed"),
    "answered": ("closed",),
    "closed": ("filed",),
    "solved": ("ready",),
}
"""What a reader may choose next; ``handed_over`` comes by opening a door, ``filed`` by a number (or by reopening)."""

SAME_MOMENT = timedelta(minutes=1)
"""A moment is typed to the minute; the same number at the same moment is the same step, sent twice."""

NOTE_LENGTH = 10_000
_KIND_OF = {"answered": "answered", "closed": "closed", "solved": "solved", "filed": "reopened", "ready": "reopened"}


def fetch(session: Session, viewer: Viewer, ref: str, *, to_change: bool = False) -> ServiceRequest:
    """Return one of the requests the viewer may see; ``to_change`` makes whoever else would change it wait.

    :raises NotFound: if there is none, or it is a stranger's: the reader learns no difference.
    """
    statement = select(ServiceRequest).where(ServiceRequest.ref == ref.upper(), requests_of(viewer))
    if to_change:
        statement = statement.with_for_update()  # SQLite needs none: a session that writes begins with its lock
    request = session.exec(statement).first() if "\0" not in ref else None
    if request is None:
        raise NotFound(
            _("There is no such request among yours."),
            remedy=_("Look for it in the list of requests, by its reference or the vendor's number."),
        )
    return request


def door_url(session: Session, deployment: Deployment, request: ServiceRequest, number: int = 0) -> str:
    """Return the URL of a recorded door, its host and the customer's tenant checked again.

    :raises NotFound: if the request has no such door.
    :raises DoorRefused: if the cloud is not enabled any more, the host is none of its own, or the customer's tenant or
        domain is not the one the door was made for.
    """
    if not 0 <= number < len(request.doors):
        raise NotFound(_("This request has no such door."), remedy=_("Use one of the doors on the request's page."))
    door = request.doors[number]
    if door["outside"]:
        return str(door["url"])
    cloud = deployment.plugins.clouds.get(request.cloud)
    if cloud is None:
        raise DoorRefused(
            _("The cloud %(key)s is not enabled here any more, so its addresses cannot be checked.", key=request.cloud),
            remedy=_("Ask whoever runs this desk to enable it again."),
        )
    doors.require_host(door["url"], cloud)
    customer = session.get(Customer, request.customer_id)
    recorded = (request.tenant_id, request.domain, request.initial_domain)
    if customer is None or recorded != (customer.tenant_id, customer.domain, customer.initial_domain):
        raise DoorRefused(
            _("The customer's tenant or domain has changed since this request was prepared."),
            remedy=_("Prepare the request again from the customer's page; the old address may be somebody else's."),
        )
    return str(door["url"])


def open_door(
    session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, number: int = 0
) -> str:
    """Note that the reader goes to the portal, and return its URL.

    :raises NotFound, DoorRefused: as ``door_url``.
    """
    url = door_url(session, deployment, request, number)
    now = deployment.now()
    if request.state == "ready":
        request.state, request.handed_over_at = "handed_over", now
    timeline.write(session, request, now, viewer, "opened", detail={"door": request.doors[number]["label"]})
    session.commit()
    return url


def record_ticket(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    request: ServiceRequest,
    ticket_number: str,
    filed_at: datetime,
) -> None:
    """Record the vendor's number and when it was submitted; the clock starts there. The same once more is nothing new.

    :raises Invalid: if the number is empty, over 64 characters or holds control characters, or the moment lies ahead.
    :raises Conflict: if the request was solved without filing, or is closed.
    """
    number = ticket_numbers.checked_ticket_number(ticket_number)
    now = deployment.now()
    if request.state not in {"ready", "handed_over", "filed", "answered"}:
        raise Conflict(
            _("This request is finished, so no number is recorded."), remedy=_("Reopen it first, on its own page.")
        )
    if filed_at > now + timedelta(minutes=5):
        raise Invalid(
            _("The moment of submission lies in the future."),
            remedy=_("Enter when it was submitted, in your own time."),
        )
    known = request.filed_at if request.ticket_number == number else None
    if request.state in {"filed", "answered"} and known and abs(min(filed_at, now) - known) < SAME_MOMENT:
        return
    if request.state in {"ready", "handed_over"}:
        request.state = "filed"
    request.ticket_number, request.filed_at = number, min(filed_at, now)
    _start_clock(request)
    timeline.write(session, request, now, viewer, "filed", detail={"number": number})
    session.commit()


def change_state(session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, state: str) -> None:
    """Move the request on: answered, closed, solved without filing, or reopened.

    :raises Invalid: if there is no such state.
    :raises Conflict: if it does not follow from the present one; nothing changes.
    """
    if state not in STATES:
        raise Invalid(_("There is no state of that name."), remedy=_("Use the buttons on the request's page."))
    if state == request.state:
        return
    move(session, deployment.now(), viewer, request, state)
    session.commit()


def move(session: Session, now: datetime, viewer: Viewer, request: ServiceRequest, state: str) -> None:
    """Bring the request into a state that follows from the present one; the caller commits.

    :raises Conflict: if it does not follow.
    """
    if state not in NEXT[request.state]:
        raise Conflict(
            _("This step does not follow from the state the request is in."),
            remedy=_("Look at its present state, and choose again."),
        )
    kind = _KIND_OF[state]
    if state == "answered":
        request.answered_at = now
    if state in {"closed", "solved"}:
        request.closed_at = now
    else:
        request.closed_at = None
    if state == "ready" and request.handed_over_at is not None:
        state = "handed_over"
    request.state = state
    timeline.write(session, request, now, viewer, kind)


def add_note(session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, text: str) -> None:
    """Add a note to the timeline.

    :raises Invalid: if it is empty or over 10,000 characters.
    """
    timeline.write(session, request, deployment.now(), viewer, "note", text=checked_note(text))
    session.commit()


def checked_note(text: str) -> str:
    """Return the words of a note.

    :raises Invalid: if it is empty or over 10,000 characters.
    """
    words = text.replace("\0", "").strip()
    if not words:
        raise Invalid(_("The note is empty."), remedy=_("Write what happened or what to do next."))
    if len(words) > NOTE_LENGTH:
        raise Invalid(
            _("The note is over 10,000 characters long."), remedy=_("Shorten it; attach long logs in the portal.")
        )
    return words


def assign(session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, member_id: int) -> None:
    """Give the request to a colleague.

    :raises Invalid: if the member is neither the owner nor one of the filing partner's or the viewer's who may sign in.
    """
    member = session.get(Member, member_id) if member_id <= LARGEST_ID else None
    colleague = member is not None and member.active and member.partner_id in {viewer.partner_id, request.partner_id}
    if member is None or not (colleague or member.id == request.owner_id):
        raise Invalid(_("Only a colleague can own a request."), remedy=_("Choose one of the list."))
    request.owner_id = member.id
    timeline.write(session, request, deployment.now(), viewer, "owner", detail={"name": member.name})
    session.commit()


def pass_to_provider(session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest) -> None:
    """Let the customer's provider follow and own a request that its reseller prepared (R71).

    :raises Conflict: if the viewer's partner is not the customer's reseller, or the request is finished.
    """
    customer = session.get(Customer, request.customer_id)
    if customer is None or customer.reseller_id != viewer.partner_id or request.state in {"closed", "solved"}:
        raise Conflict(
            _("This request cannot be passed to a provider."),
            remedy=_("Only a reseller passes an open request on, to the provider of that customer."),
        )
    request.follower_id, request.owner_id = customer.partner_id, None
    timeline.write(session, request, deployment.now(), viewer, "passed")
    session.commit()


def _start_clock(request: ServiceRequest) -> None:
    """Compute when the first answer is due, from what was recorded when the request was prepared."""
    recorded = request.promise
    if recorded is None or request.filed_at is None:
        request.due_at = request.due_why = None
        return
    promise = response_clock.promise(
        ResponseTable.model_validate(recorded["table"]),
        category=request.category or None,
        severity=request.severity or None,
        language=request.language,
        filed_at=request.filed_at,
        desk=response_clock.Desk(
            staffed=StaffedHours.model_validate(recorded["staffed"]),
            country=recorded["country"],
            time_zone=recorded["time_zone"],
            overrides=recorded.get("holidays", {}),
        ),
    )
    request.due_at = promise.due_at if promise else None
    request.due_why = in_all_languages(promise.why) if promise else None
