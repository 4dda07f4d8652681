"""The rows recorded of a customer, each on a form of its own: subscriptions, admin relationships, support groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import customer_parts, partners
from webapp.errors import DeskError
from webapp.i18n import LazyText, _
from webapp.labels import GRANTED_ROLE
from webapp.moments import for_input, from_input
from webapp.record_forms import day, group_form, relationship_form, subscription_form
from webapp.tables.customers import AdminRelationship, Subscription, SupportGroup
from webapp.views.gate import database_session, deployment, the_customer, viewer
from webapp.views.record_pages import attempted, filled_page, recorded

bp = Blueprint("customer_parts", __name__, url_prefix="/customers/<int:customer_id>")
Words = MultiDict[str, str]


@dataclass(frozen=True)
class Part:
    """One kind of row: its titles, its template, its rows, its form, and how a filled form is kept."""

    add: LazyText
    change: LazyText
    template: str
    rows: Callable[[], Sequence[Any]]
    form: Callable[[Words], Form]
    words: Callable[[Any], Words]
    save: Callable[[Any, dict[str, Any]], None]


@bp.get("/<any(subscriptions, relationships, groups):part>/new")
def new(customer_id: int, part: str) -> Response:
    """Show an empty form."""
    return _page(part, PARTS[part].form(MultiDict()), None)


@bp.post("/<any(subscriptions, relationships, groups):part>")
def add(customer_id: int, part: str) -> Response | BaseResponse:
    """Record a row."""
    return _save(part, None)


@bp.get("/<any(subscriptions, relationships, groups):part>/<int:row_id>")
def edit(customer_id: int, part: str, row_id: int) -> Response:
    """Show the form of one row."""
    row = customer_parts.one_of(PARTS[part].rows(), row_id)
    return _page(part, PARTS[part].form(PARTS[part].words(row)), row)


@bp.post("/<any(subscriptions, relationships, groups):part>/<int:row_id>")
def change(customer_id: int, part: str, row_id: int) -> Response | BaseResponse:
    """Change a row."""
    return _save(part, customer_parts.one_of(PARTS[part].rows(), row_id))


@bp.post("/<any(subscriptions, relationships, groups):part>/<int:row_id>/remove")
def remove(customer_id: int, part: str, row_id: int) -> Response | BaseResponse:
    """Remove a row."""
    row = customer_parts.one_of(PARTS[part].rows(), row_id)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(part, PARTS[part].form(PARTS[part].words(row)), row, error, status)

    def take_away() -> None:
        customer_parts.remove(database_session(), deployment(), viewer(), the_customer(), row)

    return attempted(take_away, _behind(), again)


def _save(part: str, row: Any) -> Response | BaseResponse:
    form = PARTS[part].form(request.form)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(part, form, row, error, status)

    return recorded(form, lambda: PARTS[part].save(row, form.data), _behind(), again)


def _behind() -> str:
    return url_for("customer_records.edit", customer_id=the_customer().id)


def _page(part: str, form: Form, row: Any, error: DeskError | None = None, status: int = 200) -> Response:
    customer, kind = the_customer(), PARTS[part]
    own = part != "subscriptions" or customer.partner_id == viewer().partner_id
    title = kind.change if row else kind.add
    return filled_page(kind.template, form, error, status, customer=customer, part=part, row=row, title=title, own=own)


def _subscription_form(words: Words) -> Form:
    products = [(p.key, p.label) for p in deployment().plugins.products_in(the_customer().cloud)]
    offers = [
        (str(offer.id), _("%(offer)s, by %(publisher)s", offer=offer.name, publisher=publisher))
        for offer, publisher in customer_parts.offers(database_session())
    ]
    return subscription_form(words, products, offers)


def _subscription_words(row: Subscription) -> Words:
    fields = row.model_dump(include={"product", "name", "status", "entitlement_id"})
    return MultiDict(
        fields | ({"offer_id": str(row.offer_id)} if row.offer_id else {}) | ({"trial": "yes"} if row.trial else {})
    )


def _save_subscription(row: Subscription | None, values: dict[str, Any]) -> None:
    customer_parts.save_subscription(database_session(), deployment(), viewer(), the_customer(), row, values)


def _relationship_words(row: AdminRelationship) -> Words:
    ends_at = str(for_input(row.ends_at)) if row.ends_at else ""
    return MultiDict(
        [("kind", row.kind), ("status", row.status), ("ends_at", ends_at), *(("roles", role) for role in row.roles)]
    )


def _relationship_form(words: Words) -> Form:
    recorded_ = {role for row in _relationships() for role in row.roles if role not in GRANTED_ROLE}
    return relationship_form(words, [*GRANTED_ROLE.items(), *((role, role) for role in sorted(recorded_))])


def _save_relationship(row: AdminRelationship | None, values: dict[str, Any]) -> None:
    typed = values["ends_at"] or ""
    values = values | {"ends_at": from_input(typed, otherwise=deployment().now()) if typed else None}
    customer_parts.save_relationship(database_session(), deployment(), viewer(), the_customer(), row, values)


def _group_form(words: Words) -> Form:
    session = database_session()
    azure = [(str(s.id), s.name) for s in customer_parts.subscriptions(session, the_customer()) if s.product == "azure"]
    colleagues = [(str(member.id), member.name) for member in partners.colleagues(session, viewer())]
    return group_form(words, azure, colleagues)


def _group_words(row: SupportGroup) -> Words:
    members = customer_parts.members_of(database_session(), row)
    on = str(row.subscription_id) if row.subscription_id else ""
    fields = [("name", row.name), ("since", row.since.isoformat()), ("subscription_id", on)]
    return MultiDict([*fields, *(("members", str(member)) for member in members)])


def _save_group(row: SupportGroup | None, values: dict[str, Any]) -> None:
    values = values | {"since": day(values["since"])}
    customer_parts.save_group(database_session(), deployment(), viewer(), the_customer(), row, values)


def _subscriptions() -> Sequence[Subscription]:
    return customer_parts.subscriptions(database_session(), the_customer())


def _relationships() -> Sequence[AdminRelationship]:
    return customer_parts.relationships(database_session(), viewer(), the_customer())


def _groups() -> Sequence[SupportGroup]:
    return customer_parts.groups(database_session(), viewer(), the_customer())


PARTS = {
    "subscriptions": Part(
        add=_("Record a subscription"),
        change=_("Change a subscription"),
        template="customers/subscription.html",
        rows=_subscriptions,
        form=_subscription_form,
        words=_subscription_words,
        save=_save_subscription,
    ),
    "relationships": Part(
        add=_("Record an admin relationship"),
        change=_("Change an admin relationship"),
        template="customers/relationship.html",
        rows=_relationships,
        form=_relationship_form,
        words=_relationship_words,
        save=_save_relationship,
    ),
    "groups": Part(
        add=_("Record a support group"),
        change=_("Change a support group"),
        template="customers/group.html",
        rows=_groups,
        form=_group_form,
        words=_group_words,
        save=_save_group,
    ),
}
