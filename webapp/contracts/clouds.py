"""A cloud, as data: its portals, addresses, promises and what is sold there."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from webapp.contracts.responses import ResponseTable
from webapp.contracts.values import ReadOnly, Text, Value
from webapp.i18n import LANGUAGES

PLACEHOLDERS = frozenset({"domain", "initial_domain", "tenant_id"})
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

_ODD = re.compile(r"[\x00-\x20\x7f\\]")
"""What a browser drops or reads as a slash, so that a host may not be what it seems."""


def _https_without_query(url: str) -> str:
    """``https://host[/path][#fragment]``, without user, port, query or space."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not re.fullmatch(r"[A-Za-z0-9.-]+", parts.netloc) or parts.query or _ODD.search(url):
        raise ValueError(f"an address is https://host[/path][#fragment], nothing more: {url!r}")
    return url if parts.fragment else url.rstrip("/")


def _https(url: str) -> str:
    """``https://host[/path][?query][#fragment]``, without user, port or space."""
    _https_without_query(url.partition("?")[0])
    if _ODD.search(url):
        raise ValueError(f"a page to read is https://host[/path][?query][#fragment]: {url!r}")
    return url


HttpsUrl = Annotated[str, AfterValidator(_https_without_query)]


class Address(Value):
    """An address of a cloud; ``confirmed`` is false where no authoritative source settles it."""

    url: HttpsUrl
    confirmed: bool = True


class Portal(Address):
    """A portal of a cloud, and how it is entered for a customer.

    ``enter`` is put behind the address: ``/{domain}``, ``/?delegatedOrg={initial_domain}`` or
    ``/account/login/{tenant_id}``. Empty = no way is known, and the portal opens in the partner's own context
    (R56, R57); then the handover page says whom to choose there. ``enter_confirmed`` is false where the form is by
    analogy only.
    """

    label: Text
    enter: str = ""
    enter_confirmed: bool = True

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        """Require that ``enter`` starts with a slash and holds no other placeholder, fragment, space or backslash."""
        unknown = set(re.findall(r"{([^}]*)}", self.enter)) - PLACEHOLDERS
        if unknown:
            raise ValueError(f"a portal is entered by {sorted(PLACEHOLDERS)}, not by {sorted(unknown)}")
        if self.enter and (not self.enter.startswith("/") or "#" in self.enter or _ODD.search(self.enter)):
            raise ValueError("what enters a portal starts with a slash, and holds no fragment, space or backslash")
        return self


class Telephone(Value):
    """A number to read out, never a way to file in the partner programme (R53); ``source`` says who states it."""

    number: str
    note: Text
    source: str


class Link(Value):
    """A page to read next; ``confirmed`` is false where its present address is not known for sure."""

    label: Text
    url: Annotated[str, AfterValidator(_https)]
    confirmed: bool = True


class Cloud(Value):
    """One cloud. ``products`` are the keys sold there; ``partner_center_steps`` its menu path up to the request.

    ``portals`` are by kind; our plugins know ``partner_center azure azure_status microsoft365_admin power_platform
    intune entra service_health``. ``authority`` is where one signs in; ``graph``, ``resource_manager`` and
    ``partner_center_api`` are its interfaces. ``responses`` is what its operator promises for every product that has no
    promise of its own; ``domain_suffix`` what its customers' initial domains end in. ``closed``: it takes no requests.
    ``language`` is what one files in unless one chooses another. ``portal_languages`` are those that its portals show,
    the first where they do not speak the filer's; empty = each of the desk's languages, as the documents come in each.
    """

    key: Key
    name: Text
    operator: str
    status: Literal["open", "closed"] = "open"
    closed_on: date | None = None
    closed_because: Text | None = None
    moved_to: Text | None = None
    portals: ReadOnly[str, Portal]
    authority: Address
    graph: Address | None = None
    resource_manager: Address | None = None
    partner_center_api: Address | None = None
    responses: ResponseTable
    telephone: Telephone | None = None
    products: tuple[str, ...] = ()
    partner_center_steps: tuple[Text, ...] = ()
    links: tuple[Link, ...] = ()
    language: str = "en"
    portal_languages: tuple[str, ...] = ()
    portal_languages_confirmed: bool = True
    domain_suffix: str = ".onmicrosoft.com"

    @model_validator(mode="after")
    def _closed_says_why(self) -> Self:
        """Require ``closed_on``, ``closed_because`` and ``moved_to`` of a closed cloud."""
        if self.status == "closed" and not (self.closed_on and self.closed_because and self.moved_to):
            raise ValueError("a closed cloud says when, why, and where its customers went")
        return self

    @model_validator(mode="after")
    def _portals_speak_what_the_desk_can(self) -> Self:
        """Require languages of the desk: ``en``, ``zh_Hans_CN``, ``zh_Hant_TW``, ``ru``, ``sv``, ``de``."""
        if unknown := set(self.portal_languages) - set(LANGUAGES):
            raise ValueError(f"portal_languages are among {list(LANGUAGES)}, not {sorted(unknown)}")
        return self
