"""Putting a situation together: the rows of the database become the values that plugins judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from webapp import customer_facts, partners
from webapp.contracts import situation as contracts
from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.deployment import Deployment
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.plugins import failures
from webapp.tables.customers import Customer
from webapp.tables.partners import Partner


@dataclass(frozen=True)
class Parties:
    """Who is involved when the viewer files for one customer, read once and used for every product."""

    cloud: Cloud
    customer: contracts.Customer
    partner: contracts.Partner
    member: contracts.Member
    provider: contracts.Partner | None


def cloud_of(deployment: Deployment, customer: Customer) -> Cloud:
    """Return the customer's cloud.

    :raises NotFound: if this deployment does not have it enabled.
    """
    cloud = deployment.plugins.clouds.get(customer.cloud)
    if cloud is None:
        raise NotFound(
            _("This customer is in the cloud %(key)s, which is not enabled here.", key=customer.cloud),
            remedy=_("Ask whoever runs this desk to enable the cloud's plugin."),
        )
    return cloud


def product_of(deployment: Deployment, cloud: Cloud, key: str) -> Product:
    """Return the product as sold in ``cloud``, or as known in another enabled cloud (then the checks refuse it).

    :raises NotFound: if no enabled plugin knows it.
    :raises PluginPaused: if the plugin that brings it, by its manifest, was left out.
    """
    product = deployment.plugins.product(cloud.key, key) or deployment.plugins.product_anywhere(key)
    if product is None:
        if failed := deployment.plugins.left_out_owner(key):
            raise failures.owner_left_out(failed, deployment.plugins.left_out[failed], key)
        raise NotFound(
            _("No product is known by the name %(key)s here.", key=key[:40] or "-"),
            remedy=_("Choose a product on the customer's page, or ask for its plugin to be enabled."),
        )
    return product


def parties(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer) -> Parties:
    """Read everyone involved when the viewer files for ``customer``.

    :raises NotFound: if the customer's cloud is not enabled.
    """
    cloud_of(deployment, customer)
    return next(who for _customer, who in parties_of(session, deployment, viewer, [customer]))


def parties_of(
    session: Session, deployment: Deployment, viewer: Viewer, customers: Sequence[Customer]
) -> Iterator[tuple[Customer, Parties]]:
    """Yield everyone involved for each of ``customers`` in an enabled cloud; partners are read once a cloud."""
    known = customer_facts.of_customers(session, customers, viewer.partner)
    filers: dict[str, tuple[contracts.Partner, contracts.Member]] = {}
    providers: dict[tuple[int, str], contracts.Partner | None] = {}
    for customer in customers:
        key = customer.cloud
        if key not in deployment.plugins.clouds:
            continue
        if key not in filers:
            filers[key] = (
                partners.partner_facts(session, viewer.partner, key),
                partners.member_facts(session, viewer.member, key),
            )
        at = (customer.partner_id, key)
        if customer.reseller_id == viewer.partner_id != customer.partner_id and at not in providers:
            row = session.get(Partner, customer.partner_id)
            providers[at] = partners.partner_facts(session, row, key) if row else None
        provider = providers.get(at) if customer.reseller_id == viewer.partner_id else None
        cloud, (partner, member) = deployment.plugins.clouds[key], filers[key]
        yield customer, Parties(cloud, known[customer.id], partner, member, provider)


def situation(
    deployment: Deployment,
    who: Parties,
    product: Product,
    *,
    category: str | None = None,
    severity: str | None = None,
    language: str = "",
    subscription_id: str | None = None,
    answers: Mapping[str, str] | None = None,
) -> contracts.Situation:
    """Return the situation as far as the form has been answered."""
    return contracts.Situation(
        cloud=who.cloud,
        product=product,
        customer=who.customer,
        partner=who.partner,
        member=who.member,
        provider=who.provider,
        subscription_id=subscription_id or None,
        category=category or None,
        severity=severity or None,
        language=language or who.cloud.language,
        answers=dict(answers or {}),
        now=deployment.now(),
        rules=deployment.settings.rules,
    )
