"""Where settings come from: the environment, and the TOML file that ``ONBEHALF_CONFIG`` names."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic_settings import TomlConfigSettingsSource

from webapp.errors import StartRefused
from webapp.i18n import _

PREFIX = "ONBEHALF_"


class CoreToml(TomlConfigSettingsSource):
    """The TOML file without the tables that belong to plugins."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        content = super()._read_file(file_path)
        return {key: value for key, value in content.items() if not (key == "plugins" and isinstance(value, dict))}


def secrets_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder named by ``ONBEHALF_SECRETS``, or ``None``; a file ``onbehalf_<field>`` in it holds a value.

    :raises StartRefused: if it is named but not there.
    """
    name = environ.get(PREFIX + "SECRETS")
    if not name:
        return None
    if not Path(name).is_dir():
        raise StartRefused(
            _("ONBEHALF_SECRETS names %(folder)s, which is not a folder.", folder=name),
            remedy=_("Correct the path, or unset the variable."),
        )
    return Path(name)


def config_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the TOML file named by ``ONBEHALF_CONFIG``, or ``None``.

    :raises StartRefused: if it is named but not there, or is no TOML.
    """
    name = environ.get(PREFIX + "CONFIG")
    if not name:
        return None
    if not Path(name).is_file():
        raise StartRefused(
            _("ONBEHALF_CONFIG names %(file)s, which is not a file.", file=name),
            remedy=_("Correct the path, or unset the variable."),
        )
    try:
        tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except ValueError as error:
        raise StartRefused(
            _("%(file)s is not a TOML file: %(error)s.", file=name, error=str(error)),
            remedy=_("Correct the line, or unset ONBEHALF_CONFIG."),
        ) from error
    return Path(name)
