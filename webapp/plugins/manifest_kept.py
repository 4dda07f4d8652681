"""Does a plugin register what its manifest says?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from webapp.plugins.loaded import Plugins
from webapp.plugins.manifest import Manifest


@dataclass(frozen=True)
class Difference:
    """A field of a manifest, what it says, and what is registered."""

    field: str
    said: tuple[str, ...]
    done: tuple[str, ...]


def differences(plugins: Plugins, name: str, told: Manifest, changed: Collection[str] = ()) -> Iterator[Difference]:
    """Yield where the manifest of a plugin that runs differs from what it registers.

    :param changed: Clouds that the deployer left out or describes, or of which they say what is sold there: what is
        registered in those tells nothing of the manifest. Neither does a cloud that no plugin in use brings.
    """
    there = set(plugins.brought) - set(changed)
    owned = [at for at, owner in plugins.owners.items() if owner == name]
    brought = {cloud for cloud, plugin in plugins.brought.items() if plugin == name}
    products, sold_in = {product for _cloud, product in owned}, {cloud for cloud, _product in owned}
    if set(told.clouds) - set(changed) != brought - set(changed):
        yield _difference("clouds", told.clouds, brought)
    missing = set(told.products) - products if set(told.sold_in) <= there else set()
    if missing or products - set(told.products):
        yield _difference("products", told.products, products)
    if set(told.sold_in) & there != sold_in & there:
        yield _difference("sold_in", told.sold_in, sold_in)


def _difference(field: str, said: Collection[str], done: Collection[str]) -> Difference:
    return Difference(field, tuple(sorted(said)), tuple(sorted(done)))
