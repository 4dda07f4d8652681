"""``onbehalf plugins``: what is installed, what runs, how it is doing, and what it brings; no plugin is asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from typing import Any

import click

from webapp import processes
from webapp.commands.db import opened
from webapp.config import Settings, load_settings
from webapp.doctor.files import sqlite_file
from webapp.errors import StartRefused, Words
from webapp.i18n import _
from webapp.plugins import report
from webapp.plugins.report import Call, Reported
from webapp.plugins.standing import Joined, Standing, error_row
from webapp.tables.processes import DeskProcess


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(*, as_json: bool) -> None:
    """List the plugins: name, version, state, clouds and products. Needs no secret, and asks no plugin."""
    settings, now = load_settings(), datetime.now(UTC)
    heard, unheard = _heard(settings, now)
    with redirect_stdout(sys.stderr):  # what a plugin prints as it is imported is no part of ours
        known = processes.known_outside(settings, heard, now)
    if as_json:
        serving = [_process(process) for process in heard]
        told = {
            "plugins": [_row(plugin) for plugin in known],
            "processes": serving,
            "unheard": str(unheard) if unheard else None,
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for line in (*_table(known), "", str(unheard or _serving(heard)), *_reasons(known)):
        click.echo(line)


def _heard(settings: Settings, now: datetime) -> tuple[list[DeskProcess], Words | None]:
    """Return the processes that serve, and why none could be heard; no file is made for it."""
    file = sqlite_file(settings.database_url)
    if file and not file.exists():
        return [], _("No process of the desk was heard: there is no database yet.")
    try:
        with opened(settings) as database, database.reading() as session:
            return processes.heard(session, now), None
    except StartRefused as refused:
        return [], _("No process of the desk was heard. %(why)s", why=str(refused))


def _serving(heard: Sequence[DeskProcess]) -> Words:
    if not heard:
        return _("No process serves the desk: the states are those of a start with these settings.")
    names = ", ".join(f"{process.host}:{process.pid}" for process in heard)
    return _("The states are those of the processes that serve: %(names)s.", names=names)


def _process(process: DeskProcess) -> dict[str, Any]:
    return {
        "process": f"{process.host}:{process.pid}",
        "began_at": process.began_at.isoformat(),
        "told_at": process.told_at.isoformat(),
    }


def _row(known: Joined) -> dict[str, Any]:
    plugin = known.plugin
    return {
        "name": plugin.name,
        "built_in": plugin.built_in,
        "distribution": plugin.distribution,
        "clouds": list(plugin.clouds),
        "products": list(plugin.products),
        "hooks": list(plugin.hooks),
        "settings": list(plugin.settings),
        "known_settings": list(plugin.known_settings),
        "notes": list(plugin.notes),
        "manifest": plugin.manifest.model_dump(mode="json") if plugin.manifest else None,
        **_how(plugin),
        "at_next_start": known.at_next_start,
        "in_processes": [_standing(standing) for standing in known.standings],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "process": standing.process,
        **_how(standing),
    }


def _how(one: Reported | Standing) -> dict[str, Any]:
    """Return how a plugin is, in one process or in all."""
    return {
        "version": one.version,
        "state": one.state,
        "reason": str(one.reason) if one.reason else None,
        "remedy": str(one.remedy) if one.remedy else None,
        "last_error": error_row(one.last_error),
        "calls": {call.hook: _times(call) for call in one.calls},
    }


def _times(call: Call) -> dict[str, float]:
    return {
        "calls": call.calls,
        "errors": call.errors,
        "seconds": round(call.seconds, 6),
        "slowest": round(call.slowest, 6),
    }


def _table(known: Sequence[Joined]) -> list[str]:
    lines = [[str(title) for title in (_("Name"), _("Version"), _("State"), _("Clouds"), _("Products"))]]
    for plugin in (one.plugin for one in known):
        lists = (", ".join(keys) or "-" for keys in (plugin.clouds, plugin.products))
        lines.append([plugin.name, plugin.version, str(report.STATES[plugin.state]), *lists])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _reasons(known: Sequence[Joined]) -> Iterator[str]:
    """Yield why a plugin does not run, where it does not, and what a new start would change."""
    for one in known:
        plugin = one.plugin
        if plugin.reason:
            where = ", ".join(standing.process for standing in one.standings if standing.state == plugin.state)
            place = f" ({where})" if one.differs else ""
            yield f"{plugin.name}: {plugin.reason} {plugin.remedy}{place}"
        if one.standings and one.at_next_start and _runs(one.at_next_start) != _runs(plugin.state):
            state = report.STATES[one.at_next_start]
            yield str(_("%(name)s: after a new start it is %(state)s.", name=plugin.name, state=state))


def _runs(state: str) -> bool:
    return state in {"enabled", "paused"}
