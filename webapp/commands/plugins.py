"""``onbehalf plugins``: what is installed, what is enabled, and what it brings."""

from __future__ import annotations

import json
from typing import Any

import click

from webapp.config import load_settings
from webapp.contracts.clouds import Cloud
from webapp.i18n import _
from webapp.plugins.loading import BUILT_IN, Installed, Plugins, installed, load


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(*, as_json: bool) -> None:
    """List the plugins: name, version, state, clouds and products. Needs no secret."""
    loaded = load(load_settings())
    rows = [_row(plugin, loaded) for plugin in installed().values()]
    if as_json:
        click.echo(json.dumps({"plugins": rows}, indent=2, ensure_ascii=False))
        return
    for line in _table(rows):
        click.echo(line)


def _row(plugin: Installed, loaded: Plugins) -> dict[str, Any]:
    """Describe one plugin; of a disabled one no code runs, so what it would bring is not known."""
    enabled = loaded.manager.has_plugin(plugin.name)
    clouds = loaded.guard.many(plugin.name, "register_clouds", Cloud) if enabled else ()
    owned = {product: None for (_cloud, product), owner in loaded.owners.items() if owner == plugin.name}
    return {
        "name": plugin.name,
        "version": plugin.version,
        "state": "enabled" if enabled else "disabled",
        "built_in": plugin.name in BUILT_IN,
        "distribution": plugin.distribution,
        "clouds": [cloud.key for cloud in clouds if cloud.key in loaded.clouds],
        "products": list(owned),
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
