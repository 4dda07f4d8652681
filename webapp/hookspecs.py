"""The verbs of Onbehalf: what a plugin may answer. Three carry the product; two keep core free of hard-coded lists."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Check, Draft, PreparedRequest, RedirectTarget
from webapp.contracts.products import Product
from webapp.contracts.situation import Situation

hookspec = pluggy.HookspecMarker("onbehalf")
hookimpl = pluggy.HookimplMarker("onbehalf")


@hookspec
def register_clouds() -> Iterable[Cloud]:
    """Return the clouds this plugin knows.

    Asked once at the start, before any other hook; must not open a connection, a file or a database. The answers of all
    plugins are joined; a key that two plugins return stops the start. Whether a cloud is enabled is the deployer's
    choice (``ONBEHALF_CLOUDS``), and every address in it can be overridden, so a plugin keeps no copy of its own.

    :returns: The clouds; nothing from a plugin that brings none.
    """
    raise LookupError("a specification is not called")


@hookspec
def register_products(cloud: Cloud) -> Iterable[Product]:
    """Return the products this plugin owns in one cloud.

    Asked once per enabled cloud at the start. Implementing it makes the plugin an owner: it alone is asked to check,
    build and redirect for what it registers. A plugin without it is a policy: asked for checks about all products. A
    product that two plugins register for the same cloud stops the start. Products whose key is missing in
    ``cloud.products`` are not sold there and are left out by core; a ``third_party`` one is sold beside the cloud,
    wherever its plugin returns it.

    :param cloud: One enabled cloud, with the deployer's overrides.
    :returns: The products; nothing where the plugin has none in this cloud.
    """
    raise LookupError("a specification is not called")


@hookspec
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Say whether this partner may ask for support for this customer and product.

    Asked while the form is being filled in and again on submission, so it must be quick and must not rely on the title
    or description. It reads only ``situation``: no form, no environment, no database, no network. All checks are shown
    in the order given, the policies' first; one failure refuses, whatever the others say. A missing answer never fails
    a check: the form asks for it. An exception or another type than ``Check`` refuses by name (fail closed).

    :param situation: Who asks, for whom, about which product, with the answers so far.
    :returns: The checks, in the order a reader should see them, each with a remedy unless it passes. Nothing from a
        policy means no objection; nothing from the product's owner is an error.
    """
    raise LookupError("a specification is not called")


@hookspec(firstresult=True)
def build_request(draft: Draft) -> PreparedRequest | None:
    """Put the request into the order and words of the portal's own form.

    Asked once, on submission, after every check passed or warned; only the product's owner is asked. It must change
    nothing, and must not rely on being called only once (a reader may submit again).

    :param draft: The situation with contact, title and description, all validated.
    :returns: The answers to copy and what to look at before sending. ``None`` from the owner is an error, shown with
        the plugin's name; the text typed is kept.
    """
    raise LookupError("a specification is not called")


@hookspec(firstresult=True)
def redirect_target(draft: Draft, prepared: PreparedRequest) -> RedirectTarget | None:
    """Return the door to the portal, other ways in, the steps behind it, and where to review the request later.

    Asked once, on submission, after ``build_request``; only the product's owner is asked. It names kinds of portals,
    never hosts: core looks the host up in the customer's cloud and refuses an empty or malformed tenant or domain.

    :param draft: The situation with contact, title and description, all validated.
    :param prepared: What this plugin's own ``build_request`` returned for the same draft.
    :returns: The way in. ``None`` from the owner is an error, shown with the plugin's name; nothing is recorded.
    """
    raise LookupError("a specification is not called")
