"""Which lines of a plugin its hooks run: followed in every situation, with those that none reached."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from webapp.testing.conformance.subject import Ran, Subject

Place = tuple[str, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Interrupted(Exception):
    """What is injected: an error that no plugin can expect."""


@dataclass
class Reached:
    """The lines that were run, each with the first situation that the plugin answered in, and the functions."""

    lines: dict[Place, Ran | None] = field(default_factory=dict)
    functions: set[Place] = field(default_factory=set)


class Tracer:
    """Notes each line of the plugin that is run, and raises in one of them."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        self._folder, self._place = str(folder), place
        self.seen: dict[Place, None] = {}
        self.functions: set[Place] = set()
        self.raised = False

    def called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        """Follow a function if it is the plugin's."""
        code = frame.f_code
        if not code.co_filename.startswith(self._folder):
            return None
        self.functions.add((code.co_filename, code.co_firstlineno))
        return self._followed

    def _followed(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            place = (frame.f_code.co_filename, frame.f_lineno)
            self.seen[place] = None
            if place == self._place and not self.raised:
                self.raised = True
                raise Interrupted("the conformance kit interrupts here")
        return self._followed


@contextmanager
def tracing(tracer: Tracer) -> Iterator[Tracer]:
    """Follow what is run inside."""
    before = sys.gettrace()
    sys.settrace(tracer.called)
    try:
        yield tracer
    finally:
        sys.settrace(before)


def reached(subject: Subject) -> Reached:
    """Ask the plugin in every situation once more, and follow it."""
    found = Reached()
    for ran in subject.ran:
        with tracing(Tracer(subject.watch.folder)) as tracer:
            subject.run(ran.case)
        found.functions |= tracer.functions
        for place in tracer.seen:
            if found.lines.get(place) is None:
                found.lines[place] = ran if ran.error is None else None
    return found


def unreached(subject: Subject, found: Reached) -> Iterator[str]:
    """Yield the lines that no situation reached, of the functions that the hooks run, a note a file."""
    for file in subject.files:
        lines = {line for name, line in found.lines if name == str(file)}
        entered = {line for name, line in found.functions if name == str(file)}
        missed: set[int] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, Function) and min([node.lineno, *(d.lineno for d in node.decorator_list)]) in entered:
                missed.update(_missed(node.body, lines))
        if missed:
            told = ", ".join(map(str, sorted(missed)))
            yield f"note: no situation of the kit reaches {file.name}, line {told}: your own tests have to"


def _missed(body: list[ast.stmt], lines: set[int]) -> Iterator[int]:
    """Yield the first line of each statement that was not run, without those inside of it."""
    for statement in body:
        blocks = list(_blocks(statement))
        until = min((block[0].lineno for block in blocks), default=(statement.end_lineno or statement.lineno) + 1)
        run = any(line in lines for line in range(statement.lineno, max(until, statement.lineno + 1)))
        if not run and not _leaves_no_trace(statement):
            yield statement.lineno
            continue
        for block in blocks:
            yield from _missed(block, lines)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield what a statement holds, but not what a function or class made there does."""
    if isinstance(statement, Function | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(statement, name, None):
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _leaves_no_trace(statement: ast.stmt) -> bool:
    """Say whether the interpreter runs nothing for the statement itself: a manual, a bare name, a ``try``."""
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    nothing = ast.Global | ast.Nonlocal | ast.Pass | ast.Try | ast.AnnAssign
    return constant or isinstance(statement, nothing)
