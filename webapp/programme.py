"""Built-in plugin: the rules of the partner programme that no product owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webapp.contracts.doors import PortalDoor
from webapp.contracts.handover import Check, Remedy
from webapp.contracts.situation import RelationshipStatus, Situation
from webapp.hookspecs import hookimpl
from webapp.i18n import LazyText, _, day_text
from webapp.programme_triage import triage_checks


@hookimpl
def entitlement_check(situation: Situation) -> Iterable[Check]:
    """Judge what holds for every product; where nothing can be filed at all, nothing else is worth reading."""
    if situation.cloud.status == "closed":
        return (_closed(situation),)
    if situation.product.key not in situation.cloud.products:
        return (_not_sold(situation),)
    return tuple(_checks(situation))


def _checks(situation: Situation) -> Iterator[Check]:
    yield _sold(situation)
    yield from _relationship(situation)
    yield from _own_tenant(situation)
    yield from _account(situation)
    microsofts = situation.product.vendor == situation.cloud.operator == "Microsoft"
    if microsofts:
        yield _role(situation)
    yield from triage_checks(situation)
    if microsofts:
        if not situation.customer.own:
            yield from _benefit(situation)
        yield _no_phone()


def _closed(situation: Situation) -> Check:
    cloud = situation.cloud
    return Check(
        outcome="fail",
        reason=_(
            "%(cloud)s has been closed since %(day)s. %(why)s",
            cloud=cloud.name,
            day=day_text(cloud.closed_on) if cloud.closed_on else "",
            why=cloud.closed_because or "",
        ),
        remedy=Remedy(text=cloud.moved_to or _("Choose the cloud the customer has moved to.")),
    )


def _not_sold(situation: Situation) -> Check:
    if situation.cloud.operator == "21Vianet" and situation.product.key == "azure":
        text = _(
            "Azure operated by 21Vianet is not in the Cloud Solution Provider programme, so nothing is filed for it "
            "through Partner Center. Choose a product that is sold there."
        )
    else:
        text = _(
            "Choose a product that is sold there, or the customer's account in the cloud where it bought this one."
        )
    return Check(
        outcome="fail",
        reason=_("%(product)s is not sold in %(cloud)s.", product=situation.product.label, cloud=situation.cloud.name),
        remedy=Remedy(text=text),
    )


def _sold(situation: Situation) -> Check:
    return Check(
        outcome="pass",
        reason=_(
            "%(cloud)s is open, and %(product)s is sold there.",
            cloud=situation.cloud.name,
            product=situation.product.label,
        ),
    )


def _relationship(situation: Situation) -> Iterator[Check]:
    """Refuse every product while the admin relationship is gone (R68); nobody needs one with oneself."""
    relationship = situation.relationship
    if relationship is None or situation.customer.own or situation.product.third_party:
        return
    why = _why_gone(situation.status_of(relationship), situation.customer.name)
    if why is not None:
        yield Check(
            outcome="fail",
            reason=why,
            remedy=Remedy(text=_rebuild(situation), action="edit_customer"),
            rules=("R68",),
        )


def _rebuild(situation: Situation) -> LazyText:
    if any(situation.status_of(other) == "pending" for other in situation.customer.relationships):
        return _(
            "The new relationship request waits for the customer: ask its administrator to accept it. Once the "
            "relationship is rebuilt, record it on the customer's page; no request can be opened before."
        )
    return _(
        "Send the customer a new relationship request and ask it to accept. Once the relationship is rebuilt, record "
        "it on the customer's page; no request can be opened before."
    )


def _why_gone(status: RelationshipStatus, customer: str) -> LazyText | None:
    reasons: dict[RelationshipStatus, LazyText] = {
        "removed": _("The admin relationship with %(customer)s was removed.", customer=customer),
        "ended": _("The admin relationship with %(customer)s was ended.", customer=customer),
        "expired": _("The admin relationship with %(customer)s has expired.", customer=customer),
    }
    return reasons.get(status)


def _own_tenant(situation: Situation) -> Iterator[Check]:
    """Warn about the partner's own tenant (R43, R44, R57); Azure's own rule is its plugin's (R46)."""
    if not situation.customer.own:
        return
    if situation.cloud.operator == "21Vianet":
        yield Check(
            outcome="warn",
            reason=_("This is your own tenant, and the documents of 21Vianet say nothing about support for it."),
            remedy=Remedy(text=_("Look into your agreement with 21Vianet, or ask 21Vianet, before you file.")),
            rules=("R43",),
        )
    elif situation.product.vendor == "Microsoft" and situation.product.key != "azure":
        yield Check(
            outcome="warn",
            reason=_(
                "This is your own tenant: support for it is not part of the CSP benefit. %(product)s takes no separate "
                "support fee.",
                product=situation.product.label,
            ),
            remedy=Remedy(
                text=_("Sign in to the admin center directly; there you are in your own context."),
                door=_own_door(situation),
            ),
            rules=("R43", "R44", "R57"),
        )


def _own_door(situation: Situation) -> PortalDoor | None:
    portal = situation.product.portal
    return PortalDoor(portal=portal, in_customer=False) if portal in situation.cloud.portals else None


def _account(situation: Situation) -> Iterator[Check]:
    """Warn a member without an account in this cloud; each sovereign cloud has tenants of its own."""
    if situation.member.account or situation.product.portal is None:
        return
    yield Check(
        outcome="warn",
        reason=_("No account of yours is recorded in %(cloud)s.", cloud=situation.cloud.name),
        remedy=Remedy(
            text=_(
                "The US Government cloud and China have tenants of their own: an account of another cloud does not "
                "work there. Have an account made in %(partner)s's tenant in this cloud, or pass the request to a "
                "colleague who has one.",
                partner=situation.partner.name,
            ),
            action="pass_to_colleague",
        ),
    )


def _role(situation: Situation) -> Check:
    """Ask for one of the four roles (R72); today's pages ask for the admin agent (R14), for customers."""
    roles = situation.member.roles
    if situation.rules == "today" and not situation.customer.own and "admin_agent" not in roles:
        return _lacks_role(_("You are not an admin agent, and today's pages let only admin agents file."), "R14")
    if not roles:
        return _lacks_role(
            _("You hold none of the roles that may file: admin agent, global admin, sales agent, helpdesk agent."),
            "R72",
        )
    return Check(outcome="pass", reason=_("You hold a role that may file."), rules=("R72",))


def _lacks_role(reason: LazyText, rule: str) -> Check:
    text = _("Pass the request to a colleague who holds the role, or have it assigned to you in Partner Center.")
    return Check(outcome="fail", reason=reason, remedy=Remedy(text=text, action="pass_to_colleague"), rules=(rule,))


def _benefit(situation: Situation) -> Iterator[Check]:
    """Say what the CSP benefit includes (R45), and where today's pages send invoices (R60)."""
    if situation.category == "billing":
        yield Check(
            outcome="pass",
            reason=_("Questions about billing and subscription management need no support plan and no fee."),
            rules=("R45",),
        )
        if situation.rules == "today":
            yield _billing_today(situation)
    if situation.subscription is not None and situation.subscription.trial:
        yield Check(
            outcome="pass",
            reason=_("The whole benefit, technical support included, holds in a trial too."),
            rules=("R45",),
        )


def _billing_today(situation: Situation) -> Check:
    has_portal = "partner_center" in situation.cloud.portals
    return Check(
        outcome="warn",
        reason=_("Today invoices and the purchase of subscriptions are asked about in Partner Center itself."),
        remedy=Remedy(
            text=_(
                "For invoices, reconciliation files, pricing, purchase or provisioning, open Help + support in Partner "
                "Center. Go on here for anything else."
            ),
            door=PortalDoor(portal="partner_center", path="/v2/support", in_customer=False) if has_portal else None,
        ),
        rules=("R60",),
    )


def _no_phone() -> Check:
    return Check(
        outcome="pass",
        reason=_("You file in the portal: this programme takes no requests by phone."),
        rules=("R53",),
    )
