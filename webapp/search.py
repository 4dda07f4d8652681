"""Finding customers: the words they are found by, and one query that both engines answer alike.

A word is found by its start; in Chinese every character may be a start, so every suffix of a run is a term. The longest
word typed picks at most 500 candidates from ``customer_term``; the others are looked for in ``customer.folded``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.tables.customers import Customer, CustomerTerm

CANDIDATES = 500
TERM_LENGTH = 100
_WORD = re.compile(r"\w+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_TOO_COMMON = {"com", "onmicrosoft", "onmschina", "partner", "cn", "us", "de"}
"""Parts of nearly every domain: they would make a term per customer and pick out nobody."""


def fold(text: str) -> str:
    """Return ``text`` without case and accents, as compared by the search."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def folded(customer: Customer) -> str:
    """Return what search compares: name, domain and tenant id, folded; it sorts like the name."""
    return " ".join(fold(part) for part in (customer.name, customer.domain, customer.tenant_id))[:1000]


def terms(text: str) -> set[str]:
    """Return the terms of a folded text: its words, and every suffix of a Chinese run."""
    found: set[str] = set()
    for word in _WORD.findall(text):
        found.add(word[:TERM_LENGTH])
        for run in _HAN.finditer(word):
            found |= {run.group()[i:][:TERM_LENGTH] for i in range(len(run.group()))}
    return found - _TOO_COMMON


def index(session: Session, customer: Customer) -> None:
    """Write the customer's terms anew; the customer must have an id, and the caller commits."""
    customer.folded = folded(customer)
    session.add(customer)
    session.execute(delete(CustomerTerm).where(col(CustomerTerm.customer_id) == customer.id))
    rows = [{"term": term, "customer_id": customer.id} for term in sorted(terms(customer.folded))]
    session.execute(insert(CustomerTerm), rows)


def matching(query: str, visible: ColumnElement[bool]) -> SelectOfScalar[int] | None:
    """Return a query of at most 500 ids of ``visible`` customers that match every word; ``None`` if none was typed."""
    words = _words(query)
    if not words:
        return None
    longest, *others = sorted(words, key=len, reverse=True)
    found = (
        select(col(CustomerTerm.customer_id))
        .join(Customer, col(Customer.id) == col(CustomerTerm.customer_id))
        .where(and_(col(CustomerTerm.term) >= longest, col(CustomerTerm.term) < _after(longest)), visible)
    )
    for word in others:
        found = found.where(_holds(word))
    return found.distinct().limit(CANDIDATES)


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
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    text = col(Customer.folded)
    if _HAN.search(word):
        return text.like(f"%{escaped}%", escape="\\")
    starts = [text.like(f"{escaped}%", escape="\\")]
    starts += [text.like(f"%{before}{escaped}%", escape="\\") for before in (" ", ".", "-", "(", "'")]
    return or_(*starts)
