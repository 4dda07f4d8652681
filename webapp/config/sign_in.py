"""How members of one cloud sign in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def is_loopback(host: str | None) -> bool:
    """Say whether a host name or address is this machine itself."""
    if not host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _kept_from_listeners(url: str) -> str:
    """Refuse an address on which the answer could be read or changed on its way."""
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise ValueError("an address of a sign-in service is https://…, or http:// on this machine")
    return url


ProviderUrl = Annotated[str, AfterValidator(_kept_from_listeners)]


class SignIn(BaseModel):
    """An OpenID Connect client registered for this desk.

    ``discovery`` ``None`` = Entra of that cloud (authority from the cloud's data). ``tenant_claim`` names the claim
    that holds the tenant id, ``roles_claim`` the one that holds the roles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    discovery: ProviderUrl | None = None
    tenant_claim: str = "tid"
    roles_claim: str = "roles"
    label: str = ""
