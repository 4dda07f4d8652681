"""Asking one plugin at a time, through one guard, so that an error has an owner."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from webapp.contracts.handover import Check, Draft, PreparedRequest, RedirectTarget
from webapp.contracts.situation import Situation
from webapp.errors import reference
from webapp.plugins import failures
from webapp.plugins.breaker import Record, Records

if TYPE_CHECKING:
    from webapp.plugins.loaded import Plugins

log = logging.getLogger("onbehalf.plugins")
T = TypeVar("T")
Observer = Callable[[str, str, float, str], None]
"""Hears of each call: plugin, hook, seconds, and what went wrong (empty if nothing did)."""


def unobserved(_plugin: str, _hook: str, _seconds: float, _error: str) -> None:
    """Note nothing."""


class Guard:
    """Calls one hook of one plugin; whatever goes wrong becomes a named error, logged once."""

    def __init__(self, manager: pluggy.PluginManager, observe: Observer, records: Records) -> None:
        self._manager = manager
        self._observe = observe
        self._records = records
        self._callers: dict[tuple[str, str], Callable[..., Any]] = {}

    def record_of(self, plugin: str) -> Record:
        """Return how a plugin has been doing in this process."""
        return self._records.of(plugin)

    def many(self, plugin: str, hook: str, kind: type[T], *, required: bool = False, **arguments: Any) -> tuple[T, ...]:
        """Return what the plugin's ``hook`` yields, each of ``kind``; empty if it does not implement it.

        :raises PluginRaised: if it raises.
        :raises PluginSaidNonsense: if it returns something else than values of ``kind``.
        :raises PluginSilent: if it yields nothing although that is ``required``.
        :raises PluginPaused: if it failed or was slow too often; it is not called.
        """
        with self._watched(plugin, hook, arguments):
            values = self._many(plugin, hook, kind, arguments)
            if required and not values:
                raise failures.silent(failures.place(plugin, hook, arguments))
            return values

    def one(self, plugin: str, hook: str, kind: type[T], **arguments: Any) -> T:
        """Return the plugin's answer to ``hook``.

        :raises PluginSilent: if it answers nothing, or does not implement the hook.
        :raises PluginRaised, PluginSaidNonsense, PluginPaused: as in ``many``.
        """
        with self._watched(plugin, hook, arguments):
            answer = self._call(plugin, hook, arguments)
            where = failures.place(plugin, hook, arguments)
            if answer is None:
                raise failures.silent(where)
            return failures.held(where, kind, answer)

    @contextmanager
    def _watched(self, plugin: str, hook: str, arguments: dict[str, Any]) -> Iterator[None]:
        record, timer, error = self._records.of(plugin), self._records.times.timer, ""
        if pause := record.refuses(hook):
            raise failures.paused(failures.place(plugin, hook, arguments), pause)
        started = timer()
        try:
            yield
        except BaseException as failed:
            error = type(failed).__name__
            raise
        finally:
            seconds = timer() - started
            if begun := record.note(hook, seconds, error, reference.get()):
                log.error("plugin=%s paused: %s", plugin, begun.reason, extra={"plugin": plugin, "hook": hook})
            self._observe(plugin, hook, seconds, error)

    def _many(self, plugin: str, hook: str, kind: type[T], arguments: dict[str, Any]) -> tuple[T, ...]:
        answered = self._call(plugin, hook, arguments)
        if not answered:
            return ()
        answers = answered[0]  # pluggy lists one answer per plugin, and the others were left out
        where = failures.place(plugin, hook, arguments)
        if not isinstance(answers, Iterable) or isinstance(answers, str | bytes):
            raise failures.nonsense(where, kind, answers)
        try:
            values = tuple(answers)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a generator runs only now; it is the plugin's own code
            raise failures.raised(where, error) from error
        return tuple(failures.held(where, kind, value) for value in values)

    def _call(self, plugin: str, hook: str, arguments: dict[str, Any]) -> Any:
        try:
            return self._caller(plugin, hook)(**arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's code may raise anything; the page stays up
            raise failures.raised(failures.place(plugin, hook, arguments), error) from error

    def _caller(self, plugin: str, hook: str) -> Callable[..., Any]:
        """Return what calls the hook with all other plugins left out; looked up once, since each call looks."""
        known = self._callers.get((plugin, hook))
        if known is None:
            plugins = self._manager.list_name_plugin()
            others = [module for name, module in plugins if module is not None and name != plugin]
            known = self._callers[plugin, hook] = self._manager.subset_hook_caller(hook, others)
        return known


def checks(plugins: Plugins, situation: Situation, *, sold: bool = True) -> tuple[Check, ...]:
    """Return every check, the policies' first, then the owner's.

    ``sold`` false = the product is not sold in this cloud, so it has no owner here and only the policies are asked.

    :raises PluginError: naming the plugin that failed, or the owner that was silent.
    """
    found: list[Check] = []
    for name in plugins.policies:
        if left_out := plugins.left_out.get(name):
            raise failures.left_out(name, left_out, situation)
        found += plugins.guard.many(name, "entitlement_check", Check, situation=for_plugin(plugins, name, situation))
    if sold:
        owner = owner_of(plugins, situation)
        mine = for_plugin(plugins, owner, situation)
        found += plugins.guard.many(owner, "entitlement_check", Check, required=True, situation=mine)
    return tuple(found)


def prepared(plugins: Plugins, draft: Draft) -> PreparedRequest:
    """Return the owner's answers in the order of the portal's form.

    :raises PluginError: naming the plugin.
    """
    owner = owner_of(plugins, draft.situation)
    return plugins.guard.one(owner, "build_request", PreparedRequest, draft=_draftfor_plugin(plugins, owner, draft))


def target(plugins: Plugins, draft: Draft, shaped: PreparedRequest) -> RedirectTarget:
    """Return the owner's way in.

    :raises PluginError: naming the plugin.
    """
    owner = owner_of(plugins, draft.situation)
    mine = _draftfor_plugin(plugins, owner, draft)
    return plugins.guard.one(owner, "redirect_target", RedirectTarget, draft=mine, prepared=shaped)


def owner_of(plugins: Plugins, situation: Situation) -> str:
    """Return the name of the plugin that owns the situation's product in its cloud."""
    return plugins.owners[situation.cloud.key, situation.product.key]


def for_plugin(plugins: Plugins, name: str, situation: Situation) -> Situation:
    """Return the situation with the plugin's own settings."""
    return situation.model_copy(update={"settings": plugins.settings.get(name)})


def _draftfor_plugin(plugins: Plugins, name: str, draft: Draft) -> Draft:
    return draft.model_copy(update={"situation": for_plugin(plugins, name, draft.situation)})
