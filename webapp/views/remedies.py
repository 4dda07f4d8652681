"""Where a remedy leads: an action becomes a page of ours, a door a link to a portal or a document."""

from __future__ import annotations

from typing import Any

from flask import url_for

from webapp import doors, roles
from webapp.contracts.clouds import Cloud
from webapp.contracts.doors import Door, ExternalDoor
from webapp.contracts.handover import Remedy
from webapp.errors import DoorRefused
from webapp.i18n import LazyText, _
from webapp.tables.customers import Customer
from webapp.views.gate import viewer

Link = tuple[LazyText, str, bool]
PAGES: dict[str, tuple[str, roles.Action, LazyText]] = {
    "ask_for_access": ("drafts.ask", "see_customers", _("Ask for access")),
    "add_contract": ("contracts.index", "manage_contracts", _("Support contracts")),
    "add_publisher": ("publishers.index", "manage_publishers", _("Publishers")),
    "edit_customer": ("customer_records.edit", "manage_customers", _("Change the customer's page")),
    "grant_access": ("access.show", "manage_access", _("Give access")),
    "pass_to_provider": ("drafts.choose", "write_drafts", _("Pass the draft to the provider")),
    "pass_to_colleague": ("drafts.choose", "write_drafts", _("Pass the draft to a colleague")),
}
"""Page, what the reader must be allowed for it, and the words of the link."""


DESK_WIDE = frozenset({"contracts.index", "publishers.index"})


def links(remedy: Remedy, cloud: Cloud, customer: Customer, product: str) -> list[Link]:
    """Return label, address and "leaves this desk" of each link a remedy has."""
    found: list[Link] = []
    if remedy.action in PAGES:
        endpoint, action, label = PAGES[remedy.action]
        if roles.may(viewer(), action):
            found.append((label, url_for(endpoint, **_named(endpoint, customer, product)), False))
    if remedy.door is not None:
        found += door_link(remedy.door, cloud, customer)
    return found


def whom_to_ask(remedy: Remedy) -> str | LazyText:
    """Return who can do what the remedy asks for, where the reader may not; else nothing."""
    if remedy.action not in PAGES:
        return ""
    return roles.whom_to_ask(viewer(), PAGES[remedy.action][1]) or ""


def _named(endpoint: str, customer: Customer, product: str) -> dict[str, Any]:
    """Return what the page's address names: a customer and a product, a customer, or nothing."""
    if endpoint.startswith("drafts."):
        return {"customer_id": customer.id, "product": product}
    return {} if endpoint in DESK_WIDE else {"customer_id": customer.id}


def door_link(door: Door, cloud: Cloud, customer: Customer) -> list[Link]:
    """Return the link of a door, or nothing where the cloud has no such portal or the customer's data lead nowhere."""
    try:
        url = doors.url_of(door, cloud, customer)
        label = _("Read more") if isinstance(door, ExternalDoor) else doors.portal_of(door, cloud).label
    except DoorRefused:
        return []
    return [(label if isinstance(label, LazyText) else _("Open the portal"), url, True)]
