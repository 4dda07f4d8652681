"""Files beside a plugin's code, by their names alone: found without running any of it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from webapp.plugins.finding import Installed


def beside(plugin: Installed, name: str) -> Path | None:
    """Return a file or folder of the plugin's top package, or ``None``.

    A package that holds several plugins has ``help-<plugin>`` beside ``help``: the plugin's own is taken first.
    """
    stem, dot, kind = name.partition(".")
    for folder in _folders(plugin):
        for candidate in (folder / f"{stem}-{plugin.name}{dot}{kind}", folder / name):
            if candidate.exists():
                return candidate
    return None


def _folders(plugin: Installed) -> Iterator[Path]:
    if plugin.entry_point is None:
        return
    spec = find_spec(plugin.entry_point.module.partition(".")[0])  # a top package is found without its code
    yield from (Path(folder) for folder in (spec.submodule_search_locations if spec else None) or ())
