"""The members of one's own partner: who they are, their accounts in each cloud, and whether they may sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from webapp import audit, partners, sessions
from webapp.contracts.situation import ROLES
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, NotAllowed, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.partners import Account, Enrolment, Member

FIELDS = ("phone", "language", "time_zone", "active")


@dataclass(frozen=True)
class Colleague:
    """A member, with their user name by the id of the partner's enrolment."""

    member: Member
    accounts: Mapping[int, str]


def listed(session: Session, viewer: Viewer) -> Sequence[Colleague]:
    """Return the members of the viewer's partner by name, the viewer included."""
    rows = partners.colleagues(session, viewer)
    accounts: dict[int, dict[int, str]] = {}
    for account in session.exec(select(Account).where(col(Account.member_id).in_([row.id for row in rows]))):
        accounts.setdefault(account.member_id, {})[account.enrolment_id] = account.user_name
    return [Colleague(row, accounts.get(row.id, {})) for row in rows]


def enrolments(session: Session, viewer: Viewer) -> Sequence[Enrolment]:
    """Return the tenants of the viewer's partner, one a cloud."""
    mine = select(Enrolment).where(Enrolment.partner_id == viewer.partner_id)
    return session.exec(mine.order_by(col(Enrolment.id))).all()


def fetch(session: Session, viewer: Viewer, member_id: int) -> Colleague:
    """Return a member of the viewer's own partner.

    :raises NotFound: if there is none, or they are another partner's: the reader learns no difference.
    """
    found = [colleague for colleague in listed(session, viewer) if colleague.member.id == member_id]
    if not found or member_id > LARGEST_ID:
        raise NotFound(_("There is no such member of your partner."), remedy=_("Choose one of the list of members."))
    return found[0]


def choose_language(session: Session, viewer: Viewer, language: str) -> None:
    """Remember the language in which the viewer reads, in this browser and any other. Commits."""
    member = session.get(Member, viewer.member_id)
    if member is not None:
        member.language = viewer.member.language = language
        session.commit()


def save(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    member: Member,
    values: Mapping[str, Any],
    accounts: Mapping[int, str],
) -> None:
    """Change a member; ``values`` hold ``FIELDS``, and ``roles`` in the demo alone: else roles come from sign-in.

    A member who is not active any more is signed out everywhere, and stays so when they are let in again.

    :raises NotAllowed: if a member who is no global admin would change one, or make one.
    :raises Conflict: if the viewer would lock themselves out.
    """
    before = set(member.roles)
    after = set(values.get("roles", before))
    if "global_admin" in before | after and "global_admin" not in viewer.member.roles:
        raise NotAllowed(
            _("Only a global admin changes a global admin, or makes one."), remedy=_("Ask one of your global admins.")
        )
    if member.id == viewer.member_id and (not values["active"] or before != after):
        raise Conflict(
            _("You would take your own way in away."), remedy=_("Ask a colleague who manages members to do it.")
        )
    member.phone, member.language = values["phone"] or "", values["language"] or ""
    member.time_zone, member.active = values["time_zone"], bool(values["active"])
    member.roles = [role for role in ROLES if role in after]
    session.add(member)
    if not member.active:
        sessions.end_all(session, member.id, deployment.now())
    _put_accounts(session, member, accounts)
    facts: dict[str, audit.Fact] = {"active": member.active, "roles": list(member.roles)}
    audit.record(session, viewer, deployment.now(), "member.changed", f"member:{member.id}", member.name, detail=facts)
    session.commit()


def _put_accounts(session: Session, member: Member, accounts: Mapping[int, str]) -> None:
    """Write the user names by enrolment; an empty one removes the account."""
    known = {row.enrolment_id: row for row in session.exec(select(Account).where(Account.member_id == member.id))}
    for enrolment_id, user_name in accounts.items():
        account = known.get(enrolment_id)
        if account is not None and not user_name:
            session.delete(account)
        elif user_name:
            account = account or Account(member_id=member.id, enrolment_id=enrolment_id, user_name="")
            account.user_name = user_name
            session.add(account)
