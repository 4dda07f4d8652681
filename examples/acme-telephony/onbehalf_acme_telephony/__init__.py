"""Acme Telephony: who may ask for support, what its form wants, and the way there."""

from __future__ import annotations

from collections.abc import Iterable

from webapp import Check, Cloud, Draft, PreparedRequest, Product, RedirectTarget, Situation, hookimpl

from onbehalf_acme_telephony.checks import checks
from onbehalf_acme_telephony.handover import request, way_in
from onbehalf_acme_telephony.product import PRODUCT
from onbehalf_acme_telephony.settings import Settings

__all__ = ["Settings", "build_request", "entitlement_check", "redirect_target", "register_products"]


@hookimpl
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return the product for customers in the worldwide cloud."""
    return (PRODUCT,) if cloud.key == "global" else ()


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge the contract with the vendor."""
    return tuple(checks(situation))


@hookimpl
def build_request(draft: Draft) -> PreparedRequest:
    """Put the request into the order of the vendor's form."""
    return request(draft)


@hookimpl
def redirect_target(draft: Draft) -> RedirectTarget:
    """Lead to the vendor's page for a new case."""
    return way_in(draft)
