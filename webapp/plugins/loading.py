"""Loading what is enabled: a plugin that does not run is left out by name, and the others go on."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from webapp import cloud_files, hookspecs
from webapp.clouds import enabled_clouds
from webapp.config import Settings
from webapp.contracts.clouds import Cloud
from webapp.contracts.products import Product
from webapp.errors import PluginError, StartRefused
from webapp.plugins import refusals
from webapp.plugins.asking import Guard, Observer, unobserved
from webapp.plugins.breaker import Limits, Records
from webapp.plugins.finding import BUILT_IN, GROUP, Installed, installed
from webapp.plugins.loaded import LeftOut, Plugins, Running
from webapp.plugins.own_settings import Unreadable, settings_of

__all__ = ["BUILT_IN", "GROUP", "Installed", "Plugins", "fitting", "installed", "load", "look"]

log = logging.getLogger("onbehalf.plugins")
T = TypeVar("T")
UNFIT_OPTIONS = ("wrapper", "hookwrapper", "optionalhook", "specname")
"""What pluggy knows and we do not: each plugin is asked alone, and what it implements is seen by its names."""


def load(settings: Settings, observe: Observer = unobserved, records: Records | None = None) -> Plugins:
    """Import what ``ONBEHALF_PLUGINS`` names, and ask for clouds and products; ``observe`` hears of every call.

    A plugin that cannot be imported, does not fit this version or fails while it registers is left out with a reason.

    :raises StartRefused: for what the deployer has to decide: a name that is not installed or named twice, a setting
        that does not fit, a cloud or product registered twice, a cloud that no plugin brings.
    """
    return _started(settings, observe, records).finished(settings)


def look(settings: Settings) -> Plugins:
    """Import what ``ONBEHALF_PLUGINS`` names and ask nothing: who fits, with which hooks and settings.

    What a plugin would bring is in its manifest; of a failure while it registers only a process that serves knows.

    :raises StartRefused: for a name that is not installed or named twice, for a setting that does not fit, and for two
        manifests with one product or cloud.
    """
    start = _started(settings, unobserved, None)
    refusals.refuse_told_twice({name: start.found[name].manifest for name in start.running}, settings.clouds)
    return start.unasked(settings)


def _started(settings: Settings, observe: Observer, records: Records | None) -> _Start:
    found = installed(ambiguous=settings.safe_mode)
    names = () if settings.safe_mode else settings.plugins
    refusals.refuse_unclear(names, found)
    start = _Start(found, names, records or Records(Limits(budget=settings.hook_seconds)), observe)
    for name, module in BUILT_IN.items():
        start.take(name, module)
    for name in names:
        start.bring(found[name])
    return start


def fitting(module: ModuleType, specification: ModuleType | None = None) -> tuple[str, ...]:
    """Return what the plugin uses that is deprecated, a line each; the specification is ours unless given.

    :raises pluggy.PluginValidationError, ValueError: if a hook or an argument is not in the specification, or a hook
        lacks its mark, or has one with options: it would never be called, and a policy would object to nothing.
    """
    specification = specification or hookspecs
    trial = pluggy.PluginManager("onbehalf")
    trial.add_hookspecs(specification)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", DeprecationWarning)
        trial.register(module)
    trial.check_pending()
    for hook in (name for name in dir(specification) if trial.parse_hookspec_opts(specification, name)):
        if hasattr(module, hook) and trial.parse_hookimpl_opts(module, hook) is None:
            raise ValueError(f"{hook} lacks @hookimpl")
    for name in dir(module):
        marked = trial.parse_hookimpl_opts(module, name)
        if marked and any(marked.get(option) for option in UNFIT_OPTIONS):
            raise ValueError(
                f"{name} has a mark with options; write @hookimpl alone, above a function of the hook's name"
            )
    return tuple(str(warning.message) for warning in warned)


def _with_sold_beside(cloud: Cloud, owners: Mapping[tuple[str, str], str]) -> Cloud:
    """Return the cloud with the products of other vendors that are sold beside it."""
    sold = (*cloud.products, *(product for where, product in owners if where == cloud.key))
    return cloud.model_copy(update={"products": tuple(dict.fromkeys(sold))})


class _Start:
    """One start: who runs, who is left out, and what they bring."""

    def __init__(
        self, found: Mapping[str, Installed], names: tuple[str, ...], records: Records, observe: Observer
    ) -> None:
        self.found = found
        self.names = names
        self.manager = pluggy.PluginManager("onbehalf")
        self.manager.add_hookspecs(hookspecs)
        self.guard = Guard(self.manager, observe, records)
        self.running: dict[str, Running] = {}
        self.left_out: dict[str, LeftOut] = {}

    def bring(self, plugin: Installed) -> None:
        """Import an enabled plugin, if it fits, and take it."""
        if plugin.unreadable:
            return self.leave_out(plugin.name, refusals.manifest_unreadable(plugin))
        if plugin.manifest and not plugin.manifest.fits():
            return self.leave_out(plugin.name, refusals.other_api(plugin, plugin.manifest))
        try:
            module = plugin.entry_point.load() if plugin.entry_point else None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's module may raise anything at import
            return self.leave_out(plugin.name, refusals.not_imported(plugin, error), error)
        return self.take(plugin.name, module)

    def take(self, name: str, module: Any) -> None:
        """Register a module that was imported, with its settings."""
        told = self.found[name].manifest
        meant = bool(told and told.is_policy)
        try:
            policy = not hasattr(module, "register_products") and hasattr(module, "entitlement_check")
            meant = meant or policy
            self.running[name] = self._running(name, module, policy=policy)
        except (pluggy.PluginValidationError, ValueError) as error:
            self.leave_out(name, refusals.unfit(name, error, policy=meant), error)
        except Unreadable as error:
            self.leave_out(name, refusals.settings_raise(self.found[name], error, policy=meant))
        except StartRefused:
            raise
        except Exception as error:  # a stranger's module may raise when it is looked at
            self.leave_out(name, refusals.not_imported(self.found[name], error), error)

    def _running(self, name: str, module: Any, *, policy: bool) -> Running:
        """Register a module whose hooks and settings fit."""
        notes = fitting(module)
        own, given = settings_of(name, module, self.names)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # they were noted above
            self.manager.register(module, name=name)
        for note in notes:
            log.warning("plugin=%s version=%s deprecated: %s", name, self.found[name].version, note)
        hooks = sorted(caller.name for caller in self.manager.get_hookcallers(module) or ())
        if not hooks and not isinstance(module, ModuleType):
            self.manager.unregister(name=name)
            raise TypeError(f"{type(module).__name__} is no module")
        return Running(tuple(hooks), own, given, notes, policy=policy)

    def leave_out(self, name: str, why: LeftOut, error: BaseException | None = None) -> None:
        """Go on without a plugin."""
        self.left_out[name] = why
        if self.running.pop(name, None):
            self.manager.unregister(name=name)
        log.error("plugin=%s left out: %s", name, why.reason, exc_info=error, extra={"plugin": name})

    def finished(self, settings: Settings) -> Plugins:
        """Ask for clouds, then for the products of each enabled one; what a failing plugin brought is dropped."""
        clouds, brought = self._clouds()
        excused = self._excused(settings)
        clouds = enabled_clouds(cloud_files.joined(clouds, settings.cloud_files), settings, excused)
        products, owners = self._products(clouds)
        clouds = {key: cloud for key, cloud in clouds.items() if brought.get(key) not in self.left_out}
        owners = {at: name for at, name in owners.items() if name in self.running and at[0] in clouds}
        return replace(
            self.unasked(settings),
            clouds={key: _with_sold_beside(cloud, owners) for key, cloud in clouds.items()},
            products={at: product for at, product in products.items() if at in owners},
            owners=owners,
            brought={key: name for key, name in brought.items() if key in clouds},
        )

    def unasked(self, settings: Settings) -> Plugins:
        """Return who runs and who was left out so far, without what they bring."""
        return Plugins(
            guard=self.guard,
            clouds={},
            products={},
            owners={},
            brought={},
            policies=self._policies(settings),
            running=self.running,
            left_out=self.left_out,
            found=self.found,
            excused=self._excused(settings),
            safe_mode=settings.safe_mode,
        )

    def _clouds(self) -> tuple[dict[str, Cloud], dict[str, str]]:
        clouds: dict[str, Cloud] = {}
        brought: dict[str, str] = {}
        for name in tuple(self.running):
            for cloud in self._asked(name, "register_clouds", Cloud):
                if cloud.key in clouds:
                    raise refusals.registered_twice(cloud.key, brought[cloud.key], name)
                clouds[cloud.key], brought[cloud.key] = cloud, name
        return clouds, brought

    def _products(
        self, clouds: Mapping[str, Cloud]
    ) -> tuple[dict[tuple[str, str], Product], dict[tuple[str, str], str]]:
        products: dict[tuple[str, str], Product] = {}
        owners: dict[tuple[str, str], str] = {}
        for cloud in clouds.values():
            for name in tuple(self.running):
                for product in self._asked(name, "register_products", Product, cloud=cloud):
                    if product.key not in cloud.products and not product.third_party:
                        continue
                    at = (cloud.key, product.key)
                    if owners.get(at) == name:
                        self.leave_out(name, refusals.twice_the_same("/".join(at), name))
                        break
                    if at in owners:
                        raise refusals.registered_twice("/".join(at), owners[at], name)
                    products[at], owners[at] = product, name
        return products, owners

    def _asked(self, name: str, hook: str, kind: type[T], **arguments: Any) -> tuple[T, ...]:
        try:
            return self.guard.many(name, hook, kind, **arguments)
        except PluginError as error:
            self.leave_out(name, refusals.failed_at_start(error, policy=self.running[name].policy))
            return ()

    def _policies(self, settings: Settings) -> tuple[str, ...]:
        judging = {name for name, who in self.left_out.items() if who.policy}
        judging |= {name for name, who in self.running.items() if who.policy}
        return tuple(name for name in (*BUILT_IN, *settings.plugins) if name in judging)

    def _excused(self, settings: Settings) -> frozenset[str]:
        """Return the clouds that may be missing: those of plugins that were left out, or left alone in safe mode."""
        known = {name: self.found[name].manifest for name in self.left_out}
        if settings.safe_mode or None in known.values():
            return frozenset((*settings.clouds, *settings.cloud_overrides, *settings.sign_in))
        return frozenset(key for manifest in known.values() if manifest for key in manifest.clouds)
