"""A plugin's own chapter of Help: ``help/<language>.md`` in its package, in a few marks, and never markup.

``# `` title, ``## `` heading, ``- `` point, ``1. `` step, `` `code` ``, ``[words](https://…)``. All else is words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from webapp.plugins.beside import beside
from webapp.plugins.finding import Installed
from webapp.plugins.loaded import Plugins

log = logging.getLogger("onbehalf.plugins")
FOLDER = "help"
LARGEST = 16 * 1024
"""A chapter of this size is a page of less than 15 kB when it is compressed, like every other."""
FALLBACK = "en"
MARKS = {"# ": "title", "## ": "heading", "- ": "points"}
STEP = re.compile(r"[0-9]{1,2}\. ")
PIECE = re.compile(r"`([^`]+)`|\[([^\[\]]+)\]\((https://[^\s()@\\<>\"']+)\)")

Kind = Literal["title", "heading", "words", "points", "steps"]


class BadHelp(ValueError):
    """A help text that cannot be shown; its words say why."""


@dataclass(frozen=True)
class Piece:
    """A run of words; ``code`` as it is typed, ``to`` the address of a page outside."""

    words: str
    code: bool = False
    to: str = ""


@dataclass
class Block:
    """A heading, a paragraph, or a list with a line each."""

    kind: Kind
    lines: list[tuple[Piece, ...]]


@dataclass(frozen=True)
class HelpText:
    """The chapter in one language."""

    language: str
    title: str
    blocks: tuple[Block, ...]


def brought(plugins: Plugins, language: str) -> dict[str, HelpText]:
    """Return the chapters of the plugins that run, by the plugin's name."""
    found = {name: of(plugins.found[name], language) for name in plugins.running}
    return {name: text for name, text in found.items() if text}


def of(plugin: Installed, language: str) -> HelpText | None:
    """Return the plugin's chapter in ``language``, else in English; ``None`` if it brings none that can be shown."""
    for wanted in dict.fromkeys((language, FALLBACK)):
        file = file_of(plugin, wanted)
        if file and (found := _shown(file)):
            return found
    return None


def file_of(plugin: Installed, language: str) -> Path | None:
    """Return the file of a language, or ``None``."""
    folder = beside(plugin, FOLDER)
    file = folder / f"{language}.md" if folder else None
    return file if file and file.is_file() else None


def read(file: Path) -> HelpText:
    """Return the chapter in a file, which is named by its language.

    :raises BadHelp: if it is too long, is not UTF-8, or does not begin with a title.
    """
    content = file.read_bytes()
    if len(content) > LARGEST:
        raise BadHelp(f"it is longer than {LARGEST} bytes")
    try:
        blocks = list(_blocks(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise BadHelp("it is not written in UTF-8") from error
    if not blocks or blocks[0].kind != "title" or any(block.kind == "title" for block in blocks[1:]):
        raise BadHelp("it begins with one line '# Title', and holds no other such line")
    title = "".join(piece.words for piece in blocks[0].lines[0])
    return HelpText(file.stem, title, tuple(blocks[1:]))


@cache
def _shown(file: Path) -> HelpText | None:
    try:
        return read(file)
    except (BadHelp, OSError) as error:  # the page stays up; the conformance kit says the same to its author
        log.warning("help text not shown: %s: %s", file, error)
        return None


def _blocks(text: str) -> Iterator[Block]:
    block: Block | None = None
    for line in text.splitlines():
        kind, words = _told(line.strip())
        if block and not (words and block.kind == kind and kind in {"points", "steps"}):
            yield block
            block = None
        if words:
            block = block or Block(kind, [])
            block.lines.append(tuple(_pieces(words)))
    if block:
        yield block


def _told(line: str) -> tuple[Kind, str]:
    """Return what a line is and its words: a paragraph is one line."""
    if step := STEP.match(line):
        return "steps", line[step.end() :].strip()
    for mark, kind in MARKS.items():
        if line.startswith(mark):
            return kind, line.removeprefix(mark).strip()  # type: ignore[return-value]  # the table holds kinds alone
    return "words", line


def _pieces(words: str) -> Iterator[Piece]:
    end = 0
    for found in PIECE.finditer(words):
        if found.start() > end:
            yield Piece(words[end : found.start()])
        code, label, to = found.groups()
        yield Piece(code, code=True) if code else Piece(label, to=to)
        end = found.end()
    if end < len(words):
        yield Piece(words[end:])
