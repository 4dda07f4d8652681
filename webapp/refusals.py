"""Refusals that somebody can lift: drafts that may not be filed as things stand, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from webapp import drafts, intake, situations
from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Check
from webapp.contracts.products import Product
from webapp.deployment import Deployment
from webapp.permissions import Viewer

JUDGED = 24
"""So many of the latest drafts are judged; rules are quick, and older drafts are rarely waited for."""
SHOWN = 8
TO_ANOTHER = ("pass_to_provider", "pass_to_colleague")


@dataclass(frozen=True)
class Liftable:
    """A draft that is refused as it stands; ``checks`` are those that failed, and those that name who may file it."""

    waiting: drafts.Waiting
    cloud: Cloud
    product: Product
    checks: tuple[Check, ...]


def among(
    session: Session, deployment: Deployment, viewer: Viewer, mine: Sequence[drafts.Waiting]
) -> tuple[Liftable, ...]:
    """Return those of the viewer's drafts that are refused where a page of ours, or a person, can change it."""
    return tuple(_liftable(session, deployment, viewer, mine[:JUDGED]))[:SHOWN]


def _liftable(
    session: Session, deployment: Deployment, viewer: Viewer, mine: Sequence[drafts.Waiting]
) -> Iterator[Liftable]:
    customers = {waiting.customer.id: waiting.customer for waiting in mine}
    found = situations.parties_of(session, deployment, viewer, list(customers.values())) if customers else ()
    known = {customer.id: who for customer, who in found}
    for waiting in mine:
        who = known.get(waiting.customer.id)
        product = deployment.plugins.product(waiting.customer.cloud, waiting.draft.product)
        if who is None or product is None:
            continue
        checks = intake.judged(deployment, who, product, waiting.draft.fields).checks
        failed = [check for check in checks if check.outcome == "fail"]
        if any(check.remedy and check.remedy.action for check in failed):
            yield Liftable(waiting, who.cloud, product, (*failed, *_others_may(checks)))


def _others_may(checks: Sequence[Check]) -> Iterator[Check]:
    for check in checks:
        if check.outcome == "warn" and check.remedy and check.remedy.action in TO_ANOTHER:
            yield check
