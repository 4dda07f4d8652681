"""The quick switcher: customers, requests and pages that a few letters find, and the products to file for."""

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
from webapp.product_names import Named, named_in
from webapp.search import fold

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
    """What was found, a few of each kind; ``products`` are those to file for, by customer id."""

    query: str
    customers: Sequence[Row[Any]]
    products: dict[int, Sequence[Product]]
    requests: Sequence[Row[Any]]
    places: Sequence[Place]

    @property
    def count(self) -> int:
        """How many lines are shown."""
        offered = sum(map(len, self.products.values()))
        return len(self.customers) + offered + len(self.requests) + len(self.places)


def of(session: Session, deployment: Deployment, viewer: Viewer, query: str, places: Iterable[Place]) -> Finding:
    """Return what the viewer may see of what ``query`` finds; without one, the pages alone."""
    named = named_in(deployment.plugins, query)
    found = _customers(session, viewer, query, named)
    listed: Sequence[Row[Any]] = ()
    if query.strip():
        filters = request_list.Filters(q=query)
        listed = request_list.page(session, viewer, filters, size=SHOWN, named=named).rows
    return Finding(
        query=query,
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


def _begins(label: str, query: str) -> bool:
    """Say whether every word of the query begins a word of the label; Chinese may stand anywhere in it."""
    text = f" {fold(label)}"
    return all(f" {word}" in text or (not word.isascii() and word in text) for word in fold(query).split())
