"""What is installed, what is enabled, and what it brings: for the command line and the operator's page."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.contracts.clouds import Cloud
from webapp.plugins.loading import BUILT_IN, Installed, Plugins, installed


@dataclass(frozen=True)
class Reported:
    """One plugin; of a disabled one no code runs, so what it would bring is not known."""

    name: str
    version: str
    enabled: bool
    built_in: bool
    distribution: str
    clouds: tuple[str, ...]
    products: tuple[str, ...]


def of(loaded: Plugins) -> list[Reported]:
    """Report on every plugin that is installed: our built-in ones, then the others."""
    return [_reported(plugin, loaded) for plugin in installed().values()]


def _reported(plugin: Installed, loaded: Plugins) -> Reported:
    enabled = loaded.manager.has_plugin(plugin.name)
    clouds = loaded.guard.many(plugin.name, "register_clouds", Cloud) if enabled else ()
    owned = dict.fromkeys(product for (_cloud, product), owner in loaded.owners.items() if owner == plugin.name)
    return Reported(
        name=plugin.name,
        version=plugin.version,
        enabled=enabled,
        built_in=plugin.name in BUILT_IN,
        distribution=plugin.distribution,
        clouds=tuple(cloud.key for cloud in clouds if cloud.key in loaded.clouds),
        products=tuple(owned),
    )
