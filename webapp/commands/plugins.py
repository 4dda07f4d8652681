"""``onbehalf plugins``: what is installed, what is enabled, and what it brings."""

from __future__ import annotations

import json
from typing import Any

import click

from webapp.config import load_settings
from webapp.i18n import _
from webapp.plugins import report
from webapp.plugins.loading import load
from webapp.plugins.report import Reported


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(*, as_json: bool) -> None:
    """List the plugins: name, version, state, clouds and products. Needs no secret."""
    rows = [_row(plugin) for plugin in report.of(load(load_settings()))]
    if as_json:
        click.echo(json.dumps({"plugins": rows}, indent=2, ensure_ascii=False))
        return
    for line in _table(rows):
        click.echo(line)


def _row(plugin: Reported) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "state": "enabled" if plugin.enabled else "disabled",
        "built_in": plugin.built_in,
        "distribution": plugin.distribution,
        "clouds": list(plugin.clouds),
        "products": list(plugin.products),
    }


def _table(rows: list[dict[str, Any]]) -> list[str]:
    head = [str(title) for title in (_("Name"), _("Version"), _("State"), _("Clouds"), _("Products"))]
    states = {"enabled": str(_("enabled")), "disabled": str(_("disabled"))}
    lines = [head]
    for row in rows:
        lists = (", ".join(row[key]) or "-" for key in ("clouds", "products"))
        lines.append([row["name"], row["version"], states[row["state"]], *lists])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
