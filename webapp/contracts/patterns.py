"""A plugin's pattern against what somebody typed, for a bounded time: some patterns take ages over a short text."""

from __future__ import annotations

import regex

LONGEST_SECONDS = 0.1


class BadPattern(ValueError):
    """It is no regular expression, or takes too long; its words say which."""


def fits(pattern: str, text: str) -> bool:
    """Say whether the whole text has the shape.

    :raises BadPattern: if that cannot be told.
    """
    try:
        return regex.fullmatch(pattern, text, timeout=LONGEST_SECONDS) is not None
    except regex.error as error:
        raise BadPattern(f"{pattern!r} is no regular expression: {error}") from error
    except TimeoutError as error:
        raise BadPattern(f"{pattern!r} takes over {LONGEST_SECONDS} s; write it without nested repetitions") from error
