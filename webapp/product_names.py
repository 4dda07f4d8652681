"""Finding a product by any name it has had: Office 365, Dynamics CRM Online, Enterprise Mobility Suite …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.contracts.products import Product
from webapp.plugins.loading import Plugins
from webapp.search import fold


@dataclass(frozen=True)
class Named:
    """The product keys that a query names, and the words that are left of it."""

    products: frozenset[str]
    rest: str


def named_in(plugins: Plugins, query: str) -> Named | None:
    """Return the products whose name or old name stands in ``query``, the longest name first; ``None`` if none does."""
    words = _words(query)
    names = sorted(((_words(name), product.key) for product, name in _names(plugins)), key=lambda n: -len(n[0]))
    for name, _key in names:
        at = words.find(name)
        if at >= 0:
            keys = frozenset(key for other, key in names if other == name)
            return Named(keys, " ".join((words[:at] + " " + words[at + len(name) :]).split()))
    return None


def _names(plugins: Plugins) -> Iterator[tuple[Product, str]]:
    for product in plugins.products.values():
        for name in (str(product.label), *product.aliases):
            yield product, name


def _words(text: str) -> str:
    """Return the folded words with a space around each, so that only whole words are found."""
    return " " + " ".join(re.findall(r"\w+", fold(text[:200]))) + " "
