"""Who is let in: a person whose token names the tenant of an enrolled partner, and a role this desk knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from webapp import sessions, sign_in_refused
from webapp.config import Settings
from webapp.contracts.situation import ROLES, Role
from webapp.deployment import Deployment
from webapp.doors import canonical_tenant_id
from webapp.openid import Arrival
from webapp.permissions import Viewer
from webapp.tables.partners import Account, Enrolment, Member, Partner

LONGEST_IDENTITY = 250


def admit(session: Session, deployment: Deployment, arrival: Arrival) -> Member:
    """Return the member an arrival is: made at their first sign-in, with the roles of their token; the caller commits.

    A member who has no role any more loses the roles they had and every session, which is committed before the refusal.

    :raises SignInRefused: if no partner has the token's tenant, no role is known, or the partner ended the access.
    """
    cloud, claims = arrival.cloud, arrival.claims
    way = deployment.settings.sign_in[cloud]
    tenant_id = _tenant_id(claims.get(way.tenant_claim))
    found = _partner_of(session, cloud, tenant_id)
    if found is None:
        raise sign_in_refused.no_partner(cloud, tenant_id)
    partner, enrolment = found
    roles = _roles(claims.get(way.roles_claim), deployment.settings)
    member = _known(session, claims, partner, cloud)
    if member is not None and not member.active:
        raise sign_in_refused.ended(cloud, Viewer(member, partner))
    if not roles:
        _strip(session, member, deployment.now())
        raise sign_in_refused.no_role(cloud, Viewer(member, partner) if member else None, tenant_id)
    member = member or _made(session, claims, partner, cloud)
    member.roles = list(roles)
    session.add(member)
    _keep_account(session, member, enrolment, claims)
    return member


def _tenant_id(claim: object) -> str:
    try:
        return canonical_tenant_id(str(claim))
    except ValueError:
        return ""


def _partner_of(session: Session, cloud: str, tenant_id: str) -> tuple[Partner, Enrolment] | None:
    statement = select(Enrolment).where(Enrolment.cloud == cloud, Enrolment.tenant_id == tenant_id)
    enrolment = session.exec(statement).first() if tenant_id else None
    partner = session.get(Partner, enrolment.partner_id) if enrolment else None
    return (partner, enrolment) if partner and enrolment else None


def _roles(claim: object, settings: Settings) -> tuple[Role, ...]:
    """Return the roles that the claim's values stand for; one value may come without a list around it."""
    values = claim if isinstance(claim, list) else [claim]
    held = {
        settings.sign_in_roles[value] for value in values if isinstance(value, str) and value in settings.sign_in_roles
    }
    return tuple(role for role in ROLES if role in held)


def _identity(claims: Mapping[str, Any], cloud: str) -> tuple[str, str]:
    """Return who the provider says it is, in the only two claims that stay the same for a person's life.

    :raises SignInRefused: if they do not fit the table.
    """
    issuer, subject = claims["iss"], claims["sub"]
    if not subject or any(len(text) > LONGEST_IDENTITY or "\0" in text for text in (issuer, subject)):
        raise sign_in_refused.bad_token(cloud)
    return issuer, subject


def _known(session: Session, claims: Mapping[str, Any], partner: Partner, cloud: str) -> Member | None:
    issuer, subject = _identity(claims, cloud)
    return session.exec(
        select(Member).where(Member.issuer == issuer, Member.subject == subject, Member.partner_id == partner.id)
    ).first()


def _strip(session: Session, member: Member | None, now: datetime) -> None:
    if member is None:
        return
    member.roles = []
    session.add(member)
    sessions.end_all(session, member.id, now)
    session.commit()


def _made(session: Session, claims: Mapping[str, Any], partner: Partner, cloud: str) -> Member:
    """Add the member; who signs in from two browsers at once is one member, as the key allows one alone."""
    issuer, subject = _identity(claims, cloud)
    user_name = _word(claims, "preferred_username", 254)
    zone = _word(claims, "zoneinfo", 64)
    member = Member(
        key=sha256(f"{partner.id}\0{issuer}\0{subject}".encode()).hexdigest(),
        partner_id=partner.id,
        name=_word(claims, "name", 200) or user_name or _word(claims, "email", 200) or subject[:200],
        email=_word(claims, "email", 254) or (user_name if "@" in user_name else ""),
        issuer=issuer,
        subject=subject,
        time_zone=zone if zone in available_timezones() else partner.time_zone,
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError:
        made_meanwhile = _known(session, claims, partner, cloud)
        if made_meanwhile is None:
            raise
        return made_meanwhile
    return member


def _keep_account(session: Session, member: Member, enrolment: Enrolment, claims: Mapping[str, Any]) -> None:
    """Keep the member's user name in this cloud, as the provider knows it now."""
    user_name = _word(claims, "preferred_username", 254)
    if not user_name:
        return
    account = session.exec(
        select(Account).where(Account.member_id == member.id, Account.enrolment_id == enrolment.id)
    ).first() or Account(member_id=member.id, enrolment_id=enrolment.id, user_name="")
    account.user_name = user_name
    session.add(account)


def _word(claims: Mapping[str, Any], name: str, length: int) -> str:
    """Return a claim as one line of plain text; anything else is as good as missing."""
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value if sign.isprintable()).strip()[:length]
