"""What a plugin says of itself before its code runs: ``onbehalf-plugin.toml`` in its top package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

import webapp
from webapp.contracts.clouds import Key
from webapp.contracts.values import Value
from webapp.errors import named

FILE = "onbehalf-plugin.toml"
_RANGE = re.compile(r">=([0-9]{1,4})(?:\.([0-9]{1,4}))?,\s*<([0-9]{1,4})(?:\.([0-9]{1,4}))?")


class BadManifest(ValueError):
    """A manifest that is there but cannot be read; its words name the file and the line or field."""


def _api_range(text: str) -> str:
    if not _RANGE.fullmatch(text):
        raise ValueError('a range of API versions is written like ">=1.0,<2"')
    return text


def _host(name: str) -> str:
    if not re.fullmatch(r"(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+", name):
        raise ValueError("a host is a name like support.example.com, without scheme, port or path")
    return name


class Manifest(Value):
    """What a plugin says of itself.

    ``api``: the versions of the plugin API it works with. ``clouds``: those it brings. ``products``: those it owns, and
    ``sold_in`` the clouds in which it has them. ``plans``: the support contracts its checks ask for. ``hosts``:
    those its code opens a connection to. One without clouds and products is a policy: while it is enabled and cannot
    run, nothing is filed.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    api: Annotated[str, AfterValidator(_api_range)]
    clouds: tuple[Key, ...] = ()
    products: tuple[Key, ...] = ()
    sold_in: tuple[Key, ...] = ()
    plans: tuple[str, ...] = ()
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()

    @property
    def is_policy(self) -> bool:
        """Whether it judges what others own."""
        return not self.clouds and not self.products

    def brings(self, clouds: Collection[str] = ()) -> tuple[str, ...]:
        """Return what no other plugin may bring beside it: clouds, and products by enabled cloud (empty = any)."""
        there = [cloud for cloud in self.sold_in if not clouds or cloud in clouds]
        return (*self.clouds, *(f"{cloud}/{key}" for cloud in there for key in self.products))

    def fits(self, version: str = "") -> bool:
        """Say whether a version of the API lies in the range; empty = this one's."""
        found = _RANGE.fullmatch(self.api)
        numbers = [int(number or 0) for number in found.groups()] if found else []
        return tuple(numbers[:2]) <= _parsed(version or webapp.API_VERSION) < tuple(numbers[2:])


def read(module: str, plugin: str) -> Manifest | None:
    """Return the manifest of a plugin by the module of its entry point, without importing it; ``None`` = it has none.

    It lies in the top package; one that holds several plugins has ``onbehalf-plugin-<plugin>.toml`` for each.

    :raises BadManifest: if there is one that cannot be read, or that is another plugin's.
    """
    file = file_of(module, plugin)
    if file is None:
        return None
    try:
        manifest = Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadManifest(f"{file.name}: {named(error)}") from error
    except (OSError, ValueError) as error:
        raise BadManifest(f"{file.name}: {error}") from error
    if manifest.id != plugin:
        raise BadManifest(f"{file.name}: its id is {manifest.id!r}, and its entry point says {plugin!r}")
    return manifest


def file_of(module: str, plugin: str) -> Path | None:
    """Return where the manifest lies, or ``None``; nothing of the package is run."""
    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return None
    names = (f"onbehalf-plugin-{plugin}.toml", FILE)
    folders = [Path(folder) for folder in (spec.submodule_search_locations if spec else None) or ()]
    return next((folder / name for folder in folders for name in names if (folder / name).is_file()), None)


def _parsed(version: str) -> tuple[int, int]:
    major, _dot, minor = version.partition(".")
    return int(major), int(minor or 0)
