"""``onbehalf plugins``: what is installed, what runs, how it is doing, and what it brings."""

from __future__ import annotations

import json
from typing import Any

import click

from webapp.config import load_settings
from webapp.i18n import _
from webapp.plugins import report
from webapp.plugins.loading import load
from webapp.plugins.report import Call, Reported


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(*, as_json: bool) -> None:
    """List the plugins: name, version, state, clouds and products. Needs no secret."""
    found = report.of(load(load_settings()))
    if as_json:
        click.echo(json.dumps({"plugins": [_row(plugin) for plugin in found]}, indent=2, ensure_ascii=False))
        return
    for line in (*_table(found), *_reasons(found)):
        click.echo(line)


def _row(plugin: Reported) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "state": plugin.state,
        "built_in": plugin.built_in,
        "distribution": plugin.distribution,
        "clouds": list(plugin.clouds),
        "products": list(plugin.products),
        "hooks": list(plugin.hooks),
        "settings": list(plugin.settings),
        "known_settings": list(plugin.known_settings),
        "notes": list(plugin.notes),
        "manifest": plugin.manifest.model_dump(mode="json") if plugin.manifest else None,
        "reason": str(plugin.reason) if plugin.reason else None,
        "remedy": str(plugin.remedy) if plugin.remedy else None,
        "last_error": _last_error(plugin),
        "calls": {call.hook: _times(call) for call in plugin.calls},
    }


def _last_error(plugin: Reported) -> dict[str, str] | None:
    last = plugin.last_error
    return {"hook": last.hook, "error": last.error, "at": last.at.isoformat()} if last else None


def _times(call: Call) -> dict[str, float]:
    return {
        "calls": call.calls,
        "errors": call.errors,
        "seconds": round(call.seconds, 6),
        "slowest": round(call.slowest, 6),
    }


def _table(found: list[Reported]) -> list[str]:
    lines = [[str(title) for title in (_("Name"), _("Version"), _("State"), _("Clouds"), _("Products"))]]
    for plugin in found:
        lists = (", ".join(keys) or "-" for keys in (plugin.clouds, plugin.products))
        lines.append([plugin.name, plugin.version, str(report.STATES[plugin.state]), *lists])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _reasons(found: list[Reported]) -> list[str]:
    return [f"{plugin.name}: {plugin.reason} {plugin.remedy}" for plugin in found if plugin.reason]
