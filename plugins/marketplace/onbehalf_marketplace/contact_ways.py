"""How a publisher is reached: what was recorded, made into doors; whatever is malformed counts as unknown (R39)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple
from urllib.parse import quote

from pydantic import ValidationError

from webapp import ExternalDoor
from webapp.contracts.situation import Publisher

Kind = Literal["page", "email", "phone"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[^\W_][\w-]*(\.[\w-]+)+")
_EXTENSION = re.compile(r"(ext\.?|x|#|;|,)\s{0,3}[0-9]{1,8}$", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9]+(-[0-9]+)*")
SUBJECT_LENGTH = 150
PHONE_LENGTH = 60


class Way(NamedTuple):
    """One way to the publisher: its kind, what to show, and the door."""

    kind: Kind
    shown: str
    door: ExternalDoor


def ways(publisher: Publisher, subject: str = "") -> tuple[Way, ...]:
    """Return the usable ways, the best first: page, e-mail, telephone; ``subject`` goes into the e-mail."""
    found = []
    for kind, recorded in _recorded(publisher):
        door = _DOORS[kind](recorded)
        if door is not None:
            found.append(Way(kind, recorded, _with_subject(door, subject) if kind == "email" else door))
    return tuple(found)


def unusable(publisher: Publisher) -> tuple[Kind, ...]:
    """Return the kinds that are recorded, but so that they lead nowhere."""
    return tuple(kind for kind, recorded in _recorded(publisher) if _DOORS[kind](recorded) is None)


def _recorded(publisher: Publisher) -> Iterator[tuple[Kind, str]]:
    fields: tuple[tuple[Kind, str | None], ...] = (
        ("page", publisher.support_url),
        ("email", publisher.support_email),
        ("phone", publisher.support_phone),
    )
    for kind, text in fields:
        if text and text.strip():
            yield kind, text.strip()


def _page(text: str) -> ExternalDoor | None:
    return _door(text) if text.lower().startswith("https:") and "\\" not in text else None


def _email(text: str) -> ExternalDoor | None:
    return _door("mailto:" + quote(text, safe="@+")) if _EMAIL.fullmatch(text) else None


def _phone(text: str) -> ExternalDoor | None:
    if _CONTROL.search(text) or len(text) > PHONE_LENGTH:
        return None
    number = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    if number.startswith("+"):
        number = number.replace("(0)", " ")  # the trunk zero is not dialled from abroad
    number = re.sub(r"[\s().\-\u2010-\u2015/]+", "-", number).strip("-").replace("+-", "+")
    return _door(f"tel:{number}") if _PHONE.fullmatch(number) else None


def _door(url: str) -> ExternalDoor | None:
    try:
        return ExternalDoor(url=url)
    except ValidationError:
        return None


def _with_subject(door: ExternalDoor, subject: str) -> ExternalDoor:
    one_line = " ".join(_CONTROL.sub(" ", subject).split())[:SUBJECT_LENGTH]
    return ExternalDoor(url=f"{door.url}?subject={quote(one_line, safe='')}") if one_line else door


_DOORS: dict[Kind, Callable[[str], ExternalDoor | None]] = {"page": _page, "email": _email, "phone": _phone}
