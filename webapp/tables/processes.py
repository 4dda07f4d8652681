"""The processes that serve the desk, and what each last said of its plugins."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from webapp.db import Moment


class DeskProcess(SQLModel, table=True):
    """One process by machine and number, and by the server that started it; ``told_at`` is its last sign of life.

    ``plugins``: ``[{name, version, state, reason, remedy, paused_until, clouds, products, hooks, last_error, calls}]``,
    words in all languages; see ``webapp.plugins.standing``.
    """

    __tablename__ = "desk_process"

    host: str = Field(primary_key=True, max_length=255)
    pid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    server: int
    began_at: datetime = Field(sa_type=Moment)
    told_at: datetime = Field(sa_type=Moment)
    plugins: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
