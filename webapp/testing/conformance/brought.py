"""What a plugin brings beside its code: its icon, and its chapter of Help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp.i18n import LANGUAGES
from webapp.plugins import help_texts, pictures
from webapp.plugins.beside import beside
from webapp.plugins.help_texts import BadHelp, HelpText
from webapp.testing.conformance.subject import Subject

Problems = Iterator[str]
MARKUP = ("<script", "<a ", "<b>", "<br", "<div", "<img", "<p>", "**", "```", "](")


def icon(subject: Subject) -> Problems:
    """If it brings an icon, let it be a picture alone."""
    file = beside(subject.installed, pictures.FILE)
    if file is not None:
        yield from (f"{file.name}: {fault}" for fault in dict.fromkeys(pictures.faults(file)))


def help_in_every_language(subject: Subject) -> Problems:
    """If it brings a help text, bring it whole in every language."""
    folder = beside(subject.installed, help_texts.FOLDER)
    if folder is None:
        return
    yield from _strangers(folder)
    told: dict[str, HelpText] = {}
    for language in LANGUAGES:
        file = help_texts.file_of(subject.installed, language)
        if file is None:
            yield f"there is no {folder.name}/{language}.md"
            continue
        try:
            told[language] = help_texts.read(file)
        except BadHelp as error:
            yield f"{folder.name}/{file.name}: {error}"
    for text in told.values():
        yield from (f"{folder.name}/{text.language}.md: {problem}" for problem in _problems(text, told.get("en", text)))


def _strangers(folder: Path) -> Problems:
    for path in sorted(folder.iterdir()):
        if path.name not in {f"{language}.md" for language in LANGUAGES}:
            yield f"{folder.name}/{path.name} is no language's; they are {', '.join(LANGUAGES)}"


def _problems(text: HelpText, english: HelpText) -> Problems:
    if not text.blocks:
        yield "it says nothing below its title"
    if _shape(text) != _shape(english):
        yield f"it has the parts {_shape(text)}, and en.md has {_shape(english)}"
    words = "\n".join(piece.words for block in text.blocks for line in block.lines for piece in line if not piece.code)
    for mark in MARKUP:
        if mark in words:
            yield f"{mark!r} is shown as it stands; the marks that count are in docs/plugin-api.md"


def _shape(text: HelpText) -> str:
    return " ".join(f"{block.kind}:{len(block.lines)}" for block in text.blocks)
