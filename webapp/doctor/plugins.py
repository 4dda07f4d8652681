"""What is loaded, and which addresses of the enabled clouds no source confirms?"""

from __future__ import annotations

from collections.abc import Iterator

from webapp import API_VERSION
from webapp.config import Settings, config_file, plugin_tables
from webapp.contracts.clouds import Address, Cloud
from webapp.doctor.findings import Findings, error, note, ok, warning
from webapp.errors import Words
from webapp.i18n import _
from webapp.plugins.loading import Installed, Plugins
from webapp.plugins.manifest_kept import differences


def findings(settings: Settings, loaded: Plugins) -> Findings:
    """Look at the plugins that the settings name and at the clouds they bring."""
    if not settings.plugins:
        yield warning(
            "plugins",
            _("No plugin is enabled, so there is no product to ask support for."),
            _("Name some in ONBEHALF_PLUGINS; onbehalf plugins lists what is installed."),
        )
    else:
        yield from _enabled(settings, loaded)
    yield from _unread(settings, loaded)
    for cloud in loaded.clouds.values():
        yield from _cloud(cloud, sold=len(loaded.products_in(cloud.key)))


def _enabled(settings: Settings, loaded: Plugins) -> Findings:
    """Look at each plugin that the settings name: whether it runs here, and what it uses that will go."""
    if loaded.safe_mode:
        yield warning(
            "plugins",
            _("Safe mode is on: the desk starts with the built-in plugins alone."),
            _("Unset ONBEHALF_SAFE_MODE once the plugin that troubles it is mended or left out of ONBEHALF_PLUGINS."),
        )
    for left_out in loaded.left_out.values():
        yield error("plugins", left_out.reason, left_out.remedy)
    for name in settings.plugins:
        if name not in loaded.running:
            continue
        yield ok("plugins", _fits(loaded.found[name]))
        for line in loaded.running[name].notes:
            yield note("plugins", _("The plugin %(plugin)s uses what is deprecated: %(note)s", plugin=name, note=line))
        yield from _manifest_kept(settings, loaded, name)


def _manifest_kept(settings: Settings, loaded: Plugins, name: str) -> Findings:
    """Compare what a plugin registered with its manifest, where the settings leave its clouds as they are."""
    told = loaded.found[name].manifest
    if told is None:
        return
    changed = set(loaded.clouds) - set(loaded.brought)
    changed |= {key for key, override in settings.cloud_overrides.items() if "products" in override}
    changed |= set(told.clouds) - set(settings.clouds) if settings.clouds else set()
    for one in differences(loaded, name, told, changed):
        yield warning(
            "plugins",
            _(
                "The manifest of %(plugin)s is wrong: its %(field)s are %(said)s, and it registers %(done)s.",
                plugin=name,
                field=one.field,
                said=", ".join(one.said) or "-",
                done=", ".join(one.done) or "-",
            ),
            _("Tell who makes the plugin: onbehalf check-plugin %(plugin)s shows it, too.", plugin=name),
        )


def _unread(settings: Settings, loaded: Plugins) -> Findings:
    """Name the tables for plugins in the settings' file that nobody reads."""
    for name in sorted(set(plugin_tables()) - set(settings.plugins)):
        said = {"file": str(config_file()), "table": f"[plugins.{name}]"}
        if name in loaded.found:
            yield note("plugins", _("%(table)s in %(file)s is not read: the plugin is not enabled.", **said))
        else:
            yield note("plugins", _("%(table)s in %(file)s is not read: no such plugin is installed.", **said))


def _fits(installed: Installed) -> Words:
    said = {"name": installed.name, "version": installed.version, "api": API_VERSION}
    if installed.manifest is None:
        return _("%(name)s %(version)s runs; it does not say which plugin API it is made for. This is %(api)s.", **said)
    return _(
        "%(name)s %(version)s runs; it is made for plugin API %(range)s, and this is %(api)s.",
        range=installed.manifest.api,
        **said,
    )


def _cloud(cloud: Cloud, *, sold: int) -> Findings:
    if cloud.status == "closed":
        yield note("clouds", _("%(cloud)s is closed; it is kept for its rules.", cloud=cloud.key))
        return
    if not sold:
        yield warning(
            "clouds",
            _("No enabled plugin brings a product that is sold in %(cloud)s.", cloud=cloud.key),
            _("Enable one, or leave the cloud out of ONBEHALF_CLOUDS."),
        )
    if unsure := sorted(unconfirmed(cloud)):
        yield note(
            "clouds",
            _(
                "No source confirms these addresses of %(cloud)s: %(names)s. Check them, and put them right under"
                " cloud_overrides.",
                cloud=cloud.key,
                names=", ".join(unsure),
            ),
        )
    else:
        yield ok("clouds", _("Every address of %(cloud)s is confirmed by a source.", cloud=cloud.key))


def unconfirmed(cloud: Cloud) -> Iterator[str]:
    """Yield the name of each address of ``cloud`` that is marked as unconfirmed."""
    for kind, portal in cloud.portals.items():
        if not portal.confirmed:
            yield f"portals.{kind}"
        elif portal.enter and not portal.enter_confirmed:
            yield f"portals.{kind}.enter"
    for name in ("authority", "graph", "resource_manager", "partner_center_api"):
        address = getattr(cloud, name)
        if isinstance(address, Address) and not address.confirmed:
            yield name
