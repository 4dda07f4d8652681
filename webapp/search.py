"""Finding customers: the words they are found by, and one query that both engines answer alike.

A word is found by its start; in Chinese every character may be a start, so every suffix of a run is a term. The longest
word typed picks the first candidates from ``customer_term``; the others are looked for in ``customer.folded``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, false, insert, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.collation import places_of
from webapp.tables.customers import Customer, CustomerTerm

CANDIDATES = 2000
"""More than a count shows, since a customer may be found by two of its words."""

TERM_LENGTH = 100
HAN = "\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_TOO_COMMON = {"com", "onmicrosoft", "onmschina", "partner", "cn", "us", "de"}
"""Parts of nearly every domain: they would make a term per customer and pick out nobody."""


def fold(text: str) -> str:
    """Return ``text`` without case and accents, as compared by the search."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def folded(customer: Customer) -> str:
    """Return what search compares: the words of name, domain and tenant id, folded; it sorts like the name."""
    return " ".join(_WORD.findall(fold(f"{customer.name} {customer.domain} {customer.tenant_id}")))[:1000]


def terms(text: str) -> set[str]:
    """Return the terms of a folded text: its words, and every suffix of a Chinese run."""
    words = _WORD.findall(text)
    return {word[start:][:TERM_LENGTH] for word in words for start in range(len(word) if _is_chinese(word) else 1)}


def index(session: Session, customer: Customer) -> None:
    """Write the customer's terms and its place in lists anew; the customer must have an id, and the caller commits."""
    customer.folded = folded(customer)
    customer.sqlmodel_update(places_of(customer.name))
    session.add(customer)
    session.execute(delete(CustomerTerm).where(col(CustomerTerm.customer_id) == customer.id))
    found = terms(fold(customer.name)) | (terms(fold(f"{customer.domain} {customer.tenant_id}")) - _TOO_COMMON)
    rows = [{"term": term, "customer_id": customer.id} for term in sorted(found)]
    session.execute(insert(CustomerTerm), rows)


def matching(query: str, visible: ColumnElement[bool]) -> SelectOfScalar[int] | None:
    """Return a query of ids of ``visible`` customers that match every word; ``None`` if nothing was typed.

    The condition on the customer is an ``EXISTS``, so that SQLite reads the terms first and stops at the limit; ordered
    as the terms are, so that the pages of one search take the same candidates.
    """
    words = _words(query)
    if not words:
        return select(col(Customer.id)).where(false()) if query.strip() else None
    longest, *others = sorted(words, key=len, reverse=True)
    same = col(Customer.id) == col(CustomerTerm.customer_id)
    theirs = select(col(Customer.id)).where(same, visible, *map(_holds, others)).exists()
    term = col(CustomerTerm.term)
    found = select(col(CustomerTerm.customer_id)).where(term >= longest, term < _after(longest), theirs)
    return found.order_by(term, col(CustomerTerm.customer_id)).limit(CANDIDATES)


def _words(query: str) -> Sequence[str]:
    folded_query = fold(query)[:200]
    words = [word[:TERM_LENGTH] for word in _WORD.findall(folded_query)]
    return [w for w in words if w not in _TOO_COMMON] or words[:1]


def _after(word: str) -> str:
    """Return the first string behind every string that starts with ``word``."""
    last = ord(word[-1])
    if last == 0xD7FF:  # the surrogates behind it are no characters
        return word[:-1] + "\ue000"
    return word[:-1] + chr(last + 1) if last < 0x10FFFF else word + "\U0010ffff"


def _holds(word: str) -> ColumnElement[bool]:
    """Say that a word of the customer starts with ``word``; inside a Chinese run it may stand anywhere."""
    text = col(Customer.folded)
    if _is_chinese(word):
        return text.contains(word)
    return or_(text.startswith(word), text.contains(f" {word}"))


def _is_chinese(word: str) -> bool:
    return re.match(f"[{HAN}]", word) is not None
