"""Admitting a partner: its company, and its own tenant in a cloud, by which its members are let in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from zoneinfo import available_timezones

from babel import Locale
from sqlmodel import Session, col, select

from webapp import audit
from webapp.contracts.situation import PartnerKind
from webapp.doors import canonical_domain, canonical_tenant_id
from webapp.errors import Conflict, Invalid
from webapp.i18n import _
from webapp.tables.partners import Enrolment, Partner

KINDS: tuple[str, ...] = get_args(PartnerKind)


@dataclass(frozen=True)
class Candidate:
    """A partner to be admitted in one cloud; ``country`` and ``time_zone`` empty = not stated."""

    name: str
    kind: str
    cloud: str
    tenant_id: str
    domain: str = ""
    country: str = ""
    time_zone: str = ""


def admit(
    session: Session, candidate: Candidate, clouds: Collection[str], *, now: datetime
) -> tuple[Partner, Enrolment]:
    """Add the partner, or to a known one its tenant in another cloud, and tell the audit trail. Commits.

    :param clouds: The keys of the enabled clouds.
    :raises Invalid: naming what does not fit.
    :raises Conflict: if the tenant is another partner's, or the partner is known otherwise.
    """
    tenant_id, domain = _checked(candidate, clouds)
    _refuse_taken(session, candidate, tenant_id)
    partner = session.exec(select(Partner).where(Partner.name == candidate.name.strip())).first()
    partner = _added(session, candidate) if partner is None else _same(session, partner, candidate)
    enrolment = Enrolment(partner_id=partner.id, cloud=candidate.cloud, tenant_id=tenant_id, domain=domain)
    session.add(enrolment)
    facts = {"kind": partner.kind, "cloud": enrolment.cloud, "tenant": tenant_id}
    audit.record(session, None, now, "partner.admitted", f"partner:{partner.id}", partner.name, detail=facts)
    session.commit()
    return partner, enrolment


def _checked(candidate: Candidate, clouds: Collection[str]) -> tuple[str, str]:
    """Return the tenant id and the domain in the form in which they are kept."""
    name = candidate.name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise Invalid(_("A partner's name has 1 to 200 characters on one line."), remedy=_("Give its name."))
    _refuse_unknown("--kind", candidate.kind, KINDS)
    _refuse_unknown("--cloud", candidate.cloud, clouds)
    if candidate.country and (len(candidate.country) != 2 or candidate.country not in Locale("en").territories):
        raise Invalid(
            _("%(given)s is not a country or region.", given=candidate.country),
            remedy=_("Give two capital letters, such as SE or CN."),
        )
    if candidate.time_zone and candidate.time_zone not in available_timezones():
        raise Invalid(
            _("%(given)s is not a time zone.", given=candidate.time_zone),
            remedy=_("Give an IANA name, such as Europe/Stockholm."),
        )
    return _tenant_id(candidate.tenant_id), _domain(candidate.domain)


def _refuse_unknown(option: str, given: str, known: Collection[str]) -> None:
    if given not in known:
        raise Invalid(
            _("%(option)s does not know %(given)s.", option=option, given=given),
            remedy=_("It is one of: %(known)s.", known=", ".join(known)),
        )


def _tenant_id(given: str) -> str:
    try:
        return canonical_tenant_id(given)
    except ValueError as error:
        raise Invalid(
            _("%(given)s is not a tenant id.", given=given),
            remedy=_("Give the directory (tenant) id of the partner's own tenant: 32 hexadecimal digits with hyphens."),
        ) from error


def _domain(given: str) -> str:
    try:
        return canonical_domain(given) if given else ""
    except ValueError as error:
        raise Invalid(
            _("%(given)s is not a domain name.", given=given),
            remedy=_("Give the domain of the partner's own tenant, such as fabrikam.com, or leave it out."),
        ) from error


def _refuse_taken(session: Session, candidate: Candidate, tenant_id: str) -> None:
    """Refuse a tenant that is enrolled: a token with its id lets in the members of one partner alone."""
    taken = session.exec(
        select(Partner.name)
        .join(Enrolment, col(Enrolment.partner_id) == col(Partner.id))
        .where(Enrolment.cloud == candidate.cloud, Enrolment.tenant_id == tenant_id)
    ).first()
    if taken is not None:
        raise Conflict(
            _("This tenant is %(partner)s in %(cloud)s already.", partner=taken, cloud=candidate.cloud),
            remedy=_("Nothing was changed. Check the tenant id, or that nothing is left to do."),
        )


def _added(session: Session, candidate: Candidate) -> Partner:
    partner = Partner(
        name=candidate.name.strip(),
        kind=candidate.kind,
        country=candidate.country,
        time_zone=candidate.time_zone or "UTC",
    )
    session.add(partner)
    session.flush()
    return partner


def _same(session: Session, partner: Partner, candidate: Candidate) -> Partner:
    """Return the known partner if what is stated now agrees with what is recorded, and the cloud is a new one."""
    stated = {"kind": candidate.kind, "country": candidate.country, "time_zone": candidate.time_zone}
    for field, value in stated.items():
        if value and value != getattr(partner, field):
            raise Conflict(
                _(
                    "%(partner)s is known as %(recorded)s.",
                    partner=partner.name,
                    recorded=getattr(partner, field) or "-",
                ),
                remedy=_(
                    "Nothing was changed. Leave %(given)s out, or give another company its own name.", given=value
                ),
            )
    enrolled = select(Enrolment.tenant_id).where(Enrolment.partner_id == partner.id, Enrolment.cloud == candidate.cloud)
    if (known := session.exec(enrolled).first()) is not None:
        raise Conflict(
            _(
                "%(partner)s has another tenant in %(cloud)s: %(tenant)s.",
                partner=partner.name,
                cloud=candidate.cloud,
                tenant=known,
            ),
            remedy=_("Nothing was changed. A partner has one tenant of its own in a cloud."),
        )
    return partner
