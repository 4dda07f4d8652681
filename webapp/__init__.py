"""Onbehalf: the public names, for plugin authors.

from webapp import Check, Remedy, TextDomain, hookimpl
"""

from webapp.contracts.clouds import Address, Cloud, Link, Portal, Telephone
from webapp.contracts.doors import ExternalDoor, PortalDoor
from webapp.contracts.escalation import ESCALATION_QUESTIONS
from webapp.contracts.handover import (
    Answer,
    Check,
    Contact,
    Draft,
    LabelledDoor,
    PreparedRequest,
    RedirectTarget,
    Remedy,
    TicketShape,
    partner_center_door,
)
from webapp.contracts.products import Choice, Product, Question
from webapp.contracts.responses import ResponseTable, StaffedHours, Target
from webapp.contracts.situation import Customer, Offer, Publisher, Relationship, Situation, Subscription
from webapp.contracts.values import Text
from webapp.hookspecs import hookimpl
from webapp.i18n import TextDomain

__version__ = "0.1.0"
API_VERSION = "1.0"
"""The version of what plugins build on; docs/plugin-api.md says what may change with which number."""

__all__ = [
    "API_VERSION",
    "ESCALATION_QUESTIONS",
    "Address",
    "Answer",
    "Check",
    "Choice",
    "Cloud",
    "Contact",
    "Customer",
    "Draft",
    "ExternalDoor",
    "LabelledDoor",
    "Link",
    "Offer",
    "Portal",
    "PortalDoor",
    "PreparedRequest",
    "Product",
    "Publisher",
    "Question",
    "RedirectTarget",
    "Relationship",
    "Remedy",
    "ResponseTable",
    "Situation",
    "StaffedHours",
    "Subscription",
    "Target",
    "Telephone",
    "Text",
    "TextDomain",
    "TicketShape",
    "__version__",
    "hookimpl",
    "partner_center_door",
]
