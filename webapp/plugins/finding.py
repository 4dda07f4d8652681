"""Which plugins are installed, as their distributions announce them; none is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import webapp
from webapp import programme, worldwide
from webapp.errors import StartRefused
from webapp.i18n import _
from webapp.plugins import manifest
from webapp.plugins.manifest import BadManifest, Manifest

GROUP = "onbehalf.plugins"
BUILT_IN: Mapping[str, ModuleType] = {"worldwide": worldwide, "programme": programme}


@dataclass(frozen=True)
class Installed:
    """A plugin as its distribution announces it; its code has not been imported.

    ``manifest`` is ``None`` where it brings none, or a bad one: then ``unreadable`` says what is wrong with it.
    """

    name: str
    version: str
    distribution: str
    entry_point: EntryPoint | None
    manifest: Manifest | None = None
    unreadable: str = ""


def installed(*, ambiguous: bool = False) -> dict[str, Installed]:
    """Return every plugin that can be enabled, by name, without importing any.

    :raises StartRefused: if two distributions announce the same name; ``ambiguous`` = the first one is taken.
    """
    found = {name: Installed(name, webapp.__version__, "onbehalf", None, _built_in(name)) for name in BUILT_IN}
    for point in entry_points(group=GROUP):
        mine = _announced(point)
        other = found.get(point.name)
        if other is None or other.distribution == mine.distribution:
            found[point.name] = mine
        elif not ambiguous:
            raise StartRefused(
                _(
                    "Two distributions bring a plugin %(name)s: %(first)s and %(second)s.",
                    name=point.name,
                    first=other.distribution,
                    second=mine.distribution,
                ),
                remedy=_("Uninstall one of them; a name must be clear."),
            )
    return found


def _built_in(name: str) -> Manifest:
    """Return what a plugin of ours says of itself; it is of this version, whatever that is."""
    major = int(webapp.API_VERSION.partition(".")[0])
    clouds = (worldwide.GLOBAL.key,) if name == "worldwide" else ()
    return Manifest(id=name, api=f">={webapp.API_VERSION},<{major + 1}", clouds=clouds)


def _announced(point: EntryPoint) -> Installed:
    dist = point.dist
    known, wrong = None, ""
    try:
        known = manifest.read(point.module, point.name)
    except BadManifest as error:
        wrong = str(error)
    except AttributeError:  # what importlib.metadata makes of a value that names no module
        wrong = f"{point.value} is no module"
    return Installed(point.name, dist.version if dist else "", dist.name if dist else "", point, known, wrong)
