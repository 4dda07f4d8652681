"""Who is enabled beside the plugin on trial: every installed plugin that brings a cloud and can be loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from webapp.config import Settings, load_settings
from webapp.errors import StartRefused
from webapp.plugins.finding import Installed
from webapp.plugins.loading import look


def settings_for(names: Iterable[str]) -> Settings:
    """Return the settings of a desk with these plugins and nothing else that was decided."""
    plain: dict[str, Any] = {"clouds": (), "cloud_overrides": {}, "sign_in": {}, "rules": "documents"}
    return load_settings(plugins=tuple(names), safe_mode=False, **plain)


def companions(plugin: Installed, found: Mapping[str, Installed]) -> tuple[str, ...]:
    """Return the names of those that bring a cloud of their own, each imported now, and not on the plugin's account."""
    taken = set(plugin.manifest.clouds if plugin.manifest else ())
    names: list[str] = []
    for other in found.values():
        clouds = set(other.manifest.clouds) if other.manifest else set()
        if other.entry_point and other.name != plugin.name and clouds and not clouds & taken:
            names.append(other.name)
            taken |= clouds
    if len(loading := _loading(names)) == len(names):
        return loading
    return tuple(name for name in names if _loading([name]))


def _loading(names: list[str]) -> tuple[str, ...]:
    """Return those of the plugins that run when they are loaded together; none if that is refused."""
    try:
        running = look(settings_for(names)).running
    except StartRefused:
        return ()
    return tuple(name for name in names if name in running)
