"""A prepared request whose text is changed, and two people who change it at once: nobody's words are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session
from wtforms import Field

from webapp import customers, filing, intake, timeline
from webapp.contracts.products import Product
from webapp.deployment import Deployment
from webapp.errors import Conflict, NotAllowed
from webapp.forms import field_name
from webapp.i18n import LazyText, _, in_all_languages
from webapp.intake import Intake
from webapp.moments import for_input
from webapp.permissions import Viewer
from webapp.tables.requests import ServiceRequest, TimelineEntry

EDITABLE = frozenset({"ready", "handed_over"})


@dataclass(frozen=True)
class Difference:
    """One field that reads otherwise in two versions of a request: as it stands now, and as it was typed."""

    name: str
    label: Any
    theirs: str | LazyText
    mine: str | LazyText


def may_edit(request: ServiceRequest, viewer: Viewer) -> bool:
    """Say whether the text can still be changed, and by this reader."""
    return request.state in EDITABLE and viewer.partner_id in {request.partner_id, request.follower_id}


def require(request: ServiceRequest, viewer: Viewer) -> None:
    """Pass if the reader may change the text now.

    :raises NotAllowed: if their partner neither filed nor follows the request.
    :raises Conflict: if the vendor has the request already, or it is finished.
    """
    if viewer.partner_id not in {request.partner_id, request.follower_id}:
        raise NotAllowed(
            _("This request is another partner's, so its text is theirs."),
            remedy=_("Write a note on its page; whoever owns it reads it there."),
        )
    if request.state not in EDITABLE:
        raise Conflict(
            _("The text cannot be changed any more: the request was filed or finished meanwhile."),
            remedy=_("Write what is new as a note on its page, and tell the vendor under its number."),
        )


def read(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    request: ServiceRequest,
    typed: Mapping[str, str] | None = None,
) -> Intake:
    """Return the request as a form again: filled with ``typed``, or with what it says now.

    :raises NotFound: if its customer is none of the viewer's any more.
    :raises Conflict: if its plugin or cloud is not enabled, or the customer has moved to another cloud.
    """
    customer = customers.fetch(session, viewer, request.customer_id)
    product = deployment.plugins.product(request.cloud, request.product)
    if product is None or customer.cloud != request.cloud:
        raise Conflict(
            _("The answers cannot be made anew: the plugin for this product is not enabled here any more."),
            remedy=_("Write what is new as a note on the request's page, or ask whoever runs this desk to enable it."),
        )
    fixed = {"category": request.category, "subscription": (request.words or {}).get("subscription", "")}
    words = words_of(request, product) if typed is None else fixed | dict(typed) | {"category": request.category}
    return intake.read(session, deployment, viewer, customer, product, words)


def words_of(request: ServiceRequest, product: Product) -> dict[str, str]:
    """Return what the request says as the fields of its form, moments in the reader's zone.

    One that was recorded before its answers were kept has none of them; they are asked again.
    """
    plain = {name: str(getattr(request, name)) for name in ("category", "severity", "language", "title", "description")}
    words = request.words or plain | {f"contact_{name}": value for name, value in request.contact.items()}
    moments = {field_name(question) for question in product.questions if question.kind == "moment"}
    return {name: _local(value) if name in moments and value else value for name, value in words.items()}


def overtaken_by(session: Session, request: ServiceRequest, version: int) -> tuple[TimelineEntry, str | None] | None:
    """Return the change, and who made it, that came after ``version``; a note or an opened door changes no text."""
    changes = (found for found in timeline.of(session, request) if found[0].kind == "edited")
    latest = next(changes, None)
    return latest if latest and latest[0].detail["version"] > version else None


def differences(mine: Intake, request: ServiceRequest) -> Sequence[Difference]:
    """Return where what was typed departs from what the request says now, in the order of the form."""
    theirs = words_of(request, mine.product)
    return [
        Difference(name, field.label.text, _shown(field, theirs.get(name, "")), _shown(field, mine.data.get(name, "")))
        for name, field in mine.form._fields.items()
        if _folded(theirs.get(name, "")) != _folded(mine.data.get(name, ""))
    ]


def save(session: Session, deployment: Deployment, viewer: Viewer, request: ServiceRequest, mine: Intake) -> None:
    """Record what the request says now; its answers, checks and doors are made anew, so that they stay true.

    What it said before stays readable in its timeline. Nothing changed is nothing recorded.

    :raises NotEntitled, PluginError, DoorRefused: as ``filing.prepare``; nothing is recorded.
    """
    changes = differences(mine, request)
    if not changes:
        return
    before = [{"label": in_all_languages(one.label), "value": in_all_languages(one.theirs)} for one in changes]
    for name, value in filing.shaped(deployment, mine.customer, mine.draft()).items():
        setattr(request, name, value)
    detail = {"version": request.version + 1, "before": before}
    timeline.write(session, request, deployment.now(), viewer, "edited", detail=detail)
    session.commit()


def _shown(field: Field, value: str) -> str | LazyText:
    """Return a value as a reader knows it: a choice by its label, a tick as a word."""
    if field.type == "BooleanField":
        return _("Yes") if value else _("No")
    labels: dict[str, str | LazyText] = {key: label for key, label, *_rest in getattr(field, "choices", None) or ()}
    return labels.get(value, value)


def _folded(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def _local(recorded: str) -> str:
    return str(for_input(datetime.fromisoformat(recorded)))
