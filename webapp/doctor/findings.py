"""What the doctor says: one finding a fact, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from webapp.errors import DeskError, Words

Level = Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One fact about a deployment. ``topic`` is a stable key; a warning and an error have a remedy."""

    topic: str
    level: Level
    message: Words
    remedy: Words = ""


def ok(topic: str, message: Words) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(topic, "ok", message)


def note(topic: str, message: Words) -> Finding:
    """Return a finding that a deployer may want to know."""
    return Finding(topic, "note", message)


def warning(topic: str, message: Words, remedy: Words) -> Finding:
    """Return a finding with which the desk runs, but not as it should."""
    return Finding(topic, "warning", message, remedy)


def error(topic: str, message: Words, remedy: Words) -> Finding:
    """Return a finding with which the desk does not start, or nobody can use it."""
    return Finding(topic, "error", message, remedy)


def refusal(topic: str, refused: DeskError) -> Finding:
    """Return what a start would be refused with."""
    return Finding(topic, "error", refused.message, refused.remedy)


Findings = Iterator[Finding]
