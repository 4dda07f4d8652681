"""What a plugin's texts have to hold: marked, translated, and safe whatever people wrote."""

from __future__ import annotations

from collections.abc import Iterator

import flask_babel
from flask import Flask
from flask_babel import Babel
from markupsafe import escape
from pydantic import BaseModel

from webapp.i18n import LANGUAGES, LazyText, strictly
from webapp.testing.conformance.subject import Subject
from webapp.testing.conformance.texts import NO_CATALOGUE, texts, untranslated

Problems = Iterator[str]


def translated(subject: Subject) -> Problems:
    """Mark every text for translation, and bring it in every language."""
    bare: dict[str, None] = {}
    lacking: dict[str, None] = {}
    names = _names(subject)
    for where, text in _all_texts(subject):
        if not isinstance(text, LazyText):
            if text not in names:
                bare[f"{where}: {text[:60]!r} is no marked text; write _({text[:30]!r})"] = None
            continue
        for lack in untranslated(text):
            of_all = lack.startswith(NO_CATALOGUE)
            lacking[lack if of_all else f"{where}: {str(text)[:60]!r}: {lack}"] = None
    yield from (*bare, *lacking)


def rendered(subject: Subject) -> Problems:
    """Put texts into words in every language, and let what people wrote stay text."""
    app = Flask("conformance")
    Babel(app, configure_jinja=False)
    seen: dict[str, None] = {}
    with app.app_context(), strictly():
        for language in LANGUAGES:
            with flask_babel.force_locale(language):
                seen.update(dict.fromkeys(_unsafe(subject, language)))
    yield from seen


def _all_texts(subject: Subject) -> Iterator[tuple[str, LazyText | str]]:
    for product in subject.owned.values():
        yield from texts(product, f"product {product.key}")
    for cloud in subject.clouds:
        yield from texts(cloud, f"cloud {cloud.key}")
    for ran in subject.ran:
        for check in ran.own:
            yield from texts(check, "check")
        yield from texts(ran.prepared, "request")
        yield from texts(ran.target, "target")


def _names(subject: Subject) -> set[str]:
    """Return the words of the situations: names and numbers, which are the same in every language."""
    found: set[str] = set()
    for ran in subject.ran:
        situation = ran.case.draft.situation
        for value in (situation.customer, situation.partner, situation.member, ran.case.draft.contact):
            found.update(_strings(value))
        found |= {situation.cloud.operator, situation.product.vendor}
    return found


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _strings(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _strings(one)


def _unsafe(subject: Subject, language: str) -> Problems:
    for where, text in _all_texts(subject):
        try:
            words = str(escape(text))
        except (KeyError, ValueError, TypeError) as error:
            yield f"{where}, in {language}: {type(error).__name__}: {error}"
            continue
        if "<script" in words:
            yield f"{where}: {str(text)[:60]!r} is markup; what people wrote is put into a hole"
        if not words.strip():
            yield f"{where}, in {language}: empty"
