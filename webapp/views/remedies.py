"""Where a remedy leads: an action becomes a page of ours, a door a link to a portal or a document."""

from __future__ import annotations

from flask import url_for

from webapp import doors
from webapp.contracts.clouds import Cloud
from webapp.contracts.doors import Door, ExternalDoor
from webapp.contracts.handover import Remedy
from webapp.errors import DoorRefused
from webapp.i18n import LazyText, _
from webapp.tables.customers import Customer

Link = tuple[LazyText, str, bool]
PAGES: dict[str, tuple[str, LazyText]] = {
    "ask_for_access": ("drafts.ask", _("Ask for access")),
    "pass_to_provider": ("drafts.choose", _("Pass the draft to the provider")),
    "pass_to_colleague": ("drafts.choose", _("Pass the draft to a colleague")),
}


def links(remedy: Remedy, cloud: Cloud, customer: Customer, product: str) -> list[Link]:
    """Return label, address and "leaves this desk" of each link a remedy has."""
    found: list[Link] = []
    if remedy.action in PAGES:
        endpoint, label = PAGES[remedy.action]
        found.append((label, url_for(endpoint, customer_id=customer.id, product=product), False))
    if remedy.door is not None:
        found += door_link(remedy.door, cloud, customer)
    return found


def door_link(door: Door, cloud: Cloud, customer: Customer) -> list[Link]:
    """Return the link of a door, or nothing where the cloud has no such portal or the customer's data lead nowhere."""
    try:
        url = doors.url_of(door, cloud, customer)
        label = _("Read more") if isinstance(door, ExternalDoor) else doors.portal_of(door, cloud).label
    except DoorRefused:
        return []
    return [(label if isinstance(label, LazyText) else _("Open the portal"), url, True)]
