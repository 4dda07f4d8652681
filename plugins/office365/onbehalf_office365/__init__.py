"""Microsoft 365, Dynamics 365 and Enterprise Mobility + Security in the admin center."""

from __future__ import annotations

from collections.abc import Iterable

from onbehalf_office365.checks import all_checks
from onbehalf_office365.doors import target
from onbehalf_office365.products import PRODUCTS
from onbehalf_office365.request import prepared as prepare
from onbehalf_office365.settings import Settings
from webapp import Check, Cloud, Draft, PreparedRequest, Product, RedirectTarget, Situation, hookimpl

__all__ = ["Settings", "build_request", "entitlement_check", "redirect_target", "register_products"]


@hookimpl
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return those of the three products that are sold in ``cloud``."""
    return tuple(product for product in PRODUCTS if product.key in cloud.products)


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge relationship, subscription and Dynamics' plan (R14, R35, R36, R44, R68, R71)."""
    return tuple(all_checks(situation))


@hookimpl
def build_request(draft: Draft) -> PreparedRequest:
    """Return the answers in the order of the admin center's form (R31, R32, R34)."""
    return prepare(draft)


@hookimpl
def redirect_target(draft: Draft, prepared: PreparedRequest) -> RedirectTarget:
    """Return the admin center in the customer's context, and the other ways in (R16, R17, R19, R33, R37)."""
    return target(draft)
