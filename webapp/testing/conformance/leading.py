"""Where a plugin leads: doors that are there in each cloud, and nobody led astray by a customer's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from webapp import doors
from webapp.contracts.doors import Door, ExternalDoor, PortalDoor
from webapp.contracts.situation import Customer
from webapp.errors import DoorRefused
from webapp.testing.conformance.subject import Ran, Subject

Problems = Iterator[str]
LEFT_BEHIND = ("undefined", "null", "evil.example", "..")
NAMED_BY: dict[str, Callable[[str], str]] = {
    "domain": doors.canonical_domain,
    "initial_domain": doors.canonical_domain,
    "tenant_id": doors.canonical_tenant_id,
}
"""What an address may name a customer by, and what returns its one form, or refuses it."""


def ways_in(subject: Subject) -> Problems:
    """Name doors that each cloud has, and leave the cloud only where the product may."""
    for (key, _product), product in subject.owned.items():
        cloud = subject.plugins.clouds[key]
        if cloud.status == "open" and product.portal is not None and product.portal not in cloud.portals:
            yield f"{key}/{product.key}: {key} has no portal of the kind {product.portal}"
        for question in product.questions:
            if cloud.status == "open" and question.door and question.door.portal not in cloud.portals:
                yield f"{key}/{product.key}: {question.key} points to {question.door.portal}, which {key} lacks"
    for ran in (ran for ran in subject.ran if not ran.case.hostile):
        for door in _doors(ran):
            yield from _door_problems(ran, door)


def hostile_customers(subject: Subject) -> Problems:
    """Lead nobody astray for a customer without a fit domain or tenant id."""
    ordinary = {_at(ran): ran for ran in subject.ran if ran.case.ordinary}
    for ran in (ran for ran in subject.ran if ran.case.hostile):
        usual = ordinary[_at(ran)]
        with_hole = {_with_hole(url, ran, usual) for url in _urls(usual)}
        for url in _urls(ran):
            if any(word in url for word in LEFT_BEHIND) or url in with_hole or _carries_unfit(url, ran):
                yield f"{ran.case.name}: leads to {url}"


def _urls(ran: Ran) -> Iterator[str]:
    for door in _doors(ran):
        try:
            yield doors.url_of(door, ran.case.draft.cloud, ran.case.draft.situation.customer)
        except DoorRefused:
            continue


def _with_hole(url: str, ran: Ran, usual: Ran) -> str | None:
    """Return the usual address with nothing where the customer was named, if this customer's name is empty."""
    before, now = usual.case.draft.situation.customer, ran.case.draft.situation.customer
    for field in NAMED_BY:
        if not getattr(now, field) and (name := getattr(before, field)) in url:
            return url.replace(name, "")
    return None


def _carries_unfit(url: str, ran: Ran) -> bool:
    """Say whether an address holds a name of the customer as it was typed although it is unfit, or not encoded."""
    return any(name in url for name in _unfit(ran.case.draft.situation.customer))


def _unfit(customer: Customer) -> Iterator[str]:
    for field, canonical in NAMED_BY.items():
        name = getattr(customer, field)
        try:
            fit = canonical(name) == name
        except ValueError:
            fit = False
        if name and not fit:
            yield name


def _at(ran: Ran) -> str:
    return ran.case.name.partition(",")[0]


def _doors(ran: Ran) -> Iterator[Door]:
    if ran.target is not None:
        yield ran.target.door
        yield from (other.door for other in ran.target.others)
    yield from (check.remedy.door for check in ran.own if check.remedy and check.remedy.door)


def _door_problems(ran: Ran, door: Door) -> Problems:
    draft = ran.case.draft
    if isinstance(door, ExternalDoor) and not draft.situation.product.leaves_the_cloud:
        if ran.target and door == ran.target.door:
            yield f"{ran.case.name}: its main door leaves {draft.cloud.key}: {door.url}"
        return
    try:
        url = doors.url_of(door, draft.cloud, draft.situation.customer)
    except DoorRefused as refused:
        yield f"{ran.case.name}: {refused.message}"
        return
    if isinstance(door, PortalDoor) and urlsplit(url).scheme != "https":
        yield f"{ran.case.name}: leads to {url}"
