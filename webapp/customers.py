"""Customers: the viewer's list, and one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from flask_babel import get_locale
from sqlalchemy import ColumnElement, Row, and_, func, tuple_
from sqlmodel import Session, col, select

from webapp import search
from webapp.collation import KEPT
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
    column = KEPT.get(str(get_locale()), "folded")
    place = _place(column)
    columns = (Customer.id, Customer.name, Customer.domain, Customer.cloud, Customer.country, place.label("place"))
    statement = select(*columns).where(where).order_by(place, col(Customer.id)).limit(size + 1)  # type: ignore[call-overload]
    if marker := _marker(after, column):
        statement = statement.where(tuple_(place, col(Customer.id)) > marker)
    rows = tuple(session.execute(statement).all())
    count = len(session.execute(select(Customer.id).where(where).limit(COUNT_UP_TO + 1)).all())
    more = f"{rows[size - 1].id}~{column}~{rows[size - 1].place}" if len(rows) > size else ""
    return Found(rows[:size], query, more, count)


def _place(column: str) -> ColumnElement[str]:
    """Return what sorts a customer: what is kept for the language, or what the search compares where nothing is."""
    folded = cast("ColumnElement[str]", col(Customer.folded))
    return folded if column == "folded" else func.coalesce(getattr(Customer, column), folded)


def _marker(after: str, column: str) -> tuple[str, int] | None:
    """Read where a page continues: ``<id>~<column>~<place>``; anything else, and another order, starts anew."""
    found = re.fullmatch(r"(\d{1,18})~(\w+)~(.*)", after, re.DOTALL)
    if found is None or found[2] != column or "\0" in after:
        return None
    return found[3], min(int(found[1]), LARGEST_ID)


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
