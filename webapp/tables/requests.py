"""Service requests as recorded, their timelines, and drafts.

What a request needs to be shown is on its row, texts in every language (``i18n.in_all_languages``), so that it renders
for ever, also when its plugin, its cloud or its customer's data are gone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.db import Moment

Words = dict[str, str]


class ServiceRequest(SQLModel, table=True):
    """One request, handed over to a vendor.

    ``answers``: ``[{section, label, value, note}]``; ``checks``: ``[{outcome, reason, remedy, rules, plugin}]``;
    ``doors``: ``[{label, reason, url, host, language, in_customer, confirmed, steps}]``, the first is the main one;
    ``steps`` and ``checklist``: lists of words; words are ``{language: text}``. ``follower_id`` is a partner that
    follows the request beside the filer's (R71). ``files``: ``[{name, attached}]``. ``words`` are the fields of the
    form as they were sent, moments in UTC: what is changed later begins with them.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        Index("ix_service_request_partner_created", "partner_id", "created_at", "id"),
        Index("ix_service_request_follower_created", "follower_id", "created_at", "id"),
        Index("ix_service_request_state_due", "state", "due_at"),
    )

    id: int = Field(default=None, primary_key=True)
    ref: str = Field(max_length=11, unique=True)
    request_key: str = Field(max_length=64, unique=True)
    version: int = 1
    partner_id: int = Field(foreign_key="partner.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    created_by_id: int = Field(foreign_key="member.id")
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    follower_id: int | None = Field(default=None, foreign_key="partner.id")
    state: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=Moment)

    cloud: str = Field(max_length=40)
    cloud_name: Words = Field(sa_column=Column(JSON, nullable=False))
    operator: str = Field(max_length=80)
    product: str = Field(max_length=40)
    product_name: Words = Field(sa_column=Column(JSON, nullable=False))
    plugin: str = Field(max_length=80)
    customer_name: str = Field(max_length=200)
    tenant_id: str = Field(max_length=36)
    domain: str = Field(max_length=253)
    initial_domain: str = Field(max_length=253)
    account: str = Field(default="", max_length=254)
    category: str = Field(max_length=20)
    severity: str = Field(default="", max_length=1)
    language: str = Field(max_length=12)
    title: str = Field(max_length=250)
    description: str = Field(sa_column=Column(Text, nullable=False))
    subscription: str = Field(default="", max_length=250)
    contact: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    words: dict[str, str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))

    checks: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    answers: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    checklist: list[Words] = Field(sa_column=Column(JSON, nullable=False))
    doors: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    steps: list[Words] = Field(sa_column=Column(JSON, nullable=False))
    review: Words = Field(sa_column=Column(JSON, nullable=False))
    ticket_shape: dict[str, str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    promise: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    telephone: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    files: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))

    ticket_number: str = Field(default="", max_length=64)
    handed_over_at: datetime | None = Field(default=None, sa_type=Moment)
    filed_at: datetime | None = Field(default=None, sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    due_why: Words | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class TimelineEntry(SQLModel, table=True):
    """Something that happened to a request. ``kind`` is prepared, opened, filed, answered, closed, reopened, solved,
    note, owner, passed, edited or undone; ``text`` is a note's own words, ``detail`` what was recorded with the others.
    """

    __tablename__ = "timeline_entry"

    id: int = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="service_request.id", index=True)
    at: datetime = Field(sa_type=Moment)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    kind: str = Field(max_length=20)
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Draft(SQLModel, table=True):
    """Typed text, kept per member, customer and product; ``fields`` are the form's own.

    A draft passed on (R71, R27) has no ``member_id`` until someone of ``to_partner_id`` (or ``to_member_id``) takes it.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("member_id", "customer_id", "product"),)

    id: int = Field(default=None, primary_key=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    product: str = Field(max_length=40)
    fields: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    saved_at: datetime = Field(sa_type=Moment)
    from_member_id: int | None = Field(default=None, foreign_key="member.id")
    from_partner_id: int | None = Field(default=None, foreign_key="partner.id")
    to_partner_id: int | None = Field(default=None, foreign_key="partner.id", index=True)
    to_member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
