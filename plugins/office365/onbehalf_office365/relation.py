"""The admin relationship: active, with a role that covers support, and for how long (R14, R28, R68).

One that was removed, ended or expired is refused by the programme's own rules; nothing is said twice here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from onbehalf_office365.settings import settings_of
from webapp import Check, PortalDoor, Remedy, Situation, TextDomain
from webapp.contracts.situation import Relationship
from webapp.i18n import day_text

_ = TextDomain("onbehalf_office365").text

DELEGATED_ROLES = frozenset({"admin_agent", "helpdesk_agent"})
SUPPORT_ROLES = frozenset({"service_support_administrator", "global_administrator"})
FURTHER_ROLES: Mapping[str, frozenset[str]] = {
    "dynamics365": frozenset(
        {"helpdesk_administrator", "dynamics_365_administrator", "power_platform_administrator"},
    ),
}
"""Roles that cover support for one product only (least-privileged roles by task, domain.md 1.4)."""

_NEVER = datetime.max.replace(tzinfo=UTC)


def relation_checks(situation: Situation) -> Iterable[Check]:
    """Say whether an active relationship gives a role that covers support; the own tenant needs none (R57)."""
    if situation.customer.own:
        return (Check(outcome="pass", reason=_("Your own tenant needs no admin relationship."), rules=("R57",)),)
    active = [r for r in situation.customer.relationships if situation.status_of(r) == "active"]
    covering = [r for r in active if covers_support(situation, r)]
    if covering:
        return _covered(situation, max(covering, key=lambda r: r.ends_at or _NEVER))
    return (_without_a_role(situation),) if active else _not_active(situation)


def covers_support(situation: Situation, relationship: Relationship) -> bool:
    """Say whether one of the relationship's roles may open requests for this product."""
    if relationship.kind == "delegated":
        wanted = DELEGATED_ROLES
    else:
        wanted = SUPPORT_ROLES | FURTHER_ROLES.get(situation.product.key, frozenset())
    return not wanted.isdisjoint(relationship.roles)


def partner_center(situation: Situation) -> PortalDoor | None:
    """Return the door to Partner Center, where this cloud has one."""
    known = "partner_center" in situation.cloud.portals
    return PortalDoor(portal="partner_center", in_customer=False) if known else None


def _covered(situation: Situation, relationship: Relationship) -> Iterable[Check]:
    yield Check(
        outcome="pass",
        reason=_(
            "Your admin relationship with %(customer)s is active, and its roles cover support.",
            customer=situation.customer.name,
        ),
        rules=("R14",),
    )
    if situation.rules == "today" and relationship.kind == "delegated":
        yield _of_the_old_kind(situation)
    soon = situation.now + timedelta(days=settings_of(situation).warn_days)
    if relationship.ends_at is not None and relationship.ends_at <= soon:
        yield _ends_soon(situation, relationship.ends_at)


def _ends_soon(situation: Situation, end: datetime) -> Check:
    return Check(
        outcome="warn",
        reason=_(
            "The admin relationship ends on %(date)s (UTC); then no request can be opened until it is rebuilt.",
            date=day_text(end.astimezone(UTC).date()),
        ),
        remedy=Remedy(
            text=_(
                "Renew it before that day: ask the customer to approve a new one. It lasts two years at most, and can "
                "extend itself by 180 days if the request says so."
            ),
            door=partner_center(situation),
            action="edit_customer",
        ),
        rules=("R68",),
    )


def _of_the_old_kind(situation: Situation) -> Check:
    return Check(
        outcome="warn",
        reason=_("This is a delegated relationship (DAP); today's pages ask for a granular one (GDAP)."),
        remedy=Remedy(
            text=_("Request a granular relationship with the role Service Support Administrator."),
            door=partner_center(situation),
            action="edit_customer",
        ),
        rules=("R14",),
    )


def _without_a_role(situation: Situation) -> Check:
    return Check(
        outcome="fail",
        reason=_(
            "Your admin relationship with %(customer)s is active, but none of its roles covers support.",
            customer=situation.customer.name,
        ),
        remedy=Remedy(
            text=_(
                "Ask the customer for a relationship with the role Service Support Administrator, assign it to your "
                "support staff's security group, and record it on the customer's page."
            ),
            door=partner_center(situation),
            action="edit_customer",
        ),
        rules=("R14",),
    )


def _not_active(situation: Situation) -> Iterable[Check]:
    relationship = situation.relationship
    status = situation.status_of(relationship) if relationship else "never_requested"
    if status == "pending":
        yield Check(
            outcome="fail",
            reason=_("%(customer)s has not approved your admin relationship yet.", customer=situation.customer.name),
            remedy=Remedy(
                text=_(
                    "Ask the customer's administrator to approve it; a request lapses after 90 days. Then record it on "
                    "the customer's page."
                ),
                action="edit_customer",
            ),
            rules=("R14",),
        )
    if status == "never_requested":
        yield Check(
            outcome="fail",
            reason=_("You have no admin rights for %(customer)s.", customer=situation.customer.name),
            remedy=Remedy(
                text=_(
                    "Request an admin relationship in Partner Center. When the customer has approved it, record it on "
                    "the customer's page."
                ),
                door=partner_center(situation),
                action="edit_customer",
            ),
            rules=("R14", "R28"),
        )
