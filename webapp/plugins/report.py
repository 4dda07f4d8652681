"""What is installed, what runs, and how it is doing, for the command and the operator's page; no plugin is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from webapp.config import secret_fields
from webapp.errors import Words
from webapp.i18n import LazyText, _
from webapp.plugins.breaker import LastError, Record
from webapp.plugins.finding import BUILT_IN, Installed
from webapp.plugins.loaded import Plugins, State
from webapp.plugins.manifest import Manifest

STATES: Mapping[State, LazyText] = {
    "enabled": _("enabled"),
    "disabled": _("disabled"),
    "incompatible": _("incompatible"),
    "failed": _("failed"),
    "paused": _("paused"),
}


@dataclass(frozen=True)
class Call:
    """The calls of one hook since the start of this process, in seconds."""

    hook: str
    calls: int
    errors: int
    seconds: float
    slowest: float

    @property
    def mean(self) -> float:
        """The seconds of a call on average."""
        return self.seconds / self.calls


@dataclass(frozen=True)
class Reported:
    """One plugin, as this process knows it; of one that does not run only its manifest speaks."""

    name: str
    version: str
    distribution: str
    built_in: bool
    state: State
    clouds: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    known_settings: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    manifest: Manifest | None = None
    reason: Words | None = None
    remedy: Words | None = None
    last_error: LastError | None = None
    calls: tuple[Call, ...] = field(default_factory=tuple)
    paused_until: datetime | None = None

    @property
    def enabled(self) -> bool:
        """Whether it runs: a paused one does, when its pause is over."""
        return self.state in {"enabled", "paused"}


def of(loaded: Plugins) -> list[Reported]:
    """Report on every plugin that is installed: our built-in ones, then the others."""
    return [_reported(plugin, loaded) for plugin in loaded.found.values()]


def _reported(plugin: Installed, loaded: Plugins) -> Reported:
    name, record = plugin.name, loaded.guard.record_of(plugin.name)
    running = loaded.running.get(name)
    schema = type(running.settings) if running and running.settings else None
    state, reason, remedy = _state(plugin, loaded, record)
    return Reported(
        name=name,
        version=plugin.version,
        distribution=plugin.distribution,
        built_in=name in BUILT_IN,
        state=state,
        clouds=tuple(key for key, by in loaded.brought.items() if by == name),
        products=tuple(dict.fromkeys(product for (_at, product), owner in loaded.owners.items() if owner == name)),
        hooks=running.hooks if running else (),
        settings=running.given if running else (),
        known_settings=tuple(schema.model_fields) if schema else (),
        secrets=secret_fields(schema) if schema else frozenset(),
        notes=running.notes if running else (),
        manifest=plugin.manifest,
        reason=reason,
        remedy=remedy,
        last_error=record.last_error,
        calls=tuple(
            Call(hook, tally.calls, tally.errors, tally.seconds, tally.slowest)
            for hook, tally in sorted(record.hooks.items())
        ),
        paused_until=_until(record) if state == "paused" else None,
    )


def asked_again(until: datetime, now: datetime) -> Words:
    """Return when a paused plugin is asked again."""
    seconds = max(0, round((until - now).total_seconds()))
    return _("It is asked again in %(seconds)s s, and is back if that goes well.", seconds=seconds)


def _until(record: Record) -> datetime:
    return record.times.now() + timedelta(seconds=record.seconds_left)


def _state(plugin: Installed, loaded: Plugins, record: Record) -> tuple[State, Words | None, Words | None]:
    if left_out := loaded.left_out.get(plugin.name):
        return left_out.state, left_out.reason, left_out.remedy
    if plugin.name not in loaded.running:
        if loaded.safe_mode:
            return "disabled", _("Safe mode: no plugin but the built-in ones runs."), _("Unset ONBEHALF_SAFE_MODE.")
        return "disabled", None, None
    if record.pause is None:
        return "enabled", None, None
    return "paused", record.pause.reason, asked_again(_until(record), record.times.now())
