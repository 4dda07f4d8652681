"""The partners of the example data: their tenants, members, accounts and contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from sqlmodel import Session

from webapp.tables.partners import Account, Enrolment, Member, Partner, SupportContract


@dataclass(frozen=True)
class Held:
    """A contract that a partner holds; ``cloud`` empty = in every cloud."""

    plan: str
    contract_id: str = ""
    access_id: str = ""
    cloud: str = ""
    days_left: int = 520


@dataclass(frozen=True)
class Person:
    """A member; ``clouds`` empty = an account in every tenant of the partner."""

    key: str
    name: str
    user: str
    phone: str
    roles: tuple[str, ...] = ()
    clouds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Company:
    """A partner; ``tenants`` are the domain of its own tenant, by cloud, and the first is that of its e-mail."""

    name: str
    kind: str
    country: str
    time_zone: str
    tenants: dict[str, str]
    people: tuple[Person, ...]
    contracts: tuple[Held, ...] = ()


COMPANIES = (
    Company(
        name="Fabrikam",
        kind="direct_bill",
        country="SE",
        time_zone="Europe/Stockholm",
        tenants={
            "global": "fabrikam.com",
            "usgov": "fabrikam.onmicrosoft.us",
            "germany": "fabrikam.onmicrosoft.de",
            "china": "fabrikam.partner.onmschina.cn",
        },
        people=(
            Person("fabrikam-admin-agent", "Astrid Nyberg", "astrid.nyberg", "+46 8 465 004 11", ("admin_agent",)),
            Person("fabrikam-helpdesk", "Erik Lindqvist", "erik.lindqvist", "+46 8 465 004 12", ("helpdesk_agent",)),
            Person("fabrikam-global-admin", "Karin Holmberg", "karin.holmberg", "+46 8 465 004 13", ("global_admin",)),
            Person("fabrikam-sales", "Anders Sjö", "anders.sjo", "+46 8 465 004 14", ("sales_agent",), ("global",)),
            Person("fabrikam-no-role", "Ольга Миронова", "olga.mironova", "+46 8 465 004 15"),
        ),
        contracts=(
            Held("asfp", contract_id="48201763", access_id="739104418"),
            Held("signature_cloud_support", contract_id="48377025", access_id="739620581", days_left=26),
        ),
    ),
    Company(
        name="Northwind",
        kind="indirect_provider",
        country="US",
        time_zone="America/New_York",
        tenants={"global": "northwindtraders.com"},
        people=(
            Person("northwind-admin-agent", "Grace Whitfield", "grace.whitfield", "+1 212 555 0143", ("admin_agent",)),
        ),
        contracts=(
            Held("asfp", contract_id="51640982", access_id="802217365"),
            Held("azure_plan", contract_id="51702214"),
        ),
    ),
    Company(
        name="Adatum",
        kind="indirect_reseller",
        country="GB",
        time_zone="Europe/London",
        tenants={"global": "adatum.com"},
        people=(Person("adatum-admin-agent", "Emily Harwood", "emily.harwood", "+44 20 7946 0127", ("admin_agent",)),),
    ),
    Company(
        name="蓝天云",
        kind="direct_bill",
        country="CN",
        time_zone="Asia/Shanghai",
        tenants={"china": "lantianyun.partner.onmschina.cn"},
        people=(Person("lantian-admin-agent", "陈静怡", "chen.jingyi", "+86 10 5550 0131", ("admin_agent",)),),
        contracts=(Held("vianet_advanced", contract_id="20260418", cloud="china"),),
    ),
    Company(
        name="Trey",
        kind="advisor",
        country="DE",
        time_zone="Europe/Berlin",
        tenants={"global": "treyresearch.net"},
        people=(Person("trey-admin-agent", "Jonas Albers", "jonas.albers", "+49 30 23125 118", ("admin_agent",)),),
    ),
)


def guid(name: str) -> str:
    """Return a GUID that looks random, and is the same for ``name`` in every demo."""
    return str(UUID(bytes=sha256(name.encode()).digest()[:16], version=4))


def own_tenant(partner: str, cloud: str) -> str:
    """Return the id of the partner's own tenant in ``cloud``."""
    return guid(f"tenant of {partner} in {cloud}")


def add(session: Session, company: Company, today: date) -> Partner:
    """Add ``company`` with everything it holds, its contracts valid on ``today``; the caller commits."""
    partner = Partner(name=company.name, kind=company.kind, country=company.country, time_zone=company.time_zone)
    session.add(partner)
    session.flush()
    assert partner.id is not None  # noqa: S101  # nosec B101  # a flushed row has an id; this tells the type checker
    tenants = _enrolments(session, company, partner.id)
    for person in company.people:
        _add_member(session, person, company, partner.id, tenants)
    session.add_all(_contract(held, partner.id, today) for held in company.contracts)
    return partner


def _enrolments(session: Session, company: Company, partner_id: int) -> list[Enrolment]:
    tenants = [
        Enrolment(partner_id=partner_id, cloud=cloud, tenant_id=own_tenant(company.name, cloud), domain=domain)
        for cloud, domain in company.tenants.items()
    ]
    session.add_all(tenants)
    session.flush()
    return tenants


def _add_member(session: Session, person: Person, company: Company, partner_id: int, tenants: list[Enrolment]) -> None:
    member = Member(
        key=person.key,
        partner_id=partner_id,
        name=person.name,
        email=f"{person.user}@{tenants[0].domain}",
        phone=person.phone,
        roles=list(person.roles),
        language="",
        time_zone=company.time_zone,
    )
    session.add(member)
    session.flush()
    session.add_all(
        Account(member_id=member.id, enrolment_id=tenant.id, user_name=f"{person.user}@{tenant.domain}")
        for tenant in tenants
        if not person.clouds or tenant.cloud in person.clouds
    )


def _contract(held: Held, partner_id: int, today: date) -> SupportContract:
    return SupportContract(
        partner_id=partner_id,
        plan=held.plan,
        cloud=held.cloud,
        contract_id=held.contract_id,
        access_id=held.access_id,
        valid_from=today - timedelta(days=210),
        valid_until=today + timedelta(days=held.days_left),
    )
