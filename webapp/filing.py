"""Check, prepare, commit: the main job."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp import doors, entitlements, timeline
from webapp.contracts.clouds import Cloud
from webapp.contracts.doors import Door, ExternalDoor
from webapp.contracts.handover import Answer, Check, Draft, LabelledDoor, RedirectTarget
from webapp.contracts.situation import Situation
from webapp.deployment import Deployment
from webapp.errors import Conflict, DoorRefused
from webapp.i18n import LazyText, _, in_all_languages
from webapp.permissions import Viewer
from webapp.plugins import asking
from webapp.portal_words import shown_in
from webapp.response_clock import table_for
from webapp.tables.customers import Customer
from webapp.tables.requests import ServiceRequest

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def prepare(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    draft: Draft,
    *,
    request_key: str,
    follower_id: int | None = None,
    files: Sequence[Mapping[str, Any]] = (),
) -> ServiceRequest:
    """Check, shape and record one request; a ``request_key`` seen before returns the request it made.

    :raises NotEntitled: with every failed check and its remedy.
    :raises PluginError: if a plugin fails, is silent or answers nonsense; nothing is recorded.
    :raises DoorRefused: if the way in leads off the cloud, or the customer's tenant or domain is unfit.
    """
    if (known := already_made(session, viewer, request_key)) is not None:
        return known
    request = _ready(viewer, deployment.now(), request_key, shaped(deployment, customer, draft))
    request.follower_id = follower_id if follower_id != viewer.partner_id else None
    request.files = [dict(file) for file in files]
    session.add(request)
    try:
        session.flush()
    except IntegrityError:  # the same form was sent twice at once, and the other one came first
        session.rollback()
        if made := already_made(session, viewer, request_key):
            return made
        raise
    timeline.write(session, request, request.created_at, viewer, "prepared")
    session.commit()
    return request


def already_made(session: Session, viewer: Viewer, request_key: str) -> ServiceRequest | None:
    """Return the request that this form made before, if it was sent twice.

    :raises Conflict: if the key is somebody else's.
    """
    known = session.exec(select(ServiceRequest).where(col(ServiceRequest.request_key) == request_key)).first()
    if known is not None and known.created_by_id != viewer.member_id:
        raise Conflict(
            _("This form has been used by somebody else."), remedy=_("Open the form anew; your text is kept.")
        )
    return known


def new_ref() -> str:
    """Return ``OB-`` and eight random characters of Crockford's base 32: forty bits, no look-alikes."""
    return "OB-" + "".join(secrets.choice(CROCKFORD) for _unused in range(8))


def _ready(viewer: Viewer, now: datetime, request_key: str, recorded: Mapping[str, Any]) -> ServiceRequest:
    return ServiceRequest(
        ref=new_ref(),
        request_key=request_key,
        version=0,
        partner_id=viewer.partner_id,
        created_by_id=viewer.member_id,
        owner_id=viewer.member_id,
        state="ready",
        created_at=now,
        **recorded,
    )


def shaped(deployment: Deployment, customer: Customer, draft: Draft) -> dict[str, Any]:
    """Check one request and return all that is recorded of whom it is for, what it says and where it leads.

    :raises NotEntitled, PluginError, DoorRefused: as ``prepare``.
    """
    entitlement = entitlements.check(deployment, draft.situation)
    entitlement.require()
    prepared = asking.prepared(deployment.plugins, draft)
    target = asking.target(deployment.plugins, draft, prepared)
    shape = target.ticket_shape
    return {
        **_whom_and_what(deployment, customer, draft),
        **_in_the_filers_words(draft),
        "checks": [_check(check) for check in entitlement.checks],
        "answers": [_answer(answer) for answer in prepared.answers],
        "checklist": [in_all_languages(line) for line in prepared.checklist],
        "doors": _doors(draft.situation, customer, target),
        "steps": [in_all_languages(step) for step in target.steps],
        "review": in_all_languages(target.review),
        "ticket_shape": shape.model_dump() if shape else None,
        "promise": _promise(deployment, draft),
    }


def _whom_and_what(deployment: Deployment, customer: Customer, draft: Draft) -> dict[str, Any]:
    """Record customer, cloud and product by name, since each may change or go."""
    situation, cloud = draft.situation, draft.cloud
    return {
        "customer_id": customer.id,
        "customer_name": customer.name,
        "tenant_id": customer.tenant_id,
        "domain": customer.domain,
        "initial_domain": customer.initial_domain,
        "cloud": cloud.key,
        "cloud_name": in_all_languages(cloud.name),
        "operator": cloud.operator,
        "telephone": _telephone(cloud) if situation.product.vendor == cloud.operator else None,
        "product": situation.product.key,
        "product_name": in_all_languages(situation.product.label),
        "plugin": asking.owner_of(deployment.plugins, situation),
        "account": situation.member.account,
    }


def _in_the_filers_words(draft: Draft) -> dict[str, Any]:
    situation = draft.situation
    subscription = situation.subscription
    return {
        "category": situation.category or "",
        "severity": situation.severity or "",
        "language": situation.language,
        "title": draft.title,
        "description": draft.description,
        "subscription": subscription.name if subscription else "",
        "contact": draft.contact.model_dump(),
        "words": as_sent(draft),
    }


def as_sent(draft: Draft) -> dict[str, str]:
    """Return the draft as the fields of the form, so that whoever changes it later begins with what was sent."""
    situation, contact = draft.situation, draft.contact
    return {
        "category": situation.category or "",
        "severity": situation.severity or "",
        "language": situation.language,
        "subscription": situation.subscription.id if situation.subscription else "",
        "title": draft.title,
        "description": draft.description,
        **{f"contact_{name}": value for name, value in contact.model_dump().items()},
        **{f"answer_{key}": value for key, value in situation.answers.items()},
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "outcome": check.outcome,
        "reason": in_all_languages(check.reason),
        "remedy": in_all_languages(check.remedy.text) if check.remedy else None,
        "rules": list(check.rules),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "section": in_all_languages(answer.section) if answer.section else None,
        "label": in_all_languages(answer.label),
        "value": in_all_languages(answer.value),
        "note": in_all_languages(answer.note) if answer.note else None,
    }


def _doors(situation: Situation, customer: Customer, target: RedirectTarget) -> list[dict[str, Any]]:
    label = _door_label(target.door, situation)
    main = LabelledDoor(label=label, door=target.door, reason=_("The way in for this product."))
    return [_door(entry, situation, customer) for entry in (main, *target.others)]


def _door(entry: LabelledDoor, situation: Situation, customer: Customer) -> dict[str, Any]:
    """Record one door as a URL, with all the page says of it.

    :raises DoorRefused: if a product that the cloud's operator supports is given a door outside the cloud.
    """
    cloud = situation.cloud
    outside = isinstance(entry.door, ExternalDoor)
    if outside and not situation.product.leaves_the_cloud:
        raise DoorRefused(
            _("The plugin would send you outside %(cloud)s.", cloud=cloud.name),
            remedy=_("Start in Partner Center by hand, and tell whoever runs this desk."),
        )
    url = doors.url_of(entry.door, cloud, customer)
    return {
        "label": in_all_languages(entry.label),
        "reason": in_all_languages(entry.reason),
        "url": url,
        "host": urlsplit(url).hostname or urlsplit(url).path,
        "scheme": urlsplit(url).scheme,
        "outside": outside,
        "language": situation.language if outside else shown_in(cloud, situation.language),
        "in_customer": doors.opens_in_customer(entry.door, cloud),
        "own_tenant": situation.customer.own,
        "confirmed": entry.confirmed and doors.is_confirmed(entry.door, cloud),
        "steps": [in_all_languages(step) for step in entry.steps],
    }


def _door_label(door: Door, situation: Situation) -> str | LazyText:
    if isinstance(door, ExternalDoor):
        return situation.product.vendor if situation.product.third_party else _("The publisher")
    return doors.portal_of(door, situation.cloud).label


def _promise(deployment: Deployment, draft: Draft) -> dict[str, Any] | None:
    table = table_for(draft.situation)
    if table is None:
        return None
    partner = draft.situation.partner
    # What says no more than its default is left out: a server of the version before does not know the field.
    unsaid = None if table.languages_confirmed else {"languages_confirmed"}
    return {
        "table": table.model_dump(mode="json", exclude=unsaid),
        "staffed": deployment.settings.staffed_hours.model_dump(mode="json"),
        "country": partner.country,
        "time_zone": partner.time_zone,
        "holidays": {country: list(days) for country, days in deployment.settings.holidays.items()},
    }


def _telephone(cloud: Cloud) -> dict[str, Any] | None:
    if cloud.telephone is None:
        return None
    return {"number": cloud.telephone.number, "note": in_all_languages(cloud.telephone.note)}
