"""Why a sign-in was refused: every cause with its words, and what the reader can do."""

from __future__ import annotations

from typing import Literal

from webapp.errors import DeskError, Words
from webapp.i18n import _
from webapp.permissions import Viewer

Cause = Literal["stale", "consent", "provider", "misconfigured", "token", "no_partner", "no_role", "ended"]
RECORDED: frozenset[Cause] = frozenset({"consent", "token", "no_partner", "no_role", "ended"})
"""What the audit trail holds: anybody could cause the others any number of times, and fill it."""
STATUS: dict[str, int] = {"stale": 400, "provider": 503, "misconfigured": 503}


class SignInRefused(DeskError):
    """Nobody was signed in; ``cause`` says why in one word, ``cloud`` through which cloud it was tried.

    ``who`` is the member it is about, ``tenant_id`` whose tenant the account is of, as far as they are known.
    """

    def __init__(
        self,
        message: Words,
        *,
        remedy: Words,
        cause: Cause,
        cloud: str,
        who: Viewer | None = None,
        tenant_id: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.who = who
        self.tenant_id = tenant_id
        self.cause = cause
        self.cloud = cloud
        self.status = STATUS.get(cause, 403)


def stale(cloud: str) -> SignInRefused:
    """Refuse an answer that this browser does not wait for: too late, used before, or never asked for."""
    return SignInRefused(
        _("This sign-in has expired, or was already used."),
        remedy=_("Sign in again. If it stays so, allow cookies for this site."),
        cause="stale",
        cloud=cloud,
    )


def consent(cloud: str) -> SignInRefused:
    """Refuse: the reader, or an administrator, did not let this desk know who signs in."""
    return SignInRefused(
        _("The sign-in service was not allowed to tell this desk who you are."),
        remedy=_("Sign in again and accept what is asked, or ask an administrator of your company to consent."),
        cause="consent",
        cloud=cloud,
    )


def provider_away(cloud: str) -> SignInRefused:
    """Refuse: the provider cannot be reached, or answers with something else than OpenID Connect."""
    return SignInRefused(
        _("The sign-in service cannot be reached, or does not answer as it should."),
        remedy=_("Try again in a few minutes. Your drafts are kept."),
        cause="provider",
        cloud=cloud,
    )


def misconfigured(cloud: str) -> SignInRefused:
    """Refuse: the provider does not accept this desk as its client."""
    return SignInRefused(
        _("The sign-in service does not accept this desk."),
        remedy=_("Tell whoever runs this desk to check the client id, the secret and the redirect address."),
        cause="misconfigured",
        cloud=cloud,
    )


def bad_token(cloud: str) -> SignInRefused:
    """Refuse a token that cannot be trusted."""
    return SignInRefused(
        _("What the sign-in service said about you could not be verified, so you were not signed in."),
        remedy=_("Sign in again. If it stays so, tell whoever runs this desk."),
        cause="token",
        cloud=cloud,
    )


def no_partner(cloud: str, tenant_id: str) -> SignInRefused:
    """Refuse: no partner is enrolled with this tenant in this cloud."""
    return SignInRefused(
        _("Your account belongs to no partner of this desk."),
        remedy=_(
            "Use an account of your company, or ask whoever runs this desk to admit it: its tenant id is %(tenant)s.",
            tenant=tenant_id or "-",
        ),
        cause="no_partner",
        cloud=cloud,
        tenant_id=tenant_id,
    )


def no_role(cloud: str, who: Viewer | None, tenant_id: str) -> SignInRefused:
    """Refuse: the token holds no role that this desk knows."""
    return SignInRefused(
        _("Your account has no role on this desk."),
        remedy=_("Ask an administrator of your company to give you one, then sign in again."),
        cause="no_role",
        cloud=cloud,
        who=who,
        tenant_id=tenant_id,
    )


def ended(cloud: str, who: Viewer) -> SignInRefused:
    """Refuse: the member's partner has ended their access."""
    return SignInRefused(
        _("%(partner)s has ended your access to this desk.", partner=who.partner.name),
        remedy=_("Ask an administrator of your company if that was not meant."),
        cause="ended",
        cloud=cloud,
        who=who,
    )
