"""Patterns of the vendor's numbers, against what somebody may type: one that backtracks keeps a worker busy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from webapp.contracts.handover import TicketShape
from webapp.testing.conformance.subject import Subject

Problems = Iterator[str]
LONGEST = 64
"""What the desk takes as a number."""
MOST_CPU_SECONDS = 0.1
PATIENCE = 30
"""Seconds after which a child without a limit of its own is stopped."""
CHILD = """
import json, os, re, sys, time
pattern, numbers, most = json.load(sys.stdin)
if os.name == "posix":
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
shape = re.compile(pattern)
for number in numbers:
    print(json.dumps(number), flush=True)
    started = time.process_time()
    shape.fullmatch(number)
    if time.process_time() - started > most:
        sys.exit(3)
"""
"""What tries one pattern; the last line is the number that it was busy with."""


def ticket_numbers(subject: Subject) -> Problems:
    """Describe the vendor's numbers by a pattern that no text keeps busy."""
    shapes = {
        ran.target.ticket_shape.pattern: (ran.case.name, ran.target.ticket_shape)
        for ran in reversed(subject.ran)
        if ran.target and ran.target.ticket_shape
    }
    for situation, shape in shapes.values():
        if trouble := _trouble(shape):
            yield f"{situation}: the pattern {shape.pattern!r} of the vendor's numbers {trouble}"


def hostile_numbers(example: str) -> tuple[str, ...]:
    """Return long texts that nearly fit: the example and each part of it many times, and an end that is wrong."""
    pairs = [example[:at] + example[at : at + 2] * 20 for at in range(len(example) - 1)]
    long = [example[:at] + example[at] * 40 + rest for at in range(len(example)) for rest in ("", example[at + 1 :])]
    plain = [character * 60 for character in "1a A-/."]
    ended = [text[: LONGEST - 1] + end for text in (*long, *pairs, example * LONGEST, *plain) for end in ("!", "x")]
    return tuple(dict.fromkeys(("1" * 60 + "x", *ended)))


def _trouble(shape: TicketShape) -> str:
    """Return what is wrong with a pattern, if anything; it is tried in a process that can be stopped."""
    given = json.dumps([shape.pattern, hostile_numbers(shape.example), MOST_CPU_SECONDS])
    command = [sys.executable, "-I", "-S", "-c", CHILD]
    try:
        ran = subprocess.run(  # noqa: S603  # our own command
            command, input=given, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f"kept a process busy for {PATIENCE} s"
    if ran.returncode == 0:
        return ""
    if not ran.stdout:
        return f"cannot be tried: {ran.stderr.strip().rpartition(chr(10))[2]}"
    number = json.loads(ran.stdout.splitlines()[-1])
    return (
        f"takes over {MOST_CPU_SECONDS:g} s of the processor for {number!r}; repeat nothing inside of what is repeated"
    )
