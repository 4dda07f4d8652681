"""Values with one complete, plausible default each; a test states only what matters to it.

The cast: Fabrikam, a direct-bill partner, files for its customer Contoso in the worldwide cloud.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Contact, Draft
from webapp.contracts.products import Product
from webapp.contracts.situation import Customer, Member, Partner, Relationship, Situation, Subscription
from webapp.worldwide import GLOBAL

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""


def make_cloud(**changes: Any) -> Cloud:
    """Return the worldwide cloud with ``changes``."""
    return GLOBAL.model_copy(update=changes)


def make_partner(**changes: Any) -> Partner:
    """Return Fabrikam, a direct-bill partner without contracts, with ``changes``."""
    fields: dict[str, Any] = {
        "name": "Fabrikam",
        "kind": "direct_bill",
        "country": "SE",
        "time_zone": "Europe/Stockholm",
        "tenant_id": "6f1d9d4e-8f0e-4a4b-9a0c-0d6f3f5b1a01",
    }
    return Partner(**fields | changes)


def make_member(**changes: Any) -> Member:
    """Return an admin agent of Fabrikam with an account, with ``changes``."""
    fields: dict[str, Any] = {
        "name": "Astrid Nyberg",
        "email": "astrid.nyberg@fabrikam.com",
        "phone": "+46 8 555 010 10",
        "roles": ("admin_agent",),
        "account": "astrid.nyberg@fabrikam.com",
    }
    return Member(**fields | changes)


def make_customer(*, product: str = "azure", **changes: Any) -> Customer:
    """Return Contoso with an active delegated relationship and one subscription of ``product``, with ``changes``."""
    fields: dict[str, Any] = {
        "name": "Contoso",
        "tenant_id": "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b",
        "domain": "contoso.com",
        "initial_domain": "contoso.onmicrosoft.com",
        "country": "SE",
        "relationships": (Relationship(kind="delegated", status="active", roles=("admin_agent", "helpdesk_agent")),),
        "subscriptions": (
            Subscription(
                id="1",
                product=product,
                name=f"Contoso {product}",
                status="active",
                entitlement_id="d1f7e8a2-3b4c-4d5e-9f60-718293a4b5c6",
            ),
        ),
    }
    return Customer(**fields | changes)


def make_situation(product: Product, **changes: Any) -> Situation:
    """Return Fabrikam filing a break-fix problem of severity B for Contoso, with ``changes``."""
    fields: dict[str, Any] = {
        "cloud": GLOBAL,
        "product": product,
        "customer": make_customer(product=product.key),
        "partner": make_partner(),
        "member": make_member(),
        "category": "break_fix",
        "severity": "B",
        "answers": {"health_checked": "nothing_found", "issue_kind": "unavailable", "tried": "Restarted the machine."},
        "now": NOW,
    }
    return Situation(**fields | changes)


def make_draft(product: Product, *, title: str = "VM does not start", **changes: Any) -> Draft:
    """Return ``make_situation(product, **changes)``, put into words by the member."""
    situation = make_situation(product, **changes)
    member = situation.member
    return Draft(
        situation=situation,
        contact=Contact(name=member.name, email=member.email, phone=member.phone),
        title=title,
        description="Since this morning the machine stays in the state Starting.",
    )
