"""Reading settings, and refusing to start with one that is bad or unknown."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from webapp.config.settings import Settings
from webapp.config.sources import PREFIX, config_file
from webapp.errors import StartRefused
from webapp.i18n import _


def load_settings(**given: Any) -> Settings:
    """Return the deployment's settings; ``given`` win over the environment.

    :raises StartRefused: naming each variable with a bad value, or unknown.
    """
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise bad_values(error, PREFIX) from error
    except SettingsError as error:
        raise _not_json(error) from error
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG", PREFIX + "SECRETS"}
    own = tuple(PREFIX + name.upper().replace("-", "_") + "_" for name in settings.plugins)
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(own or ("\0",))
    )
    if unknown:
        raise StartRefused(
            _("No setting has the name %(names)s.", names=", ".join(unknown)),
            remedy=_("Correct the name, enable the plugin it belongs to, or unset the variable."),
        )
    return settings


def plugins_are_named(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether the deployer named plugins, in the environment or in the file."""
    file = config_file(environ)
    named = tomllib.loads(file.read_text(encoding="utf-8")).get("plugins") if file else None
    return PREFIX + "PLUGINS" in environ or isinstance(named, str | list)


def demo_port(environ: Mapping[str, str] = os.environ) -> int:
    """Return the port of the demo: ``PORT``, else 8000.

    :raises StartRefused: if it is no port.
    """
    given = environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise StartRefused(
            _("PORT is %(given)s, which is not a port.", given=given),
            remedy=_("Set PORT to a number from 1 to 65535, or unset it for 8000."),
        )
    return int(given)


def bad_values(error: ValidationError, prefix: str) -> StartRefused:
    """Name each bad setting; the value itself is not repeated, since it may be a secret."""
    lines = "; ".join(f"{variable_of(prefix, e['loc'])}: {e['msg']}" for e in error.errors())
    return StartRefused(
        _("A setting has a bad value: %(lines)s.", lines=lines),
        remedy=_("Correct the variable, or the same key in the file that ONBEHALF_CONFIG names."),
    )


def variable_of(prefix: str, loc: tuple[int | str, ...]) -> str:
    """Return the variable of a field, and where in its value the trouble is."""
    name, *inside = loc or ("",)
    return prefix + str(name).upper() + (f" ({'.'.join(map(str, inside))})" if inside else "")


def _not_json(error: SettingsError) -> StartRefused:
    """Name the variable that pydantic-settings could not read; the field is in its message alone."""
    names = re.findall(r'field "(\w+)"', str(error))
    return StartRefused(
        _("%(name)s is not written as JSON.", name=PREFIX + "".join(names).upper()),
        remedy=_('Write it like {"key": "value"}, or as a table in the file that ONBEHALF_CONFIG names.'),
    )
