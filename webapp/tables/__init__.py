"""Tables: columns, not behaviour. Importing this package registers them all."""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from webapp.tables import audit, conveniences, customers, partners, processes, requests, sessions  # noqa: E402  # names come first

__all__ = ["audit", "conveniences", "customers", "partners", "processes", "requests", "sessions"]
