"""Signing in by OpenID Connect: authorization code with PKCE, nonce and state, through Entra or any other provider.

The provider's addresses and keys are read anew at each sign-in: a member signs in once or twice a day, and a key that
the provider has withdrawn counts no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.integrations.flask_client import (  # type: ignore[import-untyped]  # it ships no types
    FlaskIntegration,
    FlaskOAuth2App,
    OAuthError,
)
from flask import Flask, session
from joserfc.errors import JoseError
from pydantic import BaseModel

from webapp import errors, sign_in_refused
from webapp.config import ProviderUrl, Settings
from webapp.contracts.clouds import Cloud
from webapp.deployment import Deployment
from webapp.doors import canonical_tenant_id
from webapp.errors import NotFound, StartRefused
from webapp.i18n import _
from webapp.plugins.loading import Plugins

log = logging.getLogger("onbehalf")
TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
LASTS = timedelta(minutes=15)
WAYS = 3
LONGEST_NEXT = 500
"""A cookie holds 4 kB: sign-ins begun in so many tabs, and no longer address to return to."""

SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures that only the provider can make: none by a shared secret, and not ``none``."""

NO_CONSENT = frozenset({"access_denied", "consent_required", "interaction_required"})
AWAY = frozenset({"server_error", "temporarily_unavailable"})


class Metadata(BaseModel):
    """What a provider says of itself, as far as it is used."""

    issuer: str
    authorization_endpoint: ProviderUrl
    token_endpoint: ProviderUrl
    jwks_uri: ProviderUrl
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)


class Keys(BaseModel):
    """The public keys of a provider."""

    keys: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Arrival:
    """A person that the provider vouches for: the token's claims, and the page of ours they wanted."""

    cloud: str
    claims: Mapping[str, Any]
    next: str


def init_app(app: Flask) -> None:
    """Check that every way to sign in leads through a cloud of this deployment.

    :raises StartRefused: if one does not.
    """
    deployment: Deployment = app.extensions["onbehalf"]
    refuse_unknown_clouds(deployment.settings, deployment.plugins)


def refuse_unknown_clouds(settings: Settings, plugins: Plugins) -> None:
    """Refuse a way to sign in that leads through no enabled cloud.

    :raises StartRefused: naming the clouds there are.
    """
    unknown = sorted(set(settings.sign_in) - set(plugins.clouds) - plugins.excused)
    if unknown:
        raise StartRefused(
            _("ONBEHALF_SIGN_IN names a cloud that is not enabled: %(names)s.", names=", ".join(unknown)),
            remedy=_("The enabled clouds are: %(names)s.", names=", ".join(plugins.clouds)),
        )


def begin(deployment: Deployment, cloud: str, *, back: str, then: str, other_account: bool) -> str:
    """Return the provider's address to send the reader to; the cookie keeps what its answer must fit.

    :raises SignInRefused: if the provider cannot be reached.
    """
    with _faults(cloud):
        client, _metadata = _client(deployment, cloud)
        asked = {"prompt": "select_account"} if other_account else {}
        made = client.create_authorization_url(back, **asked)
    way = {
        "cloud": cloud,
        "nonce": made["nonce"],
        "verifier": made["code_verifier"],
        "next": then if len(then) <= LONGEST_NEXT else "",
        "at": deployment.now().isoformat(),
    }
    newest = list(session.get("ways_in", {}).items())[1 - WAYS :]
    session["ways_in"] = dict([*newest, (made["state"], way)])
    return str(made["url"])


def finish(deployment: Deployment, cloud: str, answer: Mapping[str, str], *, back: str) -> Arrival:
    """Return whom the provider vouches for; its answer is good once, in the browser that asked, and not for long.

    :raises SignInRefused: if the answer, or the token behind it, does not fit.
    """
    way = _taken(cloud, answer.get("state", ""), deployment.now())
    if way is None:
        raise sign_in_refused.stale(cloud)
    if "error" in answer:
        raise _refused_by_provider(cloud, answer["error"])
    with _faults(cloud):
        client, metadata = _client(deployment, cloud)
        token = client.fetch_access_token(
            redirect_uri=back,
            code=answer.get("code", ""),
            code_verifier=way["verifier"],
            grant_type="authorization_code",
        )
        if not isinstance(token.get("id_token"), str):
            raise sign_in_refused.bad_token(cloud)
        client.server_metadata["jwks"] = Keys.model_validate(_read(metadata.jwks_uri)).model_dump()
        claims = client.parse_id_token(
            token, nonce=way["nonce"], claims_options=_expected(client, metadata), leeway=LEEWAY_SECONDS
        )
    return Arrival(cloud=cloud, claims=dict(claims), next=way["next"])


def _client(deployment: Deployment, key: str) -> tuple[Any, Metadata]:
    """Return Authlib's client of a cloud, with the provider's metadata as it is now."""
    chosen, cloud = deployment.settings.sign_in.get(key), deployment.plugins.clouds.get(key)
    if chosen is None or cloud is None:
        raise NotFound(_("There is no such way to sign in."), remedy=_("Choose one of the sign-in page."))
    metadata = Metadata.model_validate(_read(chosen.discovery or entra_discovery(cloud)))
    signatures = SIGNATURES.intersection(metadata.id_token_signing_alg_values_supported)
    client = FlaskOAuth2App(
        FlaskIntegration(key),
        key,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret,
        authorize_url=metadata.authorization_endpoint,
        access_token_url=metadata.token_endpoint,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
        jwks_uri=metadata.jwks_uri,
        id_token_signing_alg_values_supported=sorted(signatures) or ["RS256"],
    )
    return client, metadata


def _read(url: str) -> Any:
    answer = requests.get(url, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return answer.json()


def entra_discovery(cloud: Cloud) -> str:
    """Return where Entra of this cloud describes itself, for accounts of any company."""
    return f"{cloud.authority.url}/organizations/v2.0/.well-known/openid-configuration"


def _expected(client: Any, metadata: Metadata) -> dict[str, Any]:
    """Return what the token's issuer and audience must be."""
    return {
        "iss": {"essential": True, "validate": lambda claims, value: value == _issuer_of(metadata, claims)},
        "aud": {"essential": True, "value": client.client_id},
    }


def _issuer_of(metadata: Metadata, claims: Mapping[str, Any]) -> str | None:
    """Return the issuer a token must name: Entra's, for accounts of any company, has a hole for the tenant's id."""
    if "{tenantid}" not in metadata.issuer:
        return metadata.issuer
    try:
        return metadata.issuer.replace("{tenantid}", canonical_tenant_id(str(claims.get("tid"))))
    except ValueError:
        return None


def _taken(cloud: str, state: str, now: datetime) -> dict[str, Any] | None:
    """Take what was kept for this answer out of the cookie, so that it is good once."""
    ways = dict(session.get("ways_in", {}))
    way: dict[str, Any] | None = ways.pop(state, None)
    session["ways_in"] = ways
    if way is None or way["cloud"] != cloud or now - datetime.fromisoformat(way["at"]) > LASTS:
        return None
    return way


def _refused_by_provider(cloud: str, error: str) -> sign_in_refused.SignInRefused:
    if error in NO_CONSENT:
        return sign_in_refused.consent(cloud)
    return sign_in_refused.provider_away(cloud) if error in AWAY else sign_in_refused.misconfigured(cloud)


@contextmanager
def _faults(cloud: str) -> Iterator[None]:
    """Turn what can go wrong with a provider into a refusal; the log names the kind of fault, and no token."""
    try:
        yield
    except requests.RequestException as error:
        _log(cloud, type(error).__name__)
        raise sign_in_refused.provider_away(cloud) from error
    except OAuthError as error:
        _log(cloud, str(error.error))
        if error.error == "invalid_grant":  # the code was used before, or has expired
            raise sign_in_refused.stale(cloud) from error
        raise sign_in_refused.misconfigured(cloud) from error
    except JoseError as error:
        _log(cloud, f"{type(error).__name__} {getattr(error, 'claim', '') or ''}")
        raise sign_in_refused.bad_token(cloud) from error
    except ValueError as error:  # no JSON, or JSON that is neither metadata nor a token
        _log(cloud, type(error).__name__)
        raise sign_in_refused.provider_away(cloud) from error


def _log(cloud: str, fault: str) -> None:
    log.warning("reference=%s sign-in cloud=%s fault=%.80r", errors.reference.get(), cloud, fault)
