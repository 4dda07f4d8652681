"""Partners, the clouds they are enrolled in, their members and their contracts."""

from datetime import date

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text, true
from sqlmodel import Field, SQLModel


class Partner(SQLModel, table=True):
    """A partner company; ``kind`` is direct_bill, indirect_provider, indirect_reseller or advisor."""

    __tablename__ = "partner"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=200, unique=True)
    kind: str = Field(max_length=20)
    country: str = Field(max_length=2)
    time_zone: str = Field(max_length=64)


class Enrolment(SQLModel, table=True):
    """A partner's own tenant in one cloud; US Government and China are separate tenants."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("cloud", "tenant_id"),
        UniqueConstraint("partner_id", "cloud", name="uq_enrolment_partner"),
    )

    id: int = Field(default=None, primary_key=True)
    partner_id: int = Field(foreign_key="partner.id", index=True)
    cloud: str = Field(max_length=40)
    tenant_id: str = Field(max_length=36)
    domain: str = Field(max_length=253)


class Member(SQLModel, table=True):
    """A person of a partner; ``key`` names them in the demo; ``language`` empty = none chosen.

    ``issuer`` and ``subject`` are those of the OpenID provider that admitted them; empty for the demo's.
    """

    __tablename__ = "member"
    __table_args__ = (Index("ix_member_issuer_subject", "issuer", "subject"),)

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=80, unique=True)
    partner_id: int = Field(foreign_key="partner.id", index=True)
    name: str = Field(max_length=200)
    email: str = Field(max_length=254)
    phone: str = Field(default="", max_length=40)
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    issuer: str = Field(default="", max_length=250, sa_column_kwargs={"server_default": text("''")})
    subject: str = Field(default="", max_length=250, sa_column_kwargs={"server_default": text("''")})
    active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    language: str = Field(default="", max_length=12)
    time_zone: str = Field(max_length=64)


class Account(SQLModel, table=True):
    """A member's user name in one of the partner's enrolments."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("member_id", "enrolment_id"),)

    id: int = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id")
    user_name: str = Field(max_length=254)


class SupportContract(SQLModel, table=True):
    """A support contract or benefit of a partner; ``cloud`` empty = every cloud; both dates are included."""

    __tablename__ = "support_contract"

    id: int = Field(default=None, primary_key=True)
    partner_id: int = Field(foreign_key="partner.id", index=True)
    plan: str = Field(max_length=60)
    cloud: str = Field(default="", max_length=40)
    contract_id: str = Field(default="", max_length=100)
    access_id: str = Field(default="", max_length=100)
    valid_from: date | None = None
    valid_until: date | None = None
