"""Partners and their members: who is signed in, their colleagues, and what the rules need to know of both."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.collation import by_name
from webapp.contracts import situation as contracts
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.partners import Account, Enrolment, Member, Partner, SupportContract


def viewer_of(session: Session, member_id: int) -> Viewer | None:
    """Return the member and their partner, or ``None`` if the member is gone."""
    statement = (
        select(Member, Partner).join(Partner, col(Partner.id) == col(Member.partner_id)).where(Member.id == member_id)
    )
    found = session.exec(statement).first()
    return Viewer(*found) if found else None


def is_operator(session: Session, partner: Partner, tenants: Sequence[str], *, cloud: str) -> bool:
    """Say whether the partner's own tenant in ``cloud`` is among ``tenants``, those of the deployment's operator.

    A global admin of the partner's tenant in another cloud is none of the operator's. Without a ``cloud``, as the
    example members sign in, any of the partner's tenants counts.
    """
    if not tenants:
        return False
    wanted = [tenant.lower() for tenant in tenants]
    own = select(Enrolment.id).where(Enrolment.partner_id == partner.id, col(Enrolment.tenant_id).in_(wanted))
    if cloud:
        own = own.where(Enrolment.cloud == cloud)
    return session.exec(own.limit(1)).first() is not None


def members(session: Session) -> Sequence[tuple[Member, Partner]]:
    """Return every member with their partner, in the order they were added; the demo's sign-in lists them."""
    statement = (
        select(Member, Partner).join(Partner, col(Partner.id) == col(Member.partner_id)).order_by(col(Member.id))
    )
    return session.exec(statement).all()


def member_by_key(session: Session, key: str) -> Member:
    """Return the member with this key.

    :raises NotFound: if there is none.
    """
    member = session.exec(select(Member).where(Member.key == key)).first() if "\0" not in key else None
    if member is None:
        raise NotFound(_("There is no such member."), remedy=_("Choose one of the list."))
    return member


def colleagues(session: Session, viewer: Viewer) -> Sequence[Member]:
    """Return the members of the viewer's own partner, the viewer included, by name as the reader's language sorts."""
    found = session.exec(select(Member).where(Member.partner_id == viewer.partner_id).order_by(col(Member.id)))
    return by_name(found, lambda member: member.name)


def clouds_of(session: Session, partner: Partner) -> Sequence[str]:
    """Return the keys of the clouds that the partner is enrolled in."""
    return session.exec(select(Enrolment.cloud).where(Enrolment.partner_id == partner.id).order_by("cloud")).all()


def active_colleagues(session: Session, viewer: Viewer) -> Sequence[Member]:
    """Return those of the viewer's colleagues who may still sign in: whom work can be given to."""
    return [member for member in colleagues(session, viewer) if member.active]


def partner_facts(session: Session, partner: Partner, cloud: str) -> contracts.Partner:
    """Return what the rules need to know of ``partner`` in ``cloud``."""
    enrolment = session.exec(
        select(Enrolment).where(Enrolment.partner_id == partner.id, Enrolment.cloud == cloud)
    ).first()
    contracts_held = session.exec(
        select(SupportContract).where(SupportContract.partner_id == partner.id).order_by(col(SupportContract.id))
    )
    return contracts.Partner.model_validate(
        partner.model_dump(include={"name", "kind", "country", "time_zone"})
        | {
            "tenant_id": enrolment.tenant_id if enrolment else "",
            "contracts": tuple(_contract(row) for row in contracts_held),
        }
    )


def member_facts(session: Session, member: Member, cloud: str) -> contracts.Member:
    """Return what the rules need to know of ``member`` in ``cloud``."""
    account = session.exec(
        select(Account.user_name)
        .join(Enrolment, col(Enrolment.id) == col(Account.enrolment_id))
        .where(Account.member_id == member.id, Enrolment.cloud == cloud)
    ).first()
    return contracts.Member.model_validate(
        {
            "name": member.name,
            "email": member.email,
            "phone": member.phone,
            "roles": tuple(member.roles),
            "account": account or "",
        }
    )


def _contract(row: SupportContract) -> contracts.Contract:
    fields = row.model_dump(include={"plan", "contract_id", "access_id", "valid_from", "valid_until"})
    return contracts.Contract.model_validate(fields | {"cloud": row.cloud or None})
