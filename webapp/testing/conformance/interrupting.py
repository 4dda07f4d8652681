"""Failure injection: an error in every line of a plugin's hooks, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from webapp.testing.conformance.reaching import Place, Tracer, reached, tracing, unreached
from webapp.testing.conformance.subject import Ran, Subject

MOST_PLACES = 1000


def interrupted(subject: Subject) -> Iterator[str]:
    """Let an error in any line of a hook out, answer nothing then, and answer as before when asked again."""
    with _unnoticed(subject):
        found = reached(subject)
        subject.unreached[:] = unreached(subject, found)
        places = [(place, ran) for place, ran in found.lines.items() if ran is not None]
        for place, ran in places[:MOST_PLACES]:
            yield from _problems(subject, ran, place)


def _problems(subject: Subject, ran: Ran, place: Place) -> Iterator[str]:
    where = f"{ran.case.name}: {Path(place[0]).name}, line {place[1]}"
    with tracing(Tracer(subject.watch.folder, place)) as tracer:
        broken = subject.run(ran.case)
    if tracer.raised and broken.error is None and not any(check.outcome == "fail" for check in broken.own):
        yield f"{where}: an error there is swallowed, and it answers all the same"
    again = subject.run(ran.case)
    if (again.own, again.prepared, again.target) != (ran.own, ran.prepared, ran.target):
        yield f"{where}: it answers otherwise after an error there"


@contextmanager
def _unnoticed(subject: Subject) -> Iterator[None]:
    """Keep what is injected out of the log and of the plugin's record."""
    log, hooks = logging.getLogger("onbehalf.plugins"), deepcopy(subject.record.hooks)
    log.disabled, before = True, log.disabled
    try:
        yield
    finally:
        log.disabled, subject.record.hooks = before, hooks
