"""Names in the order in which a reader's language lists them.

The order is that of CLDR where our six languages need one: Swedish puts å, ä and ö behind z, German sorts ä with a,
Russian ё with е but й behind и, and a language's own script comes first. Chinese characters go by sound in Simplified
and by strokes in Traditional: GB 2312 and Big5 list the common ones in just these orders, so their code points tell.
A character that is in neither stands behind, and one that has two sounds stands by the more frequent one.

The list of customers is sorted by the database, page by page; so what sorts a name is kept on its row as a text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeVar

from flask_babel import get_locale

T = TypeVar("T")
Place = tuple[int, int]
CODEC: Mapping[str, str] = {"zh_Hans_CN": "gb2312", "zh_Hant_TW": "big5"}
OWN_SCRIPT: Mapping[str, str] = {"ru": "CYRILLIC", "zh_Hans_CN": "CJK", "zh_Hant_TW": "CJK"}
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "CJK")
BEHIND_Z: Mapping[str, int] = {"å": 1, "ä": 2, "æ": 2, "ö": 3, "ø": 3}
KEPT: Mapping[str, str] = {
    "sv": "order_sv",
    "ru": "order_ru",
    "zh_Hans_CN": "order_zh_hans",
    "zh_Hant_TW": "order_zh_hant",
}
"""The column of a customer that holds its place in a language; English and German sort as the search compares."""

KEPT_LETTERS = 50
SIGN, DIGIT, OWN, FIRST_SCRIPT = range(4)
UNLISTED = 0x1000000
"""Behind every code point of a codec."""


def by_name(things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Return things in the order of their names in the reader's language; outside a request, in English."""
    language = str(get_locale() or "en")
    return sorted(things, key=lambda thing: sort_key(name(thing), language))


def sort_key(text: str, language: str) -> tuple[tuple[Place, ...], str, str]:
    """Return what sorts ``text``: its letters without case and accents, then with accents, then as written."""
    letters = unicodedata.normalize("NFC", text.casefold())
    return tuple(place for letter in letters for place in _places(letter, language)), letters, text


def places_of(name: str) -> dict[str, str]:
    """Return, by column, a text that sorts the name in each language when compared by code points."""
    return {column: _text_of(sort_key(name, language)[0]) for language, column in KEPT.items()}


def _text_of(places: Iterable[Place]) -> str:
    """Return eight characters a letter: its group, and its number in base 16."""
    return "".join(f"{group}{number:07x}" for group, number in islice(places, KEPT_LETTERS))


def _places(letter: str, language: str) -> Iterable[Place]:
    """Yield where a letter stands; a ligature stands where its parts do."""
    if language == "sv" and letter in BEHIND_Z:
        yield OWN, ord("z") + BEHIND_Z[letter]
        return
    if letter == "й":
        yield _group(letter, language), ord(letter)
        return
    for part in unicodedata.normalize("NFKD", letter):
        if not unicodedata.combining(part):
            yield _group(part, language), _number(part, language)


def _group(letter: str, language: str) -> int:
    """Return signs, then digits, the reader's own script, and the others."""
    if not letter.isalpha():
        return DIGIT if letter.isdigit() else SIGN
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script == OWN_SCRIPT.get(language, "LATIN"):
        return OWN
    return FIRST_SCRIPT + (SCRIPTS.index(script) if script in SCRIPTS else len(SCRIPTS))


def _number(letter: str, language: str) -> int:
    codec = CODEC.get(language)
    if codec is None or letter.isascii():
        return ord(letter)
    try:
        return int.from_bytes(letter.encode(codec), "big")
    except UnicodeEncodeError:
        return UNLISTED + ord(letter)
