"""Which plugins are installed, which are enabled, and the clouds and products they bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, TypeVar

import pluggy
from pydantic import BaseModel

import webapp
from webapp import cloud_files, hookspecs, programme, worldwide
from webapp.clouds import enabled_clouds
from webapp.config import Settings, plugin_settings
from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.errors import PluginError, StartRefused
from webapp.i18n import _
from webapp.plugins.asking import Guard, Observer, unobserved

T = TypeVar("T")
GROUP = "onbehalf.plugins"
BUILT_IN: Mapping[str, ModuleType] = {"worldwide": worldwide, "programme": programme}


class _NoSettings(BaseModel):
    """The settings of a plugin that has none: any that is given is refused."""


@dataclass(frozen=True)
class Installed:
    """A plugin as its distribution announces it; its code has not been imported."""

    name: str
    version: str
    distribution: str
    entry_point: EntryPoint | None


@dataclass(frozen=True)
class Plugins:
    """The loaded plugins, with the clouds and products they registered."""

    manager: pluggy.PluginManager
    guard: Guard
    clouds: Mapping[str, Cloud]
    products: Mapping[tuple[str, str], Product]
    owners: Mapping[tuple[str, str], str]
    settings: Mapping[str, BaseModel | None] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the plugins that check every product and own none, in loading order."""
        return tuple(
            name
            for name, module in self.manager.list_name_plugin()
            if module is not None and not hasattr(module, "register_products") and hasattr(module, "entitlement_check")
        )

    def product(self, cloud: str, key: str) -> Product | None:
        """Return the product as sold in ``cloud``, or ``None``."""
        return self.products.get((cloud, key))

    def products_in(self, cloud: str) -> tuple[Product, ...]:
        """Return the products sold in ``cloud``, in loading order."""
        return tuple(product for (where, _key), product in self.products.items() if where == cloud)

    def product_anywhere(self, key: str) -> Product | None:
        """Return the product as registered in any enabled cloud: it is known, but may not be sold in another."""
        return next((product for (_where, known), product in self.products.items() if known == key), None)


def installed() -> dict[str, Installed]:
    """Return every plugin that can be enabled, by name, without importing any.

    :raises StartRefused: if two distributions announce the same name.
    """
    found = {name: Installed(name, webapp.__version__, "onbehalf", None) for name in BUILT_IN}
    for point in entry_points(group=GROUP):
        dist = point.dist
        mine = Installed(point.name, dist.version if dist else "", dist.name if dist else "", point)
        other = found.get(point.name)
        if other and other.distribution != mine.distribution:
            raise StartRefused(
                _(
                    "Two distributions bring a plugin %(name)s: %(first)s and %(second)s.",
                    name=point.name,
                    first=other.distribution,
                    second=mine.distribution,
                ),
                remedy=_("Uninstall one of them; a name must be clear."),
            )
        found[point.name] = mine
    return found


def load(settings: Settings, observe: Observer = unobserved) -> Plugins:
    """Import what ``ONBEHALF_PLUGINS`` names, and ask for clouds and products; ``observe`` hears of every call.

    :raises StartRefused: for a name that is not installed or named twice, a plugin that cannot be imported, a hook that
        is not in the specification, a cloud or product registered twice, a cloud that no plugin brings.
    """
    modules = dict(BUILT_IN) | _import(settings.plugins)
    manager = pluggy.PluginManager("onbehalf")
    manager.add_hookspecs(hookspecs)
    for name, module in modules.items():
        _register(manager, name, module)
    own_settings = {name: _own_settings(name, module) for name, module in modules.items()}
    guard = Guard(manager, observe)
    clouds = enabled_clouds(cloud_files.joined(_registered_clouds(guard, modules), settings.cloud_files), settings)
    products, owners = _registered_products(guard, modules, clouds.values())
    return Plugins(manager, guard, clouds, products, owners, own_settings)


def _import(names: Iterable[str]) -> dict[str, ModuleType]:
    known = installed()
    modules: dict[str, ModuleType] = {}
    for name in names:
        entry = known.get(name)
        if entry is None:
            raise StartRefused(
                _("ONBEHALF_PLUGINS names %(name)s, which is not installed.", name=name),
                remedy=_(
                    "Install it (pip install onbehalf-%(name)s) or remove the name. Installed: %(known)s.",
                    name=name,
                    known=", ".join(sorted(set(known) - set(BUILT_IN))) or "-",
                ),
            )
        if name in modules or entry.entry_point is None:
            raise StartRefused(
                _("ONBEHALF_PLUGINS names %(name)s twice, or it is built in.", name=name),
                remedy=_("Name each plugin once; %(names)s are always loaded.", names=", ".join(BUILT_IN)),
            )
        try:
            modules[name] = entry.entry_point.load()
        except Exception as error:  # whatever a stranger's module raises at import stops the start by name
            raise StartRefused(
                _("The plugin %(name)s could not be imported: %(error)s.", name=name, error=repr(error)),
                remedy=_("Reinstall or upgrade %(dist)s, or remove the name.", dist=entry.distribution),
            ) from error
    return modules


def _register(manager: pluggy.PluginManager, name: str, module: ModuleType) -> None:
    try:
        manager.register(module, name=name)
        manager.check_pending()
        _require_marks(manager, module)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise StartRefused(
            _("The plugin %(name)s does not fit this version: %(error)s.", name=name, error=str(error)),
            remedy=_("Upgrade the plugin, or remove its name from ONBEHALF_PLUGINS."),
        ) from error


def _require_marks(manager: pluggy.PluginManager, module: ModuleType) -> None:
    """Refuse a hook without its mark: it would never be called, and a policy would object to nothing."""
    for hook in (name for name in dir(hookspecs) if manager.parse_hookspec_opts(hookspecs, name)):
        if hasattr(module, hook) and manager.parse_hookimpl_opts(module, hook) is None:
            raise ValueError(f"{hook} lacks @hookimpl")


def _own_settings(name: str, module: ModuleType) -> BaseModel | None:
    schema = getattr(module, "Settings", None)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return plugin_settings(name, schema)
    plugin_settings(name, _NoSettings)
    return None


def _registered_clouds(guard: Guard, modules: Mapping[str, ModuleType]) -> dict[str, Cloud]:
    clouds: dict[str, Cloud] = {}
    brought: dict[str, str] = {}
    for name in modules:
        for cloud in _at_start(guard, name, "register_clouds", Cloud):
            if cloud.key in clouds:
                raise _registered_twice(cloud.key, brought[cloud.key], name)
            clouds[cloud.key], brought[cloud.key] = cloud, name
    return clouds


def _registered_products(
    guard: Guard, modules: Mapping[str, ModuleType], clouds: Iterable[Cloud]
) -> tuple[dict[tuple[str, str], Product], dict[tuple[str, str], str]]:
    products: dict[tuple[str, str], Product] = {}
    owners: dict[tuple[str, str], str] = {}
    for cloud in clouds:
        for name in modules:
            for product in _at_start(guard, name, "register_products", Product, cloud=cloud):
                if product.key not in cloud.products:
                    continue
                if (cloud.key, product.key) in owners:
                    raise _registered_twice(f"{cloud.key}/{product.key}", owners[cloud.key, product.key], name)
                products[cloud.key, product.key], owners[cloud.key, product.key] = product, name
    return products, owners


def _at_start(guard: Guard, name: str, hook: str, kind: type[T], **arguments: Any) -> tuple[T, ...]:
    try:
        return guard.many(name, hook, kind, **arguments)
    except PluginError as error:
        raise StartRefused(error.message, remedy=error.remedy) from error


def _registered_twice(key: str, first: str, second: str) -> StartRefused:
    return StartRefused(
        _("%(key)s is registered by two plugins: %(first)s and %(second)s.", key=key, first=first, second=second),
        remedy=_("Enable only one of them in ONBEHALF_PLUGINS."),
    )
