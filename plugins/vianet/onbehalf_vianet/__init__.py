"""The cloud operated by 21Vianet in China, and its Microsoft 365."""

from __future__ import annotations

from collections.abc import Iterable

from onbehalf_vianet import checks, handover
from onbehalf_vianet.cloud import CHINA
from onbehalf_vianet.product import VIANET
from webapp import Check, Cloud, Draft, PreparedRequest, Product, RedirectTarget, Situation, hookimpl


@hookimpl
def register_clouds() -> Iterable[Cloud]:
    """Return the cloud operated by 21Vianet."""
    return (CHINA,)


@hookimpl
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return 21Vianet's Microsoft 365 where the cloud sells it."""
    return (VIANET,) if VIANET.key in cloud.products else ()


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge 21Vianet's own criteria (R7, R54, R58); S3 names no role and no admin relationship, so none is asked."""
    return (*checks.escalation(situation), *checks.severity(situation))


@hookimpl
def build_request(draft: Draft) -> PreparedRequest:
    """Put the request into the support details of the admin center (R58)."""
    return handover.request(draft)


@hookimpl
def redirect_target(draft: Draft) -> RedirectTarget:
    """Lead to the customer's admin center, by 21Vianet's own path (R11, R18, R19, R58)."""
    return handover.way_in(draft)
