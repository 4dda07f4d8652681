"""Names and proxies, the providers that vouch for members, and the store of the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from pydantic import ValidationError

from webapp import limits, openid
from webapp.config import Settings
from webapp.db import address_of
from webapp.doctor.findings import Finding, Findings, error, note, ok, refusal, warning
from webapp.errors import StartRefused, Words
from webapp.i18n import _, ngettext
from webapp.plugins.loading import Plugins

IN_MEMORY = "memory://"


def settings_findings(settings: Settings) -> Findings:
    """Look at the names the desk answers to."""
    if not settings.allowed_hosts:
        yield warning(
            "hosts",
            _("The desk answers to any host name."),
            _("Name yours in ONBEHALF_ALLOWED_HOSTS, unless the proxy lets only yours through."),
        )
    else:
        yield ok("hosts", _("The desk answers to: %(names)s.", names=", ".join(settings.allowed_hosts)))
    if settings.limits_storage == IN_MEMORY:
        yield note("limits", _("Each worker counts its rate limits by itself."))


def outbound_findings(settings: Settings, loaded: Plugins) -> Findings:
    """Name every host that the desk itself connects to, for whoever keeps the firewall."""
    told = list(_told(settings, loaded))
    yield from (note("outbound", words) for words in told)
    if not told:
        yield ok("outbound", _("The desk connects to no other host."))


def _told(settings: Settings, loaded: Plugins) -> Iterator[Words]:
    database = address_of(settings.database_url)
    if database and database.host:
        yield _("The database is at %(names)s.", names=database.host)
    if counted_at := urlsplit(settings.limits_storage).hostname:
        yield _("The rate limits are counted at %(names)s.", names=counted_at)
    if providers := sorted({urlsplit(discovery).hostname or "" for discovery in _discoveries(settings, loaded)}):
        yield _("Members sign in through %(names)s.", names=", ".join(providers))
    for name in loaded.running:
        manifest = loaded.found[name].manifest if name in loaded.found else None
        if manifest and manifest.hosts:
            yield _("The plugin %(plugin)s connects to %(names)s.", plugin=name, names=", ".join(manifest.hosts))


def _discoveries(settings: Settings, loaded: Plugins) -> Iterator[str]:
    for key, client in settings.sign_in.items():
        if key in loaded.clouds:
            yield client.discovery or openid.entra_discovery(loaded.clouds[key])


def sign_in_findings(settings: Settings, loaded: Plugins, clock: Callable[[], datetime] | None) -> Findings:
    """Look at every way to sign in; with a clock, ask each provider to describe itself, and compare its clock."""
    if not settings.sign_in:
        yield error(
            "sign_in",
            _("There is no way to sign in."),
            _("Register a client with your provider and name it in ONBEHALF_SIGN_IN; docs/sign-in.md says how."),
        )
    for key, client in settings.sign_in.items():
        cloud = loaded.clouds.get(key)
        if cloud is None:
            yield error(
                "sign_in",
                _("ONBEHALF_SIGN_IN names a cloud that is not enabled: %(names)s.", names=key),
                _("The enabled clouds are: %(names)s.", names=", ".join(loaded.clouds)),
            )
        elif clock is not None:
            yield from _provider(key, client.discovery or openid.entra_discovery(cloud), clock)


def _provider(cloud: str, discovery: str, clock: Callable[[], datetime]) -> Findings:
    try:
        answer = requests.get(discovery, timeout=openid.TIMEOUT_SECONDS)
        answer.raise_for_status()
        openid.Metadata.model_validate(answer.json())
    except requests.RequestException as trouble:
        yield error(
            "sign_in",
            _("The provider of %(cloud)s does not answer: %(error)s.", cloud=cloud, error=type(trouble).__name__),
            _("Check that this machine may reach %(address)s.", address=discovery),
        )
        return
    except (ValidationError, ValueError):
        yield error(
            "sign_in",
            _("What stands at %(address)s does not describe an OpenID provider.", address=discovery),
            _("Correct discovery in ONBEHALF_SIGN_IN, or what the cloud says of its authority."),
        )
        return
    yield ok("sign_in", _("The provider of %(cloud)s describes itself.", cloud=cloud))
    if (sent := answer.headers.get("Date")) and (finding := _clocks(sent, clock())):
        yield finding


def _clocks(sent: str, now: datetime) -> Finding | None:
    """Compare this machine's clock with that of an answer; a token is taken with a minute's difference at most."""
    try:
        apart = abs(round((parsedate_to_datetime(sent) - now).total_seconds()))
    except (TypeError, ValueError):
        return None
    if apart > openid.LEEWAY_SECONDS:
        return error(
            "clock",
            ngettext(
                "This machine's clock and the provider's are %(num)s second apart; tokens are refused.",
                "This machine's clock and the provider's are %(num)s seconds apart; tokens are refused.",
                apart,
            ),
            _("Set the clock by a time service, such as systemd-timesyncd."),
        )
    return ok("clock", _("This machine's clock agrees with the provider's."))


def limits_findings(settings: Settings, *, online: bool) -> Findings:
    """Look at the store of the limits; ``online`` asks it, where there is one."""
    if settings.limits_storage == IN_MEMORY:
        return
    try:
        limits.refuse_no_storage(settings)
        answers = limits.storage_answers(settings) if online else None
    except StartRefused as refused:
        yield refusal("limits", refused)
        return
    if answers is None:
        return
    if answers:
        yield ok("limits", _("The store of the rate limits answers."))
    else:
        yield warning(
            "limits",
            _("The store of the rate limits does not answer; each worker counts by itself until it does."),
            _("Start it, or correct ONBEHALF_LIMITS_STORAGE."),
        )
