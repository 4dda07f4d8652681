"""Texts people read: one domain per distribution, read from its ``.po`` files, rendered in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import flask_babel
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

log = logging.getLogger("onbehalf.texts")
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "zh_Hans_CN": "简体中文",
    "zh_Hant_TW": "繁體中文",
    "ru": "Русский",
    "sv": "Svenska",
    "de": "Deutsch",
}
"""The languages of the product, by the key that rows and forms hold, each in its own words."""

UNFILLED = (KeyError, ValueError, TypeError)
"""What ``%`` raises over a hole that has another name, is no hole, or wants another kind of value."""

LOCALES: Mapping[str, Locale] = {language: Locale.parse(language) for language in LANGUAGES}
"""The languages as Babel knows them, parsed once: a request records dozens of texts in each."""

HTML_LANG: Mapping[str, str] = {"zh_Hans_CN": "zh-Hans", "zh_Hant_TW": "zh-Hant"}
"""What ``<html lang>`` says where it differs from the key."""


_strict: ContextVar[bool] = ContextVar("strict", default=False)


@contextmanager
def strictly() -> Iterator[None]:
    """Let a text that cannot be filled in raise, for who looks for such texts."""
    token = _strict.set(True)
    try:
        yield
    finally:
        _strict.reset(token)


class LazyText(LazyString):  # type: ignore[misc]  # flask_babel ships no types
    """A text that is put into words when it is read.

    Flask-Babel's own lazy string calls itself safe HTML; a value put into it may be anybody's text, so ours is escaped.
    """

    def __html__(self) -> Markup:
        return escape(str(self))

    def __repr__(self) -> str:
        return f"LazyText({str(self)!r})"


type_of_text = (str, LazyString)
"""What counts as a text: for ``isinstance``, since plugins may use Flask-Babel's lazy strings too."""


def message_of(text: LazyString) -> tuple[str, str] | None:
    """Return the distribution's domain and the sentence behind a lazy text; ``None`` if no domain marked it."""
    domain = getattr(text._func, "__self__", None)
    return (domain.package, str(text._args[0])) if isinstance(domain, TextDomain) and text._args else None


class TextDomain(flask_babel.Domain):  # type: ignore[misc]  # flask_babel ships no types
    """The texts of one distribution: ``_ = TextDomain("onbehalf_azure").text``.

    Catalogues lie in ``translations/<language>/LC_MESSAGES/messages.po`` beside the package's code and are read once,
    when first needed; a language without a catalogue falls back to the English in the code.
    """

    def __init__(self, package: str) -> None:
        super().__init__(domain=package)
        self.package = package
        self._catalogues: dict[str, NullTranslations] = {}
        self._lock = Lock()

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the reader's language; outside a request, the English of the code."""
        locale = flask_babel.get_locale()
        if locale is None:
            return NullTranslations()
        key = str(locale)
        if key not in self._catalogues:
            with self._lock:
                self._catalogues[key] = _read_catalogue(self.package, key)
        return self._catalogues[key]

    def gettext(self, string: str, **values: Any) -> str:
        """Return a sentence in the reader's language; one that cannot be filled in there is read as it was written.

        A catalogue or a call that names a hole wrongly would else take the whole page away from its reader.
        """
        try:
            return str(super().gettext(string, **values))
        except UNFILLED as error:
            return self._as_written(string, values, error)

    def ngettext(self, singular: str, plural: str, num: int, **values: Any) -> str:
        """Return a sentence that counts, as ``gettext`` does."""
        try:
            return str(super().ngettext(singular, plural, num, **values))
        except UNFILLED as error:
            return self._as_written(singular if num == 1 else plural, {"num": num} | values, error)

    def _as_written(self, string: str, values: Mapping[str, Any], error: Exception) -> str:
        if _strict.get():
            raise error
        log.error("domain=%s: %r cannot be filled in: %r", self.package, string, error)
        try:
            return string % values
        except UNFILLED:
            return string

    def text(self, message: str, **values: Any) -> LazyText:
        """Mark a sentence for translation; ``values`` fill its named holes when it is read."""
        return LazyText(self.gettext, message, **values)

    def plural(self, singular: str, plural: str, num: int, **values: Any) -> LazyText:
        """Mark a sentence that counts; ``num`` is also the hole ``%(num)s``."""
        return LazyText(self.ngettext, singular, plural, num, **values)


def _read_catalogue(package: str, locale: str) -> NullTranslations:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return NullTranslations()
    path = Path(spec.submodule_search_locations[0]) / "translations" / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


CORE = TextDomain("webapp")
_ = CORE.text
ngettext = CORE.plural


def in_all_languages(text: object) -> dict[str, str]:
    """Return ``text`` as read in each language, to be recorded; needs an application context.

    What a request recorded must stay readable by a colleague in another language, with the plugin gone.
    """
    words = {}
    for language, locale in LOCALES.items():
        with flask_babel.force_locale(locale):
            words[language] = str(text)
    return words


def in_my_language(recorded: Mapping[str, str] | None) -> str:
    """Return what was recorded in all languages in the reader's, else in English; nothing recorded is empty."""
    if not recorded:
        return ""
    locale = str(flask_babel.get_locale() or "en")
    return recorded.get(locale) or recorded.get("en", "")


def day_text(day: date) -> LazyText:
    """Return a day as its reader writes it; outside a request, in English."""
    return LazyText(_written_day, day)


def _written_day(day: date) -> str:
    return str(format_date(day, "long", locale=flask_babel.get_locale() or "en"))


def listed(things: Iterable[object], *, either: bool = False) -> LazyText:
    """Return things as the reader's language lists them: "A, B and C"; ``either`` lists what one chooses from."""
    return LazyText(_listed, tuple(things), "or" if either else "standard")


def _listed(things: tuple[object, ...], style: Literal["or", "standard"]) -> str:
    return str(format_list([str(thing) for thing in things], style, flask_babel.get_locale() or "en"))


def country_name(code: str) -> str:
    """Return a country or region by name in the reader's language; an unknown code as it is."""
    locale = flask_babel.get_locale() or Locale("en")
    return str(locale.territories.get(code, code))
