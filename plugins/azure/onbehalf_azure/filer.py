"""Who may file for a customer's Azure: the kind of partner and the member's role (R26, R27, R71)."""

from __future__ import annotations

from collections.abc import Iterator

from onbehalf_azure.texts import _
from webapp import Check, Remedy, Situation
from webapp.contracts.situation import AzureAccess, SupportGroup
from webapp.i18n import LazyText


def filer_checks(situation: Situation) -> Iterator[Check]:
    """Yield what stands for or against this partner and this member."""
    if situation.partner.kind in ("indirect_reseller", "advisor") and situation.rules == "today":
        yield _only_the_seller_files(situation)
    elif situation.partner.kind == "indirect_reseller":
        yield from _reseller(situation)
    elif situation.partner.kind == "advisor":
        yield _advisor()
    elif situation.partner.kind == "indirect_provider" and situation.customer.reseller:
        yield _provider(situation)
    roles = set(situation.member.roles)
    if "helpdesk_agent" in roles and not roles & {"admin_agent", "global_admin"}:
        yield from _helpdesk(situation)


def _reseller(situation: Situation) -> Iterator[Check]:
    """Ask for the provider's access, or pass the draft to the provider (R26, R71)."""
    access = _access(situation)
    if access is not None:
        yield Check(
            outcome="pass",
            reason=_("%(provider)s has given you access to this customer's Azure account.", provider=access.granted_by),
            rules=("R26",),
        )
        return
    yield Check(
        outcome="fail",
        reason=_(
            "You have no access to this customer's Azure account; only %(provider)s can give it.",
            provider=_provider_name(situation),
        ),
        remedy=Remedy(
            text=_("Ask %(provider)s for access, then file yourself.", provider=_provider_name(situation)),
            action="ask_for_access",
        ),
        rules=("R26",),
    )
    yield Check(
        outcome="fail",
        reason=_("Until then, only %(provider)s can file this request.", provider=_provider_name(situation)),
        remedy=_pass_to_provider(situation),
        rules=("R71",),
    )


def _access(situation: Situation) -> AzureAccess | None:
    access = situation.customer.azure_access
    today = situation.now.date()
    if access is None or access.since > today or (access.until is not None and access.until < today):
        return None
    return access


def _only_the_seller_files(situation: Situation) -> Check:
    """Refuse resellers and advisors by today's pages, whatever access they have (R26)."""
    return Check(
        outcome="fail",
        reason=_(
            "By today's pages only the provider of the Azure subscription can file: a direct-bill partner or an "
            "indirect provider, no reseller and no advisor, even with access or a support contract."
        ),
        remedy=_pass_to_provider(situation),
        rules=("R26", "R71"),
    )


def _pass_to_provider(situation: Situation) -> Remedy:
    """Offer to hand the draft over; an advisor has no provider in Onbehalf, so it can only ask."""
    if situation.partner.kind == "advisor" and situation.provider is None:
        return Remedy(text=_("Ask the partner that provides the customer's Azure subscription to file."))
    return Remedy(
        text=_(
            "Pass the draft to %(provider)s. It files with its own contact, and both of you follow the request.",
            provider=_provider_name(situation),
        ),
        action="pass_to_provider",
    )


def _provider_name(situation: Situation) -> str | LazyText:
    return situation.provider.name if situation.provider else _("your indirect provider")


def _advisor() -> Check:
    return Check(
        outcome="warn",
        reason=_("The documents do not say whether an advisor may file for Azure; today's pages refuse it."),
        remedy=Remedy(
            text=_("If the portal refuses you, ask the partner that provides the Azure subscription to file.")
        ),
        rules=("R26",),
    )


def _provider(situation: Situation) -> Check:
    return Check(
        outcome="pass",
        reason=_(
            "As indirect provider you can file for %(reseller)s's customer.", reseller=situation.customer.reseller
        ),
        rules=("R71",),
    )


def _helpdesk(situation: Situation) -> Iterator[Check]:
    """Refuse a helpdesk agent who holds no admin role, unless in a support group of the subscription (R27)."""
    group = _support_group(situation)
    if group is not None:
        yield Check(
            outcome="pass",
            reason=_("As a member of the support group %(group)s you may file on this subscription.", group=group.name),
            rules=("R27",),
        )
        return
    yield Check(
        outcome="fail",
        reason=_("As a helpdesk agent you cannot create Azure requests."),
        remedy=Remedy(text=_("Pass the draft to an admin agent."), action="pass_to_colleague"),
        rules=("R27",),
    )
    yield Check(
        outcome="fail",
        reason=_("No support group that lets you file on this subscription is recorded."),
        remedy=Remedy(
            text=_(
                "Set one up in the Azure portal: a security group of your staff that holds Support Request Contributor "
                "on the customer's subscription. Then record it, with you as a member, on the customer's page."
            ),
            action="edit_customer",
        ),
        rules=("R27",),
    )


def _support_group(situation: Situation) -> SupportGroup | None:
    """Return a group of the member's on the chosen subscription; any of its groups while none is chosen."""
    chosen = situation.subscription
    email = situation.member.email.casefold()
    for group in situation.customer.support_groups:
        covers = chosen is None or group.subscription_id in (None, chosen.id)
        if covers and group.since <= situation.now.date() and email in {member.casefold() for member in group.members}:
            return group
    return None
