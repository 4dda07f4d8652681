"""A plugin's door into a URL, or a refusal: the one place where a link to a portal is made.

The host comes from the cloud alone, the tenant from the customer alone; both are checked again before anyone is sent.
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import idna

from webapp.contracts.clouds import Cloud, Portal
from webapp.contracts.doors import Door, ExternalDoor, PortalDoor
from webapp.errors import DoorRefused
from webapp.i18n import LazyText, _

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class Whom(Protocol):
    """What a door needs of a customer."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def initial_domain(self) -> str: ...


def canonical_tenant_id(text: str) -> str:
    """Return a tenant id in its lower-case form with hyphens.

    :raises ValueError: if it is not a GUID, or the empty one.
    """
    if not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        raise ValueError("a tenant id is a GUID with hyphens")
    tenant = UUID(text)
    if tenant.int == 0:
        raise ValueError("a tenant id is not all zeros")
    return str(tenant)


def canonical_domain(text: str) -> str:
    """Return a domain name in its ASCII form, lower case; an internationalised one is encoded (IDNA 2008).

    :raises ValueError: if it is empty, has no dot, a bad label, or is a word that a script left behind.
    """
    if not text or text != text.strip() or len(text) > 253:
        raise ValueError("a domain name has 1 to 253 characters and no spaces around it")
    try:
        ascii_form = idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"not a domain name: {error}") from error
    labels = ascii_form.split(".")
    if len(labels) < 2 or len(ascii_form) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("a domain name has at least two labels of letters, digits and hyphens")
    if labels[-1].isdigit() or labels[-1] in {"null", "none", "nan"} or "undefined" in labels:
        raise ValueError("a domain name does not end in digits, and is not a word that a program left behind")
    return ascii_form


def opens_in_customer(door: Door, cloud: Cloud) -> bool:
    """Say whether the door leads into the customer's context; false = the partner's own, or outside."""
    return isinstance(door, PortalDoor) and door.in_customer and bool(portal_of(door, cloud).enter)


def is_confirmed(door: Door, cloud: Cloud) -> bool:
    """Say whether a source confirms the address, and the way it is entered."""
    if isinstance(door, ExternalDoor):
        return True
    portal = portal_of(door, cloud)
    return portal.confirmed and (portal.enter_confirmed or not opens_in_customer(door, cloud))


def url_of(door: Door, cloud: Cloud, whom: Whom) -> str:
    """Return the URL behind ``door`` for this customer.

    :raises DoorRefused: if the cloud has no such portal, or the customer's tenant id or domain is empty or malformed.
    """
    if isinstance(door, ExternalDoor):
        return door.url
    portal = portal_of(door, cloud)
    base, _mark, own_fragment = portal.url.partition("#")
    entered, _mark, query = (_entered(portal, whom) if door.in_customer else "").partition("?")
    path = (entered.rstrip("/") if door.path else entered) + quote(door.path, safe="/-._~")
    query = "&".join(part for part in (query, urlencode(dict(door.query))) if part)
    fragment = quote(door.fragment, safe="/-._~!$&'()*+,;=:@?") or own_fragment
    if fragment and not query and not path.endswith("/") and (path or not urlsplit(base).path):
        path += "/"
    url = base + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    require_host(url, cloud)
    return url


def require_host(url: str, cloud: Cloud) -> None:
    """Check that ``url`` leads to a portal of ``cloud``.

    :raises DoorRefused: if its host is none of the cloud's.
    """
    hosts = {urlsplit(portal.url).hostname for portal in cloud.portals.values()}
    scheme, host = _scheme_and_host(url)
    if scheme != "https" or host not in hosts:
        raise DoorRefused(
            _("%(host)s is not a portal of %(cloud)s.", host=host or url[:80], cloud=cloud.name),
            remedy=_("Do not sign in there. Prepare the request again; the address is looked up anew."),
        )


def _scheme_and_host(url: str) -> tuple[str, str]:
    """Return scheme and host; with a user, a port, or what browsers read otherwise, no host is certain."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    certain = re.fullmatch(r"[A-Za-z0-9.-]+", parts.netloc) and not re.search(r"[\x00-\x20\x7f\\]", url)
    return parts.scheme, (parts.hostname or "") if certain else ""


def portal_of(door: PortalDoor, cloud: Cloud) -> Portal:
    """Return the portal behind ``door``.

    :raises DoorRefused: if the cloud has none of this kind.
    """
    portal = cloud.portals.get(door.portal)
    if portal is None:
        raise DoorRefused(
            _("%(cloud)s has no portal of the kind %(kind)s.", cloud=cloud.name, kind=door.portal),
            remedy=_("Add its address under cloud_overrides, or file through Partner Center by hand."),
        )
    return portal


def _entered(portal: Portal, whom: Whom) -> str:
    values = {
        "tenant_id": (whom.tenant_id, canonical_tenant_id, _("tenant id")),
        "domain": (whom.domain, canonical_domain, _("domain")),
        "initial_domain": (whom.initial_domain, canonical_domain, _("initial domain")),
    }
    entered = portal.enter
    for name, (value, canonical, label) in values.items():
        if "{" + name + "}" not in entered:
            continue
        try:
            entered = entered.replace("{" + name + "}", quote(canonical(value), safe=""))
        except ValueError as error:
            raise _no_way_in(portal, label, value) from error
    return entered


def _no_way_in(portal: Portal, label: LazyText, value: str) -> DoorRefused:
    if not value:
        message = _("The customer has no %(label)s, so %(portal)s cannot be entered.", label=label, portal=portal.label)
    else:
        message = _("The customer's %(label)s is malformed: %(value)s.", label=label, value=value[:80])
    return DoorRefused(message, remedy=_("Correct it on the customer's page; Partner Center shows it under Account."))
