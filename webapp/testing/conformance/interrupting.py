"""Failure injection: an error in every line of a plugin's hooks, one after the other."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from types import FrameType
from typing import Any

from webapp.testing.conformance.subject import Ran, Subject

Place = tuple[str, int]
MOST_PLACES = 300


class Interrupted(Exception):
    """What is injected: an error that no plugin can expect."""


def interrupted(subject: Subject) -> Iterator[str]:
    """Let an error in any line of a hook out, answer nothing then, and answer as before when asked again."""
    with _unnoticed(subject):
        for ran in (ran for ran in subject.ran if ran.case.ordinary and ran.error is None):
            for place in _lines(subject, ran):
                yield from _problems(subject, ran, place)


def _problems(subject: Subject, ran: Ran, place: Place) -> Iterator[str]:
    where = f"{ran.case.name}: {Path(place[0]).name}, line {place[1]}"
    with _tracing(_Tracer(subject.watch.folder, place)) as tracer:
        broken = subject.run(ran.case)
    if tracer.raised and broken.error is None and not any(check.outcome == "fail" for check in broken.own):
        yield f"{where}: an error there is swallowed, and it answers all the same"
    again = subject.run(ran.case)
    if (again.own, again.prepared, again.target) != (ran.own, ran.prepared, ran.target):
        yield f"{where}: it answers otherwise after an error there"


def _lines(subject: Subject, ran: Ran) -> list[Place]:
    """Return the lines of the plugin that are run for a case."""
    with _tracing(_Tracer(subject.watch.folder)) as tracer:
        subject.run(ran.case)
    return list(tracer.seen)[:MOST_PLACES]


class _Tracer:
    """Notes each line of the plugin that is run, and raises in one of them."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        self._folder, self._place = str(folder), place
        self.seen: dict[Place, None] = {}
        self.raised = False

    def called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        """Follow a function if it is the plugin's."""
        return self._followed if frame.f_code.co_filename.startswith(self._folder) else None

    def _followed(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            place = (frame.f_code.co_filename, frame.f_lineno)
            self.seen[place] = None
            if place == self._place and not self.raised:
                self.raised = True
                raise Interrupted("the conformance kit interrupts here")
        return self._followed


@contextmanager
def _tracing(tracer: _Tracer) -> Iterator[_Tracer]:
    before = sys.gettrace()
    sys.settrace(tracer.called)
    try:
        yield tracer
    finally:
        sys.settrace(before)


@contextmanager
def _unnoticed(subject: Subject) -> Iterator[None]:
    """Keep what is injected out of the log and of the plugin's record."""
    log, hooks = logging.getLogger("onbehalf.plugins"), deepcopy(subject.record.hooks)
    log.disabled, before = True, log.disabled
    try:
        yield
    finally:
        log.disabled, subject.record.hooks = before, hooks
