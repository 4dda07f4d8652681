"""Where the parts of a chart stand: figures become shapes, in the units of the picture; templates draw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

from webapp.i18n import LazyText

PATTERNS = 6
"""Series are told apart by so many patterns, each with a colour of its own."""
WIDTH, LEFT, TOP, BOTTOM, FOOT = 360.0, 30.0, 8.0, 160.0, 20.0
"""Small, so that the words of a picture as wide as a telephone stay readable."""
LABELS = 4
LINE, BAR_TOP, BAR = 36.0, 16.0, 11.0
LETTER, WIDE_LETTER, GAP = 7.5, 13.0, 8.0
NICE = (1, 2, 4, 6, 8, 10, 12, 16)


@dataclass(frozen=True)
class Part:
    """A series with the pattern that it has on every chart, from 1."""

    name: str | LazyText
    counts: Sequence[int]
    pattern: int


@dataclass(frozen=True)
class Box:
    """One part of a bar; what stands for a pointer to rest on is put together from ``place`` and ``value``."""

    x: float
    y: float
    width: float
    height: float
    part: Part
    place: int
    value: int


@dataclass(frozen=True)
class Stack:
    """Bars of stacked parts, one a week: ``lines`` are the heights with their numbers, ``labels`` the weeks named."""

    weeks: Sequence[date]
    parts: Sequence[Part]
    boxes: Sequence[Box]
    lines: Sequence[tuple[float, int]]
    labels: Sequence[tuple[float, date]]
    width: float = WIDTH
    height: float = BOTTOM + FOOT
    left: float = LEFT


@dataclass(frozen=True)
class Row:
    """One lying bar with its name before it and its words after it, on a line of their own above it."""

    name: str | LazyText
    label: str
    words: str | LazyText
    y: float
    bar: float
    length: float


@dataclass(frozen=True)
class Rows:
    """Lying bars; ``mark`` is where a line through all of them stands."""

    rows: Sequence[Row]
    height: float
    mark: float | None = None
    width: float = WIDTH
    thick: float = BAR


def pattern_of(key: str, keys: Iterable[str]) -> int:
    """Return the pattern of one of ``keys``, the same whichever of them a chart shows; of no key, the last one."""
    known = list(keys)
    return known.index(key) % PATTERNS + 1 if key in known else PATTERNS


def stack(weeks: Sequence[date], parts: Sequence[Part]) -> Stack:
    """Return the bars of some weeks, the first part at the bottom."""
    sums = [sum(part.counts[week] for part in parts) for week in range(len(weeks))]
    top = _nice(max(sums, default=0))
    unit, step = (BOTTOM - TOP) / top, (WIDTH - LEFT) / len(weeks)
    lines = [(round(BOTTOM - value * unit, 1), value) for value in ((0, top // 2, top) if top > 1 else (0, top))]
    every = max(1, len(weeks) // LABELS)
    labels = [(round(LEFT + (n + 0.5) * step, 1), weeks[n]) for n in range(0, len(weeks), every)]
    return Stack(
        weeks,
        parts,
        [box for week in range(len(weeks)) for box in _boxes(week, parts, unit, step)],
        lines,
        [(x, week) for x, week in labels if x < WIDTH - LEFT],
    )


def rows(values: Sequence[tuple[str | LazyText, float, str | LazyText]], *, most: float, mark: float | None) -> Rows:
    """Return lying bars of name, value and words, one below the other; ``most`` is the value of a full line."""
    unit = WIDTH / (most or 1)
    return Rows(
        [
            Row(
                name=name,
                label=_cut(str(name), str(words)),
                words=words,
                y=number * LINE,
                bar=number * LINE + BAR_TOP,
                length=round(max(value * unit, 1), 1),
            )
            for number, (name, value, words) in enumerate(values)
        ],
        height=len(values) * LINE,
        mark=round(mark * unit, 1) if mark is not None else None,
    )


def _cut(name: str, words: str) -> str:
    """Return the name, cut where it would meet the words that end the same line."""
    room = WIDTH - GAP - _width(words)
    if _width(name) <= room:
        return name
    ends = [end for end in range(len(name)) if _width(name[:end]) <= room - LETTER]
    return f"{name[: ends[-1]].rstrip()}…"


def _width(text: str) -> float:
    """Return how wide a text is at most, in the letters of the narrowest screens."""
    return sum(WIDE_LETTER if east_asian_width(letter) in "WF" else LETTER for letter in text)


def _boxes(week: int, parts: Sequence[Part], unit: float, step: float) -> Iterator[Box]:
    y = BOTTOM
    for part in parts:
        if part.counts[week]:
            height = part.counts[week] * unit
            y -= height
            x, width = round(LEFT + (week + 0.15) * step, 1), round(step * 0.7, 1)
            yield Box(x, round(y, 1), width, round(height, 1), part, week, part.counts[week])


def _nice(most: int) -> int:
    """Return the top of an axis: a round number at or above ``most``, and above 1 one that has a half."""
    scale = 1
    while True:
        for value in NICE:
            if most <= value * scale:
                return value * scale
        scale *= 10
