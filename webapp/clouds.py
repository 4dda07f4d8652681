"""The enabled clouds, with the deployer's overrides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from webapp.config import Settings
from webapp.contracts.clouds import Cloud
from webapp.errors import StartRefused, named
from webapp.i18n import _


def enabled_clouds(
    registered: Mapping[str, Cloud], settings: Settings, excused: Collection[str] = ()
) -> dict[str, Cloud]:
    """Return the clouds of this deployment by key, overridden where the deployer says so.

    ``excused`` are keys that may be missing, since the plugin that brings them was left out.

    :raises StartRefused: if ``ONBEHALF_CLOUDS`` or an override names a cloud that no enabled plugin brings, or an
        override does not fit.
    """
    wanted = settings.clouds or tuple(registered)
    for key in (*wanted, *settings.cloud_overrides):
        if key not in registered and key not in excused:
            raise StartRefused(
                _("The settings name the cloud %(key)s, which no enabled plugin brings.", key=key),
                remedy=_(
                    "Enable its plugin in ONBEHALF_PLUGINS, or remove it. Known: %(known)s.",
                    known=", ".join(registered),
                ),
            )
    there = [key for key in wanted if key in registered]
    return {key: _overridden(registered[key], settings.cloud_overrides.get(key, {})) for key in there}


def _overridden(cloud: Cloud, changes: Mapping[str, Any]) -> Cloud:
    """Return ``cloud`` with ``changes``; a portal is merged field by field, so that its name need not be repeated."""
    if not changes:
        return cloud
    fields: dict[str, Any] = {name: getattr(cloud, name) for name in Cloud.model_fields} | dict(changes)
    try:
        portals: dict[str, Any] = dict(cloud.portals)
        for kind, change in dict(changes.get("portals", {})).items():
            known = cloud.portals.get(kind)
            portals[kind] = ({n: getattr(known, n) for n in type(known).model_fields} if known else {}) | dict(change)
        if fields["key"] != cloud.key:
            raise ValueError("rows and links hold the key of a cloud, so it stays")
        return Cloud.model_validate(fields | {"portals": portals})
    except (TypeError, ValueError) as error:
        why = named(error) if isinstance(error, ValidationError) else str(error)
        raise StartRefused(
            _("The override of the cloud %(key)s does not fit: %(error)s.", key=cloud.key, error=why),
            remedy=_("Correct it under cloud_overrides; addresses are https://host[/path]."),
        ) from error
