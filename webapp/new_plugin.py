"""Writing a new plugin: the complete example under another name, so that what is written is what is tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from webapp.config import PREFIX
from webapp.config.of_plugins import names_of_the_core
from webapp.errors import StartRefused
from webapp.i18n import _
from webapp.plugins.finding import installed

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
HERE = Path(__file__).resolve().parent
EXAMPLE = "acme-telephony"
PLACES = (HERE / "_example", HERE.parent / "examples" / EXAMPLE)
"""Where the example lies: in a wheel, and in a checkout."""
LEFT_BEHIND = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "dist", "build"}


def write(name: str, folder: Path) -> tuple[Path, ...]:
    """Write a distribution with a plugin of this name into ``folder``; return its files.

    :raises StartRefused: for a name that cannot be one or is taken, or a folder that holds something.
    """
    _refuse_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StartRefused(
            _("%(folder)s is there already, and not empty.", folder=str(folder)),
            remedy=_("Name another folder with --to."),
        )
    words = _words(name)
    written = []
    try:
        for source in _files():
            target = folder / _renamed(str(source.relative_to(_example())), words)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_renamed(source.read_text(encoding="utf-8"), words), encoding="utf-8")
            written.append(target)
    except OSError as error:
        raise StartRefused(
            _("%(folder)s cannot be written: %(error)s.", folder=str(folder), error=error.strerror or ""),
            remedy=_("Name another folder with --to."),
        ) from error
    return tuple(written)


def _refuse_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise StartRefused(
            _("A plugin cannot be named %(name)s.", name=name[:80] or "-"),
            remedy=_("Use small letters, digits and hyphens, at most 40, like acme-telephony."),
        )
    begins = f"{PREFIX}{name.upper().replace('-', '_')}_"
    if any(variable.startswith(begins) for variable in names_of_the_core()):
        raise StartRefused(
            _("A plugin cannot be named %(name)s.", name=name),
            remedy=_("Settings of the desk itself begin like its own would; choose another name."),
        )
    if name in installed(ambiguous=True):
        raise StartRefused(
            _("A plugin %(name)s is installed already.", name=name), remedy=_("Choose another name; it must be clear.")
        )


def _example() -> Path:
    return next(place for place in PLACES if place.is_dir())


def _files() -> Iterator[Path]:
    for path in sorted(_example().rglob("*")):
        if path.is_file() and not LEFT_BEHIND & set(path.parts) and path.suffix != ".pyc":
            yield path


def _words(name: str) -> dict[str, str]:
    snake = name.replace("-", "_")
    return {
        "acme-telephony": name,
        "acme_telephony": snake,
        "ACME_TELEPHONY": snake.upper(),
        "Acme Telephony": name.replace("-", " ").title(),
    }


def _renamed(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(words), lambda found: words[found[0]], text)
