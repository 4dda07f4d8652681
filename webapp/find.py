"""The quick switcher: customers, products to file for, requests and pages that a few letters find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from webapp import customers, request_list
from webapp.contracts.products import Product
from webapp.customers import Found
from webapp.deployment import Deployment
from webapp.permissions import Viewer
from webapp.product_names import Named, begin_a_name, named_in
from webapp.search import fold
from webapp.tables.customers import Customer

SHOWN = 8
PRODUCTS_OF = 3
"""For so many of the customers found, the products to file for are offered at once."""


@dataclass(frozen=True)
class Place:
    """A page of the desk: its address, its name in the reader's language, and the icon of the navigation."""

    url: str
    label: str
    icon: str


@dataclass(frozen=True)
class Finding:
    """What was found, a few of each kind; ``products`` are those to file for, by customer id.

    ``here`` is the customer whose page is being read, with the products to file for; ``anywhere`` are products whose
    customer is still to be chosen.
    """

    query: str
    here: Customer | None
    here_products: Sequence[Product]
    anywhere: Sequence[Product]
    customers: Sequence[Row[Any]]
    products: dict[int, Sequence[Product]]
    requests: Sequence[Row[Any]]
    places: Sequence[Place]

    @property
    def count(self) -> int:
        """How many lines are shown."""
        groups = (
            self.here_products,
            self.customers,
            *self.products.values(),
            self.anywhere,
            self.requests,
            self.places,
        )
        return sum(map(len, groups))


def of(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    query: str,
    places: Iterable[Place],
    *,
    here: Customer | None = None,
) -> Finding:
    """Return what the viewer may see of what ``query`` finds; without one, the pages, and what to file ``here``."""
    named = named_in(deployment.plugins, query)
    found = _customers(session, viewer, query, named)
    listed: Sequence[Row[Any]] = ()
    if query.strip():
        filters = request_list.Filters(q=query)
        listed = request_list.page(session, viewer, filters, size=SHOWN, named=named).rows
    return Finding(
        query=query,
        here=here,
        here_products=_like(deployment.plugins.products_in(here.cloud), query) if here else (),
        anywhere=_like(_each_once(deployment), query)[:SHOWN] if query.strip() and not here else (),
        customers=found.rows,
        products=_products(deployment, found.rows[:PRODUCTS_OF], named),
        requests=listed,
        places=[place for place in places if _begins(place.label, query)][:SHOWN],
    )


def _customers(session: Session, viewer: Viewer, query: str, named: Named | None) -> Found:
    """Find by the whole query; where it names a product beside a customer, by the rest of it."""
    if not query.strip():
        return Found((), query, "", 0)
    found = customers.search_customers(session, viewer, query, size=SHOWN)
    if not found.rows and named is not None and named.rest:
        return replace(customers.search_customers(session, viewer, named.rest, size=SHOWN), query=query)
    return found


def _products(deployment: Deployment, rows: Sequence[Row[Any]], named: Named | None) -> dict[int, Sequence[Product]]:
    return {
        row.id: [
            product
            for product in deployment.plugins.products_in(row.cloud)
            if named is None or product.key in named.products
        ]
        for row in rows
    }


def _each_once(deployment: Deployment) -> Iterable[Product]:
    return {key: product for (_cloud, key), product in deployment.plugins.products.items()}.values()


def _like(products: Iterable[Product], query: str) -> Sequence[Product]:
    """Return the products of which the query begins a name, one of today's or an old one, in any language."""
    return [product for product in products if begin_a_name(product, query)]


def _begins(label: str, query: str) -> bool:
    """Say whether every word of the query begins a word of the label; Chinese may stand anywhere in it."""
    text = f" {fold(label)}"
    return all(f" {word}" in text or (not word.isascii() and word in text) for word in fold(query).split())
