"""Customers: the viewer's list, and one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, and_, tuple_
from sqlmodel import Session, col, select

from webapp import search
from webapp.db import LARGEST_ID
from webapp.errors import NotFound
from webapp.i18n import _
from webapp.permissions import Viewer, customers_of
from webapp.tables.customers import Customer

COUNT_UP_TO = 1000


@dataclass(frozen=True)
class Found:
    """A page of customers. ``after`` continues the list; ``count`` stops at 1001, which reads "1000+"."""

    rows: tuple[Row[tuple[int, str, str, str, str, str]], ...]
    query: str
    after: str
    count: int


def search_customers(
    session: Session,
    viewer: Viewer,
    query: str,
    *,
    after: str = "",
    size: int = 25,
    only: ColumnElement[bool] | None = None,
) -> Found:
    """Return the viewer's customers that match ``query``, by name; all of them if nothing was typed.

    ``only`` narrows the list further.
    """
    visible = customers_of(viewer) if only is None else and_(customers_of(viewer), only)
    ids = search.matching(query, visible)
    where = col(Customer.id).in_(ids) if ids is not None else visible
    columns = (Customer.id, Customer.name, Customer.domain, Customer.cloud, Customer.country, Customer.folded)
    statement = select(*columns).where(where).order_by(col(Customer.folded), col(Customer.id)).limit(size + 1)  # type: ignore[call-overload]
    if marker := _marker(after):
        statement = statement.where(tuple_(col(Customer.folded), col(Customer.id)) > marker)
    rows = tuple(session.execute(statement).all())
    count = len(session.execute(select(Customer.id).where(where).limit(COUNT_UP_TO + 1)).all())
    more = f"{rows[size - 1].id}~{rows[size - 1].folded}" if len(rows) > size else ""
    return Found(rows[:size], query, more, count)


def _marker(after: str) -> tuple[str, int] | None:
    """Read where a page continues: ``<id>~<folded>``; anything else starts at the beginning."""
    found = re.fullmatch(r"(\d{1,18})~(.*)", after, re.DOTALL)
    return (found[2], min(int(found[1]), LARGEST_ID)) if found and "\0" not in after else None


def fetch(session: Session, viewer: Viewer, customer_id: int) -> Customer:
    """Return one of the viewer's customers.

    :raises NotFound: if there is none, or it is another partner's: the reader learns no difference.
    """
    statement = select(Customer).where(col(Customer.id) == customer_id, customers_of(viewer))
    customer = session.exec(statement).first() if customer_id <= LARGEST_ID else None
    if customer is None:
        raise NotFound(
            _("There is no such customer among yours."),
            remedy=_("Search for it by name, domain or tenant id; or ask the partner that manages it."),
        )
    return customer
