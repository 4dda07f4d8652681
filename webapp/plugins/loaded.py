"""What a start came to: who runs, who was left out, and the clouds and products there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.errors import Words
from webapp.plugins.asking import Guard
from webapp.plugins.finding import Installed

State = Literal["enabled", "disabled", "incompatible", "failed", "paused"]


@dataclass(frozen=True)
class LeftOut:
    """An enabled plugin that does not run: why, and what to do.

    ``policy`` = it judges what others own, as far as that is known; then nothing is filed without it.
    """

    state: Literal["incompatible", "failed"]
    reason: Words
    remedy: Words
    policy: bool = False


@dataclass(frozen=True)
class Running:
    """A plugin that runs: what it implements and brought, so that nobody need ask it again.

    ``given`` are the names of the settings the deployer gave it; ``notes`` what it uses that is deprecated.
    """

    hooks: tuple[str, ...]
    settings: BaseModel | None
    given: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    policy: bool = False


@dataclass(frozen=True)
class Plugins:
    """The plugins of one application, with the clouds and products they registered.

    ``owners`` and ``brought`` name the plugin behind each product and cloud; ``policies`` those asked about every
    product, in loading order, those included that were left out: their silence must not pass for consent.
    """

    guard: Guard
    clouds: Mapping[str, Cloud]
    products: Mapping[tuple[str, str], Product]
    owners: Mapping[tuple[str, str], str]
    brought: Mapping[str, str]
    policies: tuple[str, ...]
    running: Mapping[str, Running]
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    found: Mapping[str, Installed] = field(default_factory=dict)
    excused: frozenset[str] = frozenset()
    safe_mode: bool = False

    @property
    def settings(self) -> Mapping[str, BaseModel | None]:
        """The settings of each plugin that runs."""
        return {name: plugin.settings for name, plugin in self.running.items()}

    def product(self, cloud: str, key: str) -> Product | None:
        """Return the product as sold in ``cloud``, or ``None``."""
        return self.products.get((cloud, key))

    def products_in(self, cloud: str) -> tuple[Product, ...]:
        """Return the products sold in ``cloud``, in loading order."""
        return tuple(product for (where, _key), product in self.products.items() if where == cloud)

    def plans_of(self, name: str) -> tuple[str, ...]:
        """Return the support plans that a plugin's manifest names."""
        manifest = self.found[name].manifest if name in self.found else None
        return manifest.plans if manifest else ()

    def left_out_owner(self, key: str) -> str:
        """Return the name of the plugin that was left out and whose manifest brings the product; else nothing."""
        told = {name: self.found[name].manifest for name in self.left_out if name in self.found}
        return next((name for name, manifest in told.items() if manifest and key in manifest.products), "")

    def product_anywhere(self, key: str) -> Product | None:
        """Return the product as registered in any enabled cloud: it is known, but may not be sold in another."""
        return next((product for (_where, known), product in self.products.items() if known == key), None)
