"""Clouds that a deployer describes in TOML files: data alone, no code (domain.md section 2: new ones keep coming)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from webapp.contracts.clouds import Cloud
from webapp.errors import StartRefused, named
from webapp.i18n import LANGUAGES, LazyText, _, in_my_language


def joined(registered: Mapping[str, Cloud], files: Iterable[str]) -> dict[str, Cloud]:
    """Return the plugins' clouds and those of the files, by key.

    :raises StartRefused: as ``read``, and for a key that a plugin has taken.
    """
    described = read(files)
    for key in described.keys() & registered.keys():
        raise StartRefused(
            _("A file of ONBEHALF_CLOUD_FILES describes the cloud %(key)s, which a plugin brings.", key=key),
            remedy=_("Give the file's cloud another key, or change the plugin's under cloud_overrides."),
        )
    return {**registered, **described}


def read(files: Iterable[str]) -> dict[str, Cloud]:
    """Return the cloud of each file, by key.

    A text that people read is a string, or a table by language that has at least ``en``.

    :raises StartRefused: naming the file that cannot be read, does not describe a cloud, or repeats a key.
    """
    clouds: dict[str, Cloud] = {}
    for name in files:
        cloud = _cloud(Path(name))
        if cloud.key in clouds:
            raise StartRefused(
                _("Two files of ONBEHALF_CLOUD_FILES describe the cloud %(key)s.", key=cloud.key),
                remedy=_("Name only one of them."),
            )
        clouds[cloud.key] = cloud
    return clouds


def _cloud(file: Path) -> Cloud:
    try:
        return Cloud.model_validate(_with_texts(tomllib.loads(file.read_text(encoding="utf-8"))))
    except OSError as error:
        raise _refused(file, error.strerror or type(error).__name__) from error
    except ValidationError as error:
        raise _refused(file, named(error)) from error
    except ValueError as error:  # no UTF-8, or no TOML
        raise _refused(file, str(error)) from error


def _refused(file: Path, error: str) -> StartRefused:
    return StartRefused(
        _("%(file)s does not describe a cloud: %(error)s.", file=str(file), error=error),
        remedy=_("Correct the file, or take it out of ONBEHALF_CLOUD_FILES; docs/clouds.md shows a whole one."),
    )


def _with_texts(value: Any) -> Any:
    """Return ``value`` with each table of languages as one text that reads in the reader's language."""
    if isinstance(value, Mapping):
        if "en" in value and LANGUAGES.keys() >= value.keys():
            return LazyText(in_my_language, dict(value))
        return {key: _with_texts(one) for key, one in value.items()}
    return [_with_texts(one) for one in value] if isinstance(value, list) else value
