"""What a form and a page can hold: labels and answers of a sane length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from webapp.testing.conformance.subject import Subject
from webapp.testing.conformance.texts import texts

Problems = Iterator[str]
LONGEST_LABEL, LONGEST_ANSWER = 200, 100_000


def fits_the_page(subject: Subject) -> Problems:
    """Keep labels and answers short enough for a page."""
    for (cloud, key), product in subject.owned.items():
        yield from _too_long(product, f"{cloud}/{key}")
    for ran in subject.ran:
        yield from _too_long(ran.prepared, ran.case.name)
        yield from _too_long(ran.target, ran.case.name)
        for answer in ran.prepared.answers if ran.prepared else ():
            if (length := _length(answer.value)) > LONGEST_ANSWER:
                told = f"an answer of {length} characters, over {LONGEST_ANSWER}"
                yield f"{ran.case.name}: {told}: {str(answer.label)[:60]!r}"


def _too_long(value: BaseModel | None, at: str) -> Problems:
    for where, text in texts(value):
        if where.rpartition(".")[2] == "label" and (length := _length(text)) > LONGEST_LABEL:
            yield f"{at}: {where} has {length} characters, over {LONGEST_LABEL}: {str(text)[:60]!r}"


def _length(text: Any) -> int:
    """Return how long a text is in English; one that cannot be put into words is named by ``rendered``."""
    try:
        return len(str(text))
    except (KeyError, ValueError, TypeError):
        return 0
