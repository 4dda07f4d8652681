"""How problems are told: an error without the values it was about, and one line for what happens time and again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pydantic import ValidationError

from webapp.errors import named


def in_words(error: BaseException) -> str:
    """Return an error's kind and words; of a value that does not fit the field and why, never what it held."""
    if isinstance(error, ValidationError):
        return f"{error.title}: {named(error)}"
    return f"{type(error).__name__}: {error}"


def grouped(problems: Iterable[str], situations: Collection[str]) -> tuple[str, ...]:
    """Return the problems, those that differ in nothing but the situation in front of them as one."""
    found: dict[str, list[str]] = {}
    for problem in dict.fromkeys(problems):
        situation, colon, what = problem.partition(": ")
        known = bool(colon) and situation in situations
        found.setdefault(what if known else problem, []).append(situation if known else "")
    return tuple(_told(what, where) for what, where in found.items())


def _told(what: str, where: list[str]) -> str:
    if len(where) == 1:
        return f"{where[0]}: {what}" if where[0] else what
    return f"in {len(where)} situations, first {where[0]}: {what}"
