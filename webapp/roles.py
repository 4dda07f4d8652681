"""Who may do what: the one table, and the one place that enforces it.

A view asks for nothing here: the gate looks up the action of every endpoint, so that a page without a row is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from webapp.contracts.situation import ROLES, PartnerKind, Role
from webapp.errors import NotAllowed, Words
from webapp.i18n import LazyText, _, listed
from webapp.labels import PARTNER_KIND, ROLE
from webapp.permissions import Viewer
from webapp.tables.requests import ServiceRequest

Action = Literal[
    "own_desk",
    "see_customers",
    "see_requests",
    "write_drafts",
    "file",
    "file_azure",
    "record_numbers",
    "export",
    "add_customers",
    "manage_customers",
    "manage_contracts",
    "manage_publishers",
    "manage_members",
    "manage_texts",
    "see_access",
    "ask_access",
    "manage_access",
    "see_audit",
    "see_plugins",
]
MANAGERS: tuple[Role, ...] = ("global_admin", "admin_agent")


@dataclass(frozen=True)
class Rule:
    """One row: who may. ``checklist`` are those for whom the checklist decides each time, ``none`` a member without
    role; ``kinds`` are the partners that have the page at all; ``operator`` asks for the deployment's operator.
    """

    what: LazyText
    roles: tuple[Role, ...] = ROLES
    checklist: tuple[Role | Literal["none"], ...] = ()
    none: bool = False
    kinds: tuple[PartnerKind, ...] = ()
    operator: bool = False


TABLE: Mapping[Action, Rule] = {
    "own_desk": Rule(_("Your own desk: Home, help, language and theme, your sessions"), none=True),
    "see_customers": Rule(_("See customers and what support they are owed"), none=True),
    "see_requests": Rule(_("See requests"), none=True),
    "write_drafts": Rule(_("Write drafts, take them and pass them on"), none=True),
    "file": Rule(_("File a request"), checklist=("none",)),
    "file_azure": Rule(
        _("File a request for Azure"),
        roles=("global_admin", "admin_agent", "sales_agent"),
        checklist=("helpdesk_agent", "none"),
    ),
    "record_numbers": Rule(_("Go to the portal; record the vendor's number, answers, notes and owners")),
    "export": Rule(_("Take lists away as CSV")),
    "add_customers": Rule(
        _("Add and import customers"), roles=MANAGERS, kinds=("direct_bill", "indirect_provider", "advisor")
    ),
    "manage_customers": Rule(
        _("Change customers, subscriptions, admin relationships and support groups"), roles=MANAGERS
    ),
    "manage_contracts": Rule(_("See and change support contracts and benefits"), roles=MANAGERS),
    "manage_publishers": Rule(_("See and change publishers and their offers"), roles=MANAGERS),
    "manage_members": Rule(_("See and change the members of your partner"), roles=MANAGERS),
    "manage_texts": Rule(_("See and change the canned texts of your partner"), roles=MANAGERS),
    "see_access": Rule(
        _("See which resellers have Azure access, and the history"), kinds=("indirect_provider", "indirect_reseller")
    ),
    "ask_access": Rule(_("Ask the provider for Azure access"), kinds=("indirect_reseller",)),
    "manage_access": Rule(
        _("Grant, limit, withdraw and decline a reseller's Azure access"),
        roles=MANAGERS,
        kinds=("indirect_provider",),
    ),
    "see_audit": Rule(_("See the audit trail of your partner"), roles=("global_admin",)),
    "see_plugins": Rule(_("See the deployment's plugins"), roles=("global_admin",), operator=True),
}

ENDPOINT_ACTION: Mapping[str, Action] = {
    "home.page": "own_desk",
    "help.page": "own_desk",
    "help.cloud": "own_desk",
    "help.of_plugin": "own_desk",
    "find.page": "see_customers",
    "find.shortcuts": "own_desk",
    "figures.page": "see_requests",
    "sign_in.leave": "own_desk",
    "sessions.index": "own_desk",
    "sessions.end": "own_desk",
    "customers.index": "see_customers",
    "customers.show": "see_customers",
    "customers.new": "see_customers",
    "customers.entitlement": "see_customers",
    "customers.autosave": "write_drafts",
    "customers.file": "file",
    "entitlements.index": "see_customers",
    "entitlements.export": "export",
    "drafts.choose": "see_customers",
    "drafts.pass_on": "write_drafts",
    "drafts.take": "write_drafts",
    "drafts.ask": "see_customers",
    "requests.index": "see_requests",
    "requests.show": "see_requests",
    "request_pack.page": "see_requests",
    "requests.export": "export",
    "requests.go": "record_numbers",
    "requests.ticket": "record_numbers",
    "requests.notes": "record_numbers",
    "requests.state": "record_numbers",
    "requests.owner": "record_numbers",
    "requests.files": "record_numbers",
    "request_list.keep_view": "see_requests",
    "request_list.view": "see_requests",
    "request_list.rename_view": "see_requests",
    "request_list.remove_view": "see_requests",
    "request_list.change": "record_numbers",
    "request_list.undo": "record_numbers",
    "canned.index": "manage_texts",
    "canned.new": "manage_texts",
    "canned.add": "manage_texts",
    "canned.edit": "manage_texts",
    "canned.change": "manage_texts",
    "canned.remove": "manage_texts",
    "customer_records.new": "add_customers",
    "customer_records.add": "add_customers",
    "customer_records.edit": "manage_customers",
    "customer_records.change": "manage_customers",
    "customer_import.page": "add_customers",
    "customer_import.take": "add_customers",
    "customer_parts.new": "manage_customers",
    "customer_parts.add": "manage_customers",
    "customer_parts.edit": "manage_customers",
    "customer_parts.change": "manage_customers",
    "customer_parts.remove": "manage_customers",
    "contracts.index": "manage_contracts",
    "contracts.new": "manage_contracts",
    "contracts.add": "manage_contracts",
    "contracts.edit": "manage_contracts",
    "contracts.change": "manage_contracts",
    "contracts.remove": "manage_contracts",
    "publishers.index": "manage_publishers",
    "publishers.new": "manage_publishers",
    "publishers.add": "manage_publishers",
    "publishers.edit": "manage_publishers",
    "publishers.change": "manage_publishers",
    "publishers.add_offer": "manage_publishers",
    "publishers.remove_offer": "manage_publishers",
    "members.index": "manage_members",
    "members.edit": "manage_members",
    "members.change": "manage_members",
    "manage.page": "own_desk",
    "plugins.index": "see_plugins",
    "access.index": "see_access",
    "access.show": "see_access",
    "access.ask": "ask_access",
    "access.grant": "manage_access",
    "access.withdraw": "manage_access",
    "access.decline": "manage_access",
    "audit.index": "see_audit",
    "audit.export": "see_audit",
    "editing.page": "file",
    "editing.save": "file",
}
"""The action behind every endpoint that is not open to strangers; one without a row is refused to everybody."""


def may(viewer: Viewer, action: Action) -> bool:
    """Say whether the viewer may begin this; where the checklist decides, it still can refuse."""
    rule = TABLE[action]
    if rule.kinds and viewer.partner.kind not in rule.kinds:
        return False
    if rule.operator and not viewer.operator:
        return False
    held = set(viewer.member.roles)
    if not held:
        return rule.none or "none" in rule.checklist
    return bool(held & {*rule.roles, *rule.checklist})


def may_carry_on(viewer: Viewer, request: ServiceRequest) -> bool:
    """Say whether the viewer may go on with this request; who holds no role, only with what they filed themselves.

    Such a member files what no role is asked for: for 21Vianet, and with a publisher.
    """
    mine = not viewer.member.roles and request.created_by_id == viewer.member_id
    return mine or may(viewer, "record_numbers")


def require(viewer: Viewer, action: Action) -> None:
    """Refuse what the table does not allow the viewer.

    :raises NotAllowed: with whom to ask.
    """
    if not may(viewer, action):
        raise _refusal(viewer, TABLE[action])


def whom_to_ask(viewer: Viewer, action: Action) -> Words | None:
    """Return who may do what the viewer may not; ``None`` if the viewer may."""
    return None if may(viewer, action) else _refusal(viewer, TABLE[action]).remedy


def require_endpoint(viewer: Viewer, endpoint: str, request: ServiceRequest | None = None) -> None:
    """Refuse a page that the table does not allow the viewer, or that has no row; ``request`` is what it is about.

    :raises NotAllowed: with whom to ask.
    """
    action = ENDPOINT_ACTION.get(endpoint)
    if action is None:
        raise NotAllowed(
            _("Nobody has been allowed this page yet."),
            remedy=_("Ask whoever runs this desk: the page has no row in its role table."),
        )
    if action == "record_numbers" and request is not None and may_carry_on(viewer, request):
        return
    require(viewer, action)


def _refusal(viewer: Viewer, rule: Rule) -> NotAllowed:
    if rule.kinds and viewer.partner.kind not in rule.kinds:
        kinds = listed((PARTNER_KIND[kind] for kind in rule.kinds), either=True)
        return NotAllowed(
            _("This is not for your kind of partner: %(what)s.", what=rule.what),
            remedy=_("It is for: %(kinds)s. Ask the partner you work with.", kinds=kinds),
        )
    if rule.operator:
        return NotAllowed(
            _("This page belongs to whoever runs this desk."), remedy=_("Ask one of the operator's global admins.")
        )
    named = listed((ROLE[role] for role in rule.roles), either=True)
    return NotAllowed(
        _("Your role does not allow this: %(what)s.", what=rule.what),
        remedy=_("Ask a colleague with one of these roles: %(roles)s.", roles=named),
    )
