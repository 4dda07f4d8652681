"""What the example requests are about, read from ``problems.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Problem:
    """What somebody typed about one problem, in ``language``."""

    title: str
    description: str
    category: str = "break_fix"
    language: str = "en"
    topic: str = ""


@dataclass(frozen=True)
class Phrases:
    """Problems by product; what was tried and which files to bring, by language; notes by how far a request came."""

    problems: Mapping[str, Sequence[Problem]]
    tried: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[str]]
    notes: Mapping[str, Sequence[str]]


def read() -> Phrases:
    """Return everything that ``problems.toml`` holds."""
    content: dict[str, Any] = tomllib.loads(files("webapp.demo").joinpath("problems.toml").read_text(encoding="utf-8"))
    tried, brought, notes = (content.pop(name) for name in ("tried", "files", "notes"))
    problems = {product: [Problem(**fields) for fields in entry["problems"]] for product, entry in content.items()}
    return Phrases(problems, tried, brought, notes)
