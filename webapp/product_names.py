"""Finding a product by any name it has had, in any language: Office 365, Dynamics CRM Online, 企业移动性套件 …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.contracts.products import Product
from webapp.i18n import in_all_languages
from webapp.plugins.loading import Plugins
from webapp.search import HAN, fold

_PARTS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


@dataclass(frozen=True)
class Named:
    """The product keys that a query names, and the words that are left of it."""

    products: frozenset[str]
    rest: str


def named_in(plugins: Plugins, query: str) -> Named | None:
    """Return the products whose name or old name stands in ``query``, the longest name first; ``None`` if none does.

    Whole words count, whatever language they are in and whatever the reader's is. Chinese puts no space between words,
    so a Chinese name may stand anywhere in a run of characters.
    """
    words = _words(query)
    if not words:
        return None
    names = sorted({(_words(name), product.key) for product, name in _names(plugins)}, key=lambda n: (-len(n[0]), n))
    for name, _key in names:
        if found := re.search(_pattern(name), words):
            keys = frozenset(key for other, key in names if other == name)
            return Named(keys, " ".join((words[: found.start()] + " " + words[found.end() :]).split()))
    return None


def begin_a_name(product: Product, query: str) -> bool:
    """Say whether the words typed so far begin words of one of the product's names; no words begin every name."""
    begins = [_beginning(word) + re.escape(word) for word in _words(query).split()]
    return any(all(re.search(pattern, name) for pattern in begins) for name in _names_of(product))


def _names_of(product: Product) -> Iterator[str]:
    yield from map(_words, {*in_all_languages(product.label).values(), *product.aliases})


def _names(plugins: Plugins) -> Iterator[tuple[Product, str]]:
    for product in plugins.products.values():
        for name in {*in_all_languages(product.label).values(), *product.aliases}:
            yield product, name


def _words(text: str) -> str:
    """Return the folded words with a space between each two: a Chinese run is one, and so is what stands beside it."""
    return " ".join(_PARTS.findall(fold(text[:200])))


def _pattern(name: str) -> str:
    """Return what finds ``name``: it begins and ends where a word does, except in Chinese."""
    ends = "" if re.search(f"[{HAN}]$", name) else r"(?!\S)"
    return _beginning(name) + re.escape(name) + ends


def _beginning(words: str) -> str:
    """Return what stands before a name or a word: nothing of the same word, except in Chinese."""
    return "" if re.match(f"[{HAN}]", words) else r"(?<!\S)"
