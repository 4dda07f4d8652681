"""The words a reader looks for on the screen: the portal's own, in its language, with the reader's beside them.

A request recorded its answers and steps in every language, so that the words can be shown in the portal's language
whatever the reader's is, and with the plugin gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.contracts.clouds import Cloud
from webapp.i18n import HTML_LANG, LANGUAGES, in_my_language
from webapp.tables.requests import ServiceRequest


@dataclass(frozen=True)
class Shown:
    """One text as the portal shows it. ``mine`` is the reader's, and ``lang`` names the portal's language for HTML;
    both are empty where the two read alike.
    """

    text: str
    mine: str = ""
    lang: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class PortalWords:
    """How a page puts what a request recorded: call it with recorded words.

    ``language`` is a key of ``LANGUAGES``; ``confirmed`` is false where no source says that the portal shows it;
    ``chosen`` is the key if the reader chose it for this page, else ``None``; ``outside`` = there is no portal of the
    cloud but a publisher, who reads what is sent.
    """

    language: str
    confirmed: bool = True
    chosen: str | None = None
    outside: bool = False

    def __call__(self, recorded: Mapping[str, str] | None) -> Shown:
        """Return the portal's words first; words that were not recorded in its language are the English ones."""
        if not recorded:
            return Shown("")
        mine, key = in_my_language(recorded), self.language
        words = recorded.get(key) or recorded.get("en", "")
        if words == mine:
            return Shown(words)
        return Shown(words, mine, HTML_LANG.get(key, key) if recorded.get(key) else "en")

    def step(self, recorded: Mapping[str, str] | None) -> Shown:
        """Return a step, which quotes the portal's words; to a publisher the reader's own are enough."""
        return Shown(in_my_language(recorded)) if self.outside else self(recorded)


def shown_in(cloud: Cloud, language: str) -> str:
    """Return the language that the cloud's portals show to somebody who files in ``language``, as far as is known.

    A portal follows the account and the browser of whoever signs in; that they read what they file in is our guess. A
    portal that does not speak it shows its own first language.
    """
    spoken = cloud.portal_languages or tuple(LANGUAGES)
    return language if language in spoken else spoken[0]


def of_request(request: ServiceRequest, clouds: Mapping[str, Cloud], chosen: str = "") -> PortalWords:
    """Return the words of the portal behind the request's main door; ``chosen`` is what the reader asked for.

    What was recorded with the door counts, then the cloud as it is known now, then the language it was filed in.
    """
    door: Mapping[str, Any] = request.doors[0] if request.doors else {}
    outside = bool(door.get("outside"))
    cloud = None if outside else clouds.get(request.cloud)
    derived = door.get("language") or (shown_in(cloud, request.language) if cloud else request.language)
    language = derived if derived in LANGUAGES else "en"
    if chosen in LANGUAGES and chosen != language:
        return PortalWords(chosen, chosen=chosen, outside=outside)
    return PortalWords(language, cloud is None or cloud.portal_languages_confirmed, outside=outside)
