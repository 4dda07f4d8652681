"""A plugin's own settings: its class, filled from the deployer's variables, files and table."""

from __future__ import annotations

from types import ModuleType

from pydantic import BaseModel

from webapp.config import plugin_settings


class _NoSettings(BaseModel):
    """The settings of a plugin that has none: any that is given is refused."""


def settings_of(name: str, module: ModuleType) -> tuple[BaseModel | None, tuple[str, ...]]:
    """Return the plugin's settings, and the names of those that were given.

    :raises StartRefused: naming each variable with a bad value, or unknown.
    """
    schema = getattr(module, "Settings", None)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        own = plugin_settings(name, schema)
        return own, tuple(sorted(own.model_fields_set))
    plugin_settings(name, _NoSettings)
    return None, ()
