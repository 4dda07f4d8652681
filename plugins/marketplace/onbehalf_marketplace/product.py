"""A commercial marketplace product: its names, and the one question asked about it."""

from __future__ import annotations

from onbehalf_marketplace.texts import _
from webapp import Product, Question

MARKETPLACE = Product(
    key="marketplace",
    label=_("Commercial marketplace product"),
    vendor="publisher",
    portal=None,
    by_publisher=True,
    aliases=("AppSource", "Azure Marketplace", "Marketplace", "ISV", "SaaS offer", "third-party product"),
    questions=(
        Question(
            key="subscription",
            label=_("Marketplace product"),
            help=_("Its publisher supports it; the request goes there."),
            kind="subscription",
            step="before",
        ),
    ),
    # Fraud is in no text about the marketplace; billing is offered so that the form can say whose duty it is (R40).
    categories=("break_fix", "advisory", "billing"),
    severities=(),
)
