"""What makes the list of requests quick to work with: saved views, actions on several requests, canned texts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.db import Moment


class SavedView(SQLModel, table=True):
    """Filters of the list of requests under a member's own name; ``query`` holds them as parameters of the address."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("member_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    name: str = Field(max_length=60)
    query: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))


class BulkAction(SQLModel, table=True):
    """A note to, or the closing of, several requests at once, and what undoes it.

    ``done``: ``[{ref, title, version, state, answered_at, closed_at, note_id}]``, the request as it was before, but for
    ``version``, which is the one the action made; ``left_out``: ``[{ref, title, why}]``, words in all languages.
    """

    __tablename__ = "bulk_action"

    id: int = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    key: str = Field(max_length=64, unique=True)
    kind: str = Field(max_length=10)
    at: datetime = Field(sa_type=Moment)
    done: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    left_out: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_type=Moment)


class CannedText(SQLModel, table=True):
    """Words that a partner writes again and again; ``product`` and ``language`` empty = for any."""

    __tablename__ = "canned_text"
    __table_args__ = (Index("ix_canned_text_partner_product", "partner_id", "product"),)

    id: int = Field(default=None, primary_key=True)
    partner_id: int = Field(foreign_key="partner.id")
    product: str = Field(default="", max_length=40)
    language: str = Field(default="", max_length=12)
    title: str = Field(max_length=100)
    body: str = Field(sa_column=Column(Text, nullable=False))
