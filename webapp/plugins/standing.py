"""How a plugin stands in each process that serves the desk: written down by each, joined for who looks.

A plugin is paused, and its calls are counted, in one process. What another process wrote down is read here as if it
were our own, so the operator's page and the command say the same of all of them, and ask no plugin for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from webapp.errors import Words
from webapp.i18n import LazyText, in_all_languages, in_my_language
from webapp.plugins.breaker import LastError
from webapp.plugins.loaded import State
from webapp.plugins.report import Call, Reported, asked_again

WORST_FIRST: tuple[State, ...] = ("failed", "incompatible", "paused", "enabled", "disabled")
Told = Mapping[str, Any]
"""A plugin as a process wrote it down: what JSON holds, words in all languages."""


@dataclass(frozen=True)
class Standing:
    """One plugin in one process, as of ``told_at``."""

    process: str
    told_at: datetime
    version: str
    state: State
    reason: Words | None = None
    remedy: Words | None = None
    clouds: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    last_error: LastError | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Joined:
    """A plugin as it is installed, and how it stands in every process that was heard.

    ``at_next_start`` is its state after a start with the settings that the looker read; ``None`` where that is not
    known without asking it: what failed while it registered may fail again.
    """

    plugin: Reported
    standings: tuple[Standing, ...]
    at_next_start: State | None = None

    @property
    def differs(self) -> bool:
        """Whether the processes disagree about its state."""
        return len({standing.state for standing in self.standings}) > 1


def told(plugin: Reported) -> dict[str, Any]:
    """Return what a process writes down of a plugin; needs an application context, for the words."""
    return {
        "name": plugin.name,
        "version": plugin.version,
        "state": plugin.state,
        "reason": in_all_languages(plugin.reason) if plugin.reason else None,
        "remedy": in_all_languages(plugin.remedy) if plugin.remedy else None,
        "paused_until": plugin.paused_until.isoformat() if plugin.paused_until else None,
        "clouds": list(plugin.clouds),
        "products": list(plugin.products),
        "hooks": list(plugin.hooks),
        "last_error": error_row(plugin.last_error),
        "calls": [vars(call) for call in plugin.calls],
    }


def error_row(error: LastError | None) -> dict[str, str] | None:
    """Return an error as JSON holds it."""
    if error is None:
        return None
    return {"hook": error.hook, "error": error.error, "at": error.at.isoformat(), "reference": error.reference}


def heard(process: str, told_at: datetime, row: Told, now: datetime) -> Standing:
    """Return what a process wrote down of a plugin, be it of a later version; its words in the looker's language."""
    until, error = row["paused_until"], row["last_error"]
    remedy: Words | None = LazyText(in_my_language, row["remedy"]) if row["remedy"] else None
    return Standing(
        process=process,
        told_at=told_at,
        version=row["version"],
        state=row["state"],
        reason=LazyText(in_my_language, row["reason"]) if row["reason"] else None,
        remedy=asked_again(datetime.fromisoformat(until), now) if until else remedy,
        clouds=tuple(row["clouds"]),
        products=tuple(row["products"]),
        hooks=tuple(row["hooks"]),
        last_error=_error(error) if error else None,
        calls=tuple(_call(call) for call in row["calls"]),
    )


def _error(row: Told) -> LastError:
    return LastError(row["hook"], row["error"], datetime.fromisoformat(row["at"]), row["reference"])


def _call(row: Told) -> Call:
    return Call(row["hook"], row["calls"], row["errors"], row["seconds"], row["slowest"])


def own(process: str, plugin: Reported, now: datetime) -> Standing:
    """Return how a plugin stands in this very process."""
    return Standing(
        process=process,
        told_at=now,
        **{name: getattr(plugin, name) for name in Standing.__dataclass_fields__ if name not in {"process", "told_at"}},
    )


def joined(known: Sequence[Reported], standings: Mapping[str, Sequence[Standing]]) -> list[Joined]:
    """Return every plugin that is installed or that a process has, with the worst state there is first in its words.

    ``standings`` are by plugin.
    """
    gone = sorted(set(standings) - {plugin.name for plugin in known})
    everyone = (*known, *(Reported(name, standings[name][0].version, "", False, "disabled") for name in gone))
    return [_joined(plugin, tuple(standings.get(plugin.name, ()))) for plugin in everyone]


def as_told(plugin: Reported, clouds: frozenset[str]) -> Reported:
    """Return a plugin that runs with what its manifest says it brings to the deployment's clouds; empty = to any."""
    said = plugin.manifest if plugin.enabled else None
    if said is None:
        return plugin
    sold = not clouds or not said.sold_in or not clouds.isdisjoint(said.sold_in)
    brought = tuple(key for key in said.clouds if not clouds or key in clouds)
    return replace(plugin, clouds=brought, products=said.products if sold else ())


def _joined(plugin: Reported, standings: tuple[Standing, ...]) -> Joined:
    if not standings:
        return Joined(plugin, (), plugin.state)
    worst = min(standings, key=lambda standing: WORST_FIRST.index(standing.state))
    errors = [standing.last_error for standing in standings if standing.last_error]
    shown = replace(
        plugin,
        version=worst.version,
        state=worst.state,
        reason=worst.reason,
        remedy=worst.remedy,
        clouds=_all(standing.clouds for standing in standings),
        products=_all(standing.products for standing in standings),
        hooks=_all(standing.hooks for standing in standings),
        last_error=max(errors, key=lambda error: error.at, default=None),
        calls=_summed(call for standing in standings for call in standing.calls),
    )
    failed = worst.state in {"failed", "incompatible"} and worst.version == plugin.version and plugin.enabled
    return Joined(shown, standings, None if failed else plugin.state)


def _all(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for some in keys for key in some))


def _summed(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Return the calls of all processes, a sum each hook."""
    sums: dict[str, Call] = {}
    for call in calls:
        so_far = sums.get(call.hook, Call(call.hook, 0, 0, 0.0, 0.0))
        sums[call.hook] = Call(
            call.hook,
            so_far.calls + call.calls,
            so_far.errors + call.errors,
            so_far.seconds + call.seconds,
            max(so_far.slowest, call.slowest),
        )
    return tuple(sums[hook] for hook in sorted(sums))
