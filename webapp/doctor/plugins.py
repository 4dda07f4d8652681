"""What is loaded, and which addresses of the enabled clouds no source confirms?"""

from __future__ import annotations

from collections.abc import Iterator

from webapp.config import Settings
from webapp.contracts.clouds import Address, Cloud
from webapp.doctor.findings import Findings, note, ok, warning
from webapp.i18n import _
from webapp.plugins.loading import Plugins


def findings(settings: Settings, loaded: Plugins) -> Findings:
    """Look at the plugins that the settings name and at the clouds they bring."""
    if not settings.plugins:
        yield warning(
            "plugins",
            _("No plugin is enabled, so there is no product to ask support for."),
            _("Name some in ONBEHALF_PLUGINS; onbehalf plugins lists what is installed."),
        )
    else:
        yield ok("plugins", _("Enabled: %(names)s.", names=", ".join(settings.plugins)))
    for cloud in loaded.clouds.values():
        yield from _cloud(cloud, sold=len(loaded.products_in(cloud.key)))


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
