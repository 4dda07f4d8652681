"""A plugin's own settings: its class, filled from the deployer's variables, files and table."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from pydantic import BaseModel

from webapp.config import plugin_settings
from webapp.errors import StartRefused


class Unreadable(Exception):
    """The plugin's own class of settings raised; its words may repeat a value, so only their kind is kept."""


class _NoSettings(BaseModel):
    """The settings of a plugin that has none: any that is given is refused."""


def settings_of(name: str, module: ModuleType, others: Iterable[str] = ()) -> tuple[BaseModel | None, tuple[str, ...]]:
    """Return the plugin's settings, and the names of those that were given; ``others`` are enabled beside it.

    :raises StartRefused: naming each variable with a bad value, or unknown.
    :raises Unreadable: if its class raises something else.
    """
    schema = getattr(module, "Settings", None)
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        plugin_settings(name, _NoSettings, others)
        return None, ()
    try:
        own = plugin_settings(name, schema, others)
    except StartRefused:
        raise
    except Exception as error:  # a stranger's code may raise anything
        kind = type(error).__name__
    else:
        return own, tuple(sorted(own.model_fields_set))
    raise Unreadable(kind)  # outside of the handler: the cause would hold the values
