"""Is this deployment fit to serve? Each fact that can be looked at from outside a request, with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from webapp.config import Settings
from webapp.doctor import database, files, network, plugins, secrets
from webapp.doctor.findings import Finding, Findings, refusal
from webapp.errors import StartRefused
from webapp.plugins.loading import Plugins, load

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, as this machine's clock has it."""
    return datetime.now(UTC)


def examine(read: Callable[[], Settings], *, online: bool = True, clock: Clock = utc_now) -> list[Finding]:
    """Return every finding, in the order a deployer would look; ``online`` asks the services it depends on too.

    ``read`` loads the settings; ``clock`` is compared with the providers'. What cannot be looked at since something
    before it failed is left out.
    """
    try:
        settings = read()
    except StartRefused as refused:
        return [refusal("settings", refused)]
    return list(_of(settings, clock if online else None))


def _of(settings: Settings, clock: Clock | None) -> Findings:
    yield from secrets.findings(settings)
    yield from files.findings(settings)
    loaded: Plugins | None = None
    try:
        loaded = load(settings)
    except StartRefused as refused:
        yield refusal("plugins", refused)
    if loaded is not None:
        yield from plugins.findings(settings, loaded)
    yield from database.findings(settings)
    yield from network.settings_findings(settings)
    if loaded is not None:
        yield from network.sign_in_findings(settings, loaded, clock)
        yield from network.outbound_findings(settings, loaded)
    yield from network.limits_findings(settings, online=clock is not None)
