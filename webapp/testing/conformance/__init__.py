"""The conformance of a plugin: what every plugin has to hold, ours as well as a stranger's."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import getdoc
from typing import Literal

from webapp.testing.conformance.checks import TIERS
from webapp.testing.conformance.interrupting import interrupted
from webapp.testing.conformance.subject import Subject, subject
from webapp.testing.conformance.telling import grouped, in_words

LOADS = "loads"
CHECKS = {check.__name__: check for checks in TIERS.values() for check in checks}
TITLES: dict[str, str] = {LOADS: "Be loaded, as a deployment would."} | {
    name: (getdoc(check) or "").partition("\n")[0] for name, check in CHECKS.items()
}
"""What each check asks, by its name, in the order of a report."""
MOST_PROBLEMS = 10


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; ``skipped`` where the plugin could not even be loaded.

    ``notes`` are what an author should know although it is no problem.
    """

    check: str
    outcome: Literal["ok", "failed", "skipped"]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def checks_of(tier: str) -> tuple[str, ...]:
    """Return the names of the checks of a tier and of those below it."""
    names = list(TIERS)
    below = names[: names.index(tier) + 1]
    return (LOADS, *(check.__name__ for one in below for check in TIERS[one]))


def examine(name: str, tier: str = "polished") -> tuple[Finding, ...]:
    """Try the plugin, and return what was found, a finding a check.

    :raises StartRefused: if it is not installed, or a setting of it does not fit.
    """
    tried = subject(name)
    names = checks_of(tier)[1:]
    if not tried.runs:
        why = tried.plugins.left_out[name]
        first = Finding(LOADS, "failed", (f"{why.reason} {why.remedy}", *tried.watch.noticed))
        return (first, *(Finding(check, "skipped") for check in names))
    return (Finding(LOADS, "ok"), *(_finding(check, tried) for check in names))


def _finding(check: str, tried: Subject) -> Finding:
    found = grouped(_problems(check, tried), {ran.case.name for ran in tried.ran})
    more = (f"… and {len(found) - MOST_PROBLEMS} more",) if len(found) > MOST_PROBLEMS else ()
    notes = tuple(tried.unreached) if CHECKS[check] is interrupted else ()
    return Finding(check, "failed" if found else "ok", (*found[:MOST_PROBLEMS], *more), notes)


def _problems(name: str, tried: Subject) -> tuple[str, ...]:
    try:
        return tuple(CHECKS[name](tried))
    except Exception as error:  # a text is the plugin's own code as well, run when it is read
        return (in_words(error),)


__all__ = ["CHECKS", "LOADS", "TIERS", "TITLES", "Finding", "Subject", "checks_of", "examine"]
