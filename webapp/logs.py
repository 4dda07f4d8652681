"""The log: a line of JSON an event, each with the reference that stands on the page, and none with what is secret.

An error's own words may repeat what somebody typed, so a line names its type and where it was raised. Only what the
system or the database says about itself is quoted.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy.exc import OperationalError

from webapp import errors
from webapp.config import Settings

ABOUT = ("plugin", "hook", "product", "method", "path", "status", "ms", "member")
"""What a line says beside its message, where whoever logs passed it as ``extra``."""
CONCEALED = "[concealed]"
SHORTEST_SECRET = 4


class JsonLines(logging.Formatter):
    """Puts an event on one line; ``secrets`` are concealed wherever somebody's words hold them."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as JSON, in ASCII: nothing in it can move a terminal's cursor."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._open(record.getMessage()),
        }
        if reference := errors.reference.get():
            line["reference"] = reference
        for name in ABOUT:
            if (value := getattr(record, name, None)) not in {None, ""}:
                line[name] = value if isinstance(value, int | float) else self._open(str(value))
        if record.exc_info and record.exc_info[1]:
            line["exception"] = [self._open(words) for words in _chain(record.exc_info[1])]
        return json.dumps(line)

    def _open(self, words: str) -> str:
        for secret in self._secrets:
            words = words.replace(secret, CONCEALED)
        return words


def configuration(settings: Settings) -> dict[str, Any]:
    """Return how ``serve`` and ``demo`` log, as ``logging.config`` reads it: everything to standard error."""
    return {
        "formatters": {"json": {"()": JsonLines, "secrets": secrets_of(settings)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}},
        "loggers": {"_granian": {"handlers": [], "propagate": True}, "alembic": {"level": "WARNING"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
    }


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return what no line may hold."""
    passwords = (word for address in (settings.database_url, settings.limits_storage) for word in _passwords(address))
    clients = (client.client_secret for client in settings.sign_in.values())
    found = (settings.secret_key, *settings.old_secret_keys, settings.metrics_token, *clients, *passwords)
    return tuple(secret for secret in found if secret and len(secret) >= SHORTEST_SECRET)


def _passwords(address: str) -> list[str]:
    """Return the password of an address, as it is written there and as it is meant."""
    parts = urlsplit(address)
    written = parts.password or ""
    return [written, unquote(written), *(value for name, value in parse_qsl(parts.query) if "pass" in name)]


def _chain(error: BaseException) -> list[str]:
    """Return the error and what led to it, the last first: its type, what it says of itself, where it was raised."""
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < 10:
        frames = traceback.extract_tb(current.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        told.append(f"{_name(current)}{_own_words(current)} at {places or '-'}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return told


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _own_words(error: BaseException) -> str:
    """Return what the database or the system says about itself; anything else may quote a reader."""
    if isinstance(error, OperationalError) and str(error.orig):
        return f": {str(error.orig).splitlines()[0]}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    return ""
