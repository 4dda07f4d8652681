"""The audit trail: rows are added, never changed; triggers in the migration see to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from webapp.db import Moment


class AuditEntry(SQLModel, table=True):
    """Who did what, when, from where, on whom; ``digest`` chains each entry to the one before it.

    It holds no foreign keys: what happened stays written when the member, the partner or the customer is gone.
    """

    __tablename__ = "audit_entry"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Moment, index=True)
    partner_id: int | None = Field(default=None, index=True)
    member_id: int | None = Field(default=None, index=True)
    member_name: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=64)
    action: str = Field(max_length=60, index=True)
    subject: str = Field(default="", max_length=100, index=True)
    subject_name: str = Field(default="", max_length=250)
    reference: str = Field(default="", max_length=40)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64, unique=True)
