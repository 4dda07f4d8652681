"""Doors: where a plugin may lead a reader, without naming a host of the cloud."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from webapp.contracts.clouds import Key
from webapp.contracts.values import ReadOnly, Value


class PortalDoor(Value):
    """A door into a portal of the customer's cloud; core looks up the host, so a plugin names none.

    ``portal`` is its kind, a key of ``cloud.portals``. ``path``, ``query`` and ``fragment`` go behind its address.
    ``in_customer``: enter for the customer, where the cloud knows how; false = the portal as it is, in the partner's
    own context.
    """

    portal: Key
    path: str = ""
    query: ReadOnly[str, str] = Field(default_factory=dict)
    fragment: str = ""
    in_customer: bool = True

    @model_validator(mode="after")
    def _stays_on_the_host(self) -> Self:
        """Require that a ``path`` starts with one slash and holds no ``..``, backslash, space, ``?`` or ``#``."""
        if self.path and not self.path.startswith("/"):
            raise ValueError("a door's path starts with a slash")
        if self.path.startswith("//") or "\\" in self.path or ".." in self.path or re.search(r"[?#\s]", self.path):
            raise ValueError(f"a door's path holds no '..', '//', backslash, space, query or fragment: {self.path!r}")
        return self


def _outside(url: str) -> str:
    """``https:`` with a host and no user, ``mailto:`` one address, or ``tel:`` a number, without spaces."""
    parts = urlsplit(url)
    fine = {
        "https": bool(parts.hostname) and "@" not in parts.netloc,
        "mailto": bool(re.fullmatch(r"[^\s<>,@]+@[^\s<>,@]+", parts.path)),
        "tel": bool(re.fullmatch(r"\+?[0-9().\-]{3,30}", parts.path) and re.search(r"[0-9]", parts.path)),
    }
    if re.search(r"[\x00-\x20\x7f\\]", url) or not fine.get(parts.scheme, False):
        raise ValueError(f"an outside door is https:, mailto: or tel:, and well formed: {url[:200]!r}")
    return url


class ExternalDoor(Value):
    """A door that leaves the cloud: a publisher's page, mail or telephone, or a document to read. Shown as leaving."""

    url: Annotated[str, AfterValidator(_outside)]


Door = PortalDoor | ExternalDoor
