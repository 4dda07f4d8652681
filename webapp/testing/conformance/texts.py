"""The texts a plugin shows: found in what it answers, and looked up in its catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask_babel.speaklater import LazyString
from pydantic import BaseModel

from webapp.i18n import LANGUAGES, message_of

SHOWN = {
    "label",
    "reason",
    "text",
    "review",
    "note",
    "section",
    "help",
    "steps",
    "checklist",
    "closed_because",
    "moved_to",
}
"""Fields that hold words of the plugin; an answer's ``value`` may be anybody's, and so may the names of things."""
CORE = "webapp"
NO_CATALOGUE = "there is no"


def texts(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text in an answer with the field it stands in."""
    if isinstance(value, LazyString):
        yield where, value
    elif isinstance(value, str):
        if where.rpartition(".")[2].partition("[")[0] in SHOWN:
            yield where, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{where}.{name}" if where else name)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts(one, f"{where}[{key}]")
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one, where)


def untranslated(text: LazyString) -> Iterator[str]:
    """Yield what the text lacks: its mark, or a language."""
    found = message_of(text)
    if found is None:
        yield "was marked by no TextDomain of a package"
        return
    package, message = found
    if package == CORE:
        return
    for language in LANGUAGES:
        if language == "en":
            continue
        catalogue = _catalogue(package, language)
        if catalogue is None:
            yield f"{NO_CATALOGUE} {package}/translations/{language}/LC_MESSAGES/messages.po"
        elif not catalogue.get(message):
            yield f"not translated into {language}"


@cache
def _catalogue(package: str, language: str) -> Mapping[str, str] | None:
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    file = Path(folders[0]) / "translations" / language / "LC_MESSAGES" / "messages.po" if folders else None
    if file is None or not file.is_file():
        return None
    with file.open("rb") as source:
        return {
            str(_singular(message.id)): str(_singular(message.string)) for message in read_po(source, locale=language)
        }


def _singular(words: Any) -> Any:
    """Return the first form of a message that counts."""
    return words[0] if isinstance(words, tuple | list) else words
