"""Commercial marketplace products: the publisher supports them, not Microsoft."""

from __future__ import annotations

from collections.abc import Iterable

from onbehalf_marketplace import checks, handover
from onbehalf_marketplace.product import MARKETPLACE
from webapp import Check, Cloud, Draft, PreparedRequest, Product, RedirectTarget, Situation, hookimpl


@hookimpl
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return the marketplace product where the cloud sells it."""
    return (MARKETPLACE,) if MARKETPLACE.key in cloud.products else ()


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge whose duty it is, and whether the publisher can be reached (R38, R39, R40)."""
    return (*checks.duty(situation), *checks.publisher(situation))


@hookimpl
def build_request(draft: Draft) -> PreparedRequest | None:
    """Put the request into what the publisher needs to know."""
    return handover.request(draft)


@hookimpl
def redirect_target(draft: Draft) -> RedirectTarget | None:
    """Lead to the publisher by the best way that is known: page, e-mail, telephone (R39)."""
    return handover.way_in(draft)
