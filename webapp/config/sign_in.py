"""How members of one cloud sign in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SignIn(BaseModel):
    """An OpenID Connect client registered for this desk.

    ``discovery`` empty = Entra of that cloud (authority from the cloud's data). ``tenant_claim`` names the claim that
    holds the tenant id, ``roles_claim`` the one that holds the roles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    discovery: str = ""
    tenant_claim: str = "tid"
    roles_claim: str = "roles"
    label: str = ""
