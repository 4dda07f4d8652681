"""Icons from Bootstrap's sprite, put inline: a page carries only those it shows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import flask_bootstrap
from flask import Flask
from markupsafe import Markup

SPRITE = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"


def init_app(app: Flask) -> None:
    """Give templates ``icon(name)``."""
    app.jinja_env.globals["icon"] = icon


def icon(name: str) -> Markup:
    """Return the icon as decoration: whoever cannot see it misses nothing.

    :raises KeyError: if Bootstrap Icons has none of this name.
    """
    view_box, paths = _symbols()[name]
    return Markup(  # noqa: S704  # nosec B704  # our own pinned package's drawing, no text of a reader
        f'<svg class="icon" viewBox="{view_box}" fill="currentColor" aria-hidden="true" focusable="false">{paths}</svg>'
    )


@cache
def _symbols() -> dict[str, tuple[str, str]]:
    text = SPRITE.read_text(encoding="utf-8")
    found = re.findall(r"<symbol([^>]*)>(.*?)</symbol>", text, re.DOTALL)
    return {_attribute("id", head): (_attribute("viewBox", head), body.strip()) for head, body in found}


def _attribute(name: str, head: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', head)
    return match[1] if match else ""
