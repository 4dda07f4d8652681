"""Sessions of signed-in members."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from webapp.db import Moment


class UserSession(SQLModel, table=True):
    """One sign-in. ``id`` is the SHA-256 of the random id in the cookie, so that a read of this table opens nothing."""

    __tablename__ = "user_session"

    id: str = Field(primary_key=True, max_length=64)
    member_id: int = Field(foreign_key="member.id", index=True)
    cloud: str = Field(default="", max_length=40)
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=200)
