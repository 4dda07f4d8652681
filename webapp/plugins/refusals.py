"""Why a plugin was left out, and what stops the start: each with what to do."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

import webapp
from webapp.errors import PluginError, StartRefused, named
from webapp.i18n import _
from webapp.plugins.finding import BUILT_IN, Installed
from webapp.plugins.loaded import LeftOut
from webapp.plugins.manifest import Manifest


def refuse_unclear(names: Iterable[str], found: Mapping[str, Installed]) -> None:
    """Refuse a list of plugins that cannot be meant, before any is imported.

    :raises StartRefused: for a name that is not installed, built in, or named twice.
    """
    seen: set[str] = set()
    for name in names:
        if name not in found:
            if (meant := name.replace("_", "-").lower()) in found:
                raise StartRefused(
                    _("ONBEHALF_PLUGINS names %(name)s, which is not installed.", name=name),
                    remedy=_("Write %(name)s, which is.", name=meant),
                )
            raise StartRefused(
                _("ONBEHALF_PLUGINS names %(name)s, which is not installed.", name=name),
                remedy=_(
                    "Install it (pip install onbehalf-%(name)s) or remove the name. Installed: %(known)s.",
                    name=name,
                    known=", ".join(sorted(set(found) - set(BUILT_IN))) or "-",
                ),
            )
        if name in seen or name in BUILT_IN:
            raise StartRefused(
                _("ONBEHALF_PLUGINS names %(name)s twice, or it is built in.", name=name),
                remedy=_("Name each plugin once; %(names)s are always loaded.", names=", ".join(BUILT_IN)),
            )
        seen.add(name)


def registered_twice(key: str, first: str, second: str) -> StartRefused:
    """Return the refusal of a cloud or product that two plugins bring: which one is meant, only the deployer knows."""
    return StartRefused(
        _("%(key)s is registered by two plugins: %(first)s and %(second)s.", key=key, first=first, second=second),
        remedy=_("Enable only one of them in ONBEHALF_PLUGINS."),
    )


def refuse_told_twice(manifests: Mapping[str, Manifest | None], clouds: Collection[str]) -> None:
    """Refuse plugins whose manifests bring one thing to the enabled ``clouds``; empty = to any.

    :raises StartRefused: naming both.
    """
    owners: dict[str, str] = {}
    for name, manifest in manifests.items():
        for key in manifest.brings(clouds) if manifest else ():
            if key in owners:
                raise registered_twice(key, owners[key], name)
            owners[key] = name


def twice_the_same(key: str, name: str) -> LeftOut:
    """Return why a plugin that registers one product twice was left out."""
    return LeftOut(
        "failed",
        _("The plugin %(name)s registers %(key)s twice.", name=name, key=key),
        _("Mend or upgrade the plugin and start again, or remove its name from ONBEHALF_PLUGINS."),
    )


def not_imported(plugin: Installed, error: BaseException) -> LeftOut:
    """Return why a module that raised was left out."""
    return LeftOut(
        "failed",
        _("The plugin %(name)s could not be imported: %(error)s.", name=plugin.name, error=_kind(error, plugin)),
        _("Mend, reinstall or upgrade %(dist)s, or remove the name.", dist=plugin.distribution),
        policy=bool(plugin.manifest and plugin.manifest.is_policy),
    )


def settings_raise(plugin: Installed, kind: Exception, *, policy: bool) -> LeftOut:
    """Return why a plugin whose own class of settings raised was left out."""
    return LeftOut(
        "failed",
        _("The settings of the plugin %(name)s could not be read: %(kind)s.", name=plugin.name, kind=str(kind)),
        _("Mend, reinstall or upgrade %(dist)s, or remove the name.", dist=plugin.distribution),
        policy=policy,
    )


def manifest_unreadable(plugin: Installed) -> LeftOut:
    """Return why a plugin whose manifest cannot be read was left out."""
    return LeftOut(
        "failed",
        _("The manifest of the plugin %(name)s cannot be read: %(error)s.", name=plugin.name, error=plugin.unreadable),
        _("Mend, reinstall or upgrade %(dist)s, or remove the name.", dist=plugin.distribution),
    )


def other_api(plugin: Installed, manifest: Manifest) -> LeftOut:
    """Return why a plugin made for other versions of the API was left out."""
    return LeftOut(
        "incompatible",
        _(
            "The plugin %(name)s works with the plugin API %(range)s, and this is %(version)s.",
            name=plugin.name,
            range=manifest.api,
            version=webapp.API_VERSION,
        ),
        _(
            "Install a version of %(dist)s that names %(version)s in its manifest, or remove the name.",
            dist=plugin.distribution,
            version=webapp.API_VERSION,
        ),
        policy=manifest.is_policy,
    )


def unfit(name: str, error: Exception, *, policy: bool) -> LeftOut:
    """Return why a plugin with a hook or an argument that this version does not have was left out."""
    return LeftOut(
        "incompatible",
        _("The plugin %(name)s does not fit this version: %(error)s.", name=name, error=_by_name(name, error)),
        _("Mend or upgrade the plugin and start again, or remove its name from ONBEHALF_PLUGINS."),
        policy=policy,
    )


def failed_at_start(error: PluginError, *, policy: bool) -> LeftOut:
    """Return why a plugin that failed while it registered was left out."""
    remedy = _("Mend or upgrade the plugin and start again, or remove its name from ONBEHALF_PLUGINS.")
    return LeftOut("failed", error.message, remedy, policy=policy)


def _kind(error: BaseException, plugin: Installed) -> str:
    """Return what kind of error it was, and where: its words may repeat a secret.

    Those of a missing module say which, and of a value of ours that does not fit its field is named.
    """
    words = ""
    if isinstance(error, ImportError):
        words = f": {_one_line(error)}"
    elif isinstance(error, ValidationError) and error.title in webapp.__all__:
        words = f": {error.title}: {named(error)}"
    return f"{type(error).__name__}{words}{_place(error, plugin)}"


def _place(error: BaseException, plugin: Installed) -> str:
    """Return the plugin's own line at which it failed, and nothing if that is not known."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name}:{error.lineno})"
    module = plugin.entry_point.module.partition(".")[0] if plugin.entry_point else ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_of(frame.filename, module)]
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""


def _is_of(file: str, module: str) -> bool:
    """Say whether a file is the module itself, or lies in the package of that name."""
    path = Path(file)
    return bool(module) and (path.stem == module or module in path.parts)


def _by_name(name: str, error: Exception) -> str:
    """Return what pluggy found, with the plugin by its name and not by the place of its files."""
    module = getattr(error, "plugin", None)
    named_so = (repr(module), module.__name__) if isinstance(module, ModuleType) else ()
    words = _one_line(error)
    for other in named_so:
        words = words.replace(other, name)
    return words


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
