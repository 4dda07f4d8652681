"""May we file this, why, and what to do if not: for one customer and product, or for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from webapp import situations
from webapp.contracts.handover import Check
from webapp.contracts.products import Product
from webapp.contracts.situation import Situation
from webapp.deployment import Deployment
from webapp.errors import NotEntitled, PluginError
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.plugins import asking
from webapp.situations import Parties
from webapp.tables.customers import Customer

Outcome = Literal["allowed", "warned", "refused", "unknown"]


@dataclass(frozen=True)
class Entitlement:
    """The checklist for one product, or the plugin's error that stands in its place."""

    product: Product
    checks: tuple[Check, ...]
    error: PluginError | None = None

    @property
    def outcome(self) -> Outcome:
        """Any failed check refuses; an error means that nobody knows, which does not allow either."""
        if self.error is not None:
            return "unknown"
        outcomes = {check.outcome for check in self.checks}
        return "refused" if "fail" in outcomes else "warned" if "warn" in outcomes else "allowed"

    @property
    def worst(self) -> Check | None:
        """The check a list shows in one line: the first failed, else the first warning."""
        for outcome in ("fail", "warn"):
            for check in self.checks:
                if check.outcome == outcome:
                    return check
        return None

    def require(self) -> None:
        """Pass if support is owed.

        :raises NotEntitled: with every check, if one failed.
        :raises PluginError: if a plugin did not answer.
        """
        if self.error is not None:
            raise self.error
        if self.outcome == "refused":
            raise NotEntitled(
                _("Support is not owed for this request."),
                remedy=_("Each line that failed says what to do. Your text is kept."),
                checks=self.checks,
            )


def check(deployment: Deployment, situation: Situation) -> Entitlement:
    """Return the checklist for ``situation``; a failing plugin stands in it by name."""
    sold = deployment.plugins.product(situation.cloud.key, situation.product.key) is not None
    try:
        return Entitlement(situation.product, asking.checks(deployment.plugins, situation, sold=sold))
    except PluginError as error:
        return Entitlement(situation.product, (), error)


def of_parties(deployment: Deployment, who: Parties) -> tuple[Entitlement, ...]:
    """Return the checklist of every product sold in the customer's cloud, for an ordinary problem of each."""
    return tuple(
        check(deployment, situations.situation(deployment, who, product, category=product.categories[0]))
        for product in deployment.plugins.products_in(who.cloud.key)
    )


def matrix(
    session: Session, deployment: Deployment, viewer: Viewer, customers: Sequence[Customer]
) -> Iterator[tuple[Customer, tuple[Entitlement, ...]]]:
    """Yield what would happen for each customer in an enabled cloud and each product; a page of customers at a time."""
    for customer, who in situations.parties_of(session, deployment, viewer, customers):
        yield customer, of_parties(deployment, who)
