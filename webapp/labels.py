"""The words for keys that rows and forms hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp.i18n import LazyText, _, listed

CATEGORY: Mapping[str, LazyText] = {
    "break_fix": _("Something is broken (break-fix)"),
    "advisory": _("A question or advice"),
    "billing": _("Billing or subscription"),
    "fraud": _("A fraud concern"),
}
SEVERITY: Mapping[str, LazyText] = {
    "A": _("A, critical: significant loss or degradation of services; production is down"),
    "B": _("B, moderate: moderate loss or degradation; production is partly affected"),
    "C": _("C, minimal: minor loss; services are still usable, or not in production"),
}
STATE: Mapping[str, LazyText] = {
    "ready": _("Ready"),
    "handed_over": _("Handed over"),
    "filed": _("Filed"),
    "answered": _("Answered"),
    "closed": _("Closed"),
    "solved": _("Solved without filing"),
}
OUTCOME: Mapping[str, LazyText] = {
    "allowed": _("Support is owed"),
    "warned": _("Support is owed, with a warning"),
    "refused": _("Support is not owed"),
    "unknown": _("Could not be checked"),
}
ROLE: Mapping[str, LazyText] = {
    "global_admin": _("Global admin"),
    "admin_agent": _("Admin agent"),
    "helpdesk_agent": _("Helpdesk agent"),
    "sales_agent": _("Sales agent"),
}
GRANTED_ROLE: Mapping[str, LazyText] = {
    **ROLE,
    "service_support_administrator": _("Service Support Administrator"),
    "helpdesk_administrator": _("Helpdesk Administrator"),
    "global_administrator": _("Global Administrator"),
    "global_reader": _("Global Reader"),
    "directory_readers": _("Directory Readers"),
    "dynamics_365_administrator": _("Dynamics 365 Administrator"),
    "power_platform_administrator": _("Power Platform Administrator"),
    "intune_administrator": _("Intune Administrator"),
    "license_administrator": _("License Administrator"),
    "user_administrator": _("User Administrator"),
    "billing_administrator": _("Billing Administrator"),
}
"""Roles that an admin relationship grants; one that is not listed is shown by its key."""
PARTNER_KIND: Mapping[str, LazyText] = {
    "direct_bill": _("Direct-bill partner"),
    "indirect_provider": _("Indirect provider"),
    "indirect_reseller": _("Indirect reseller"),
    "advisor": _("Advisor"),
}
RELATIONSHIP: Mapping[str, LazyText] = {
    "active": _("Active"),
    "pending": _("Waits for the customer's approval"),
    "never_requested": _("Never requested"),
    "removed": _("Removed by the customer"),
    "ended": _("Ended"),
    "expired": _("Expired"),
}
RELATIONSHIP_KIND: Mapping[str, LazyText] = {
    "delegated": _("Delegated admin privileges"),
    "granular": _("Granular delegated admin privileges"),
}
SUBSCRIPTION: Mapping[str, LazyText] = {
    "active": _("Active"),
    "pending": _("Pending"),
    "suspended": _("Suspended"),
    "expired": _("Expired"),
    "disabled": _("Disabled"),
    "deleted": _("Deleted"),
}
CLOCK: Mapping[str, LazyText] = {
    "waiting": _("First answer due"),
    "soon": _("First answer due within the hour"),
    "late": _("First answer overdue"),
    "met": _("Answered in time"),
    "missed": _("Answered late"),
    "unanswered": _("Closed without a first answer"),
}
TIMELINE: Mapping[str, LazyText] = {
    "prepared": _("Prepared"),
    "opened": _("Went to the portal"),
    "filed": _("Recorded the vendor's number"),
    "answered": _("Recorded the first answer"),
    "closed": _("Closed the request"),
    "reopened": _("Reopened the request"),
    "solved": _("Solved it without filing"),
    "note": _("Wrote a note"),
    "owner": _("Changed the owner"),
    "passed": _("Passed it to the provider"),
    "edited": _("Changed the text"),
    "undone": _("Took back what was done to several requests at once"),
}
ACCESS: Mapping[str, LazyText] = {
    "granted": _("Given"),
    "limited": _("Given until a day"),
    "ended": _("Ended"),
    "none": _("Not given"),
}
ACCESS_EVENT: Mapping[str, LazyText] = {
    "asked": _("Asked for access"),
    "granted": _("Gave access"),
    "limited": _("Gave access until a day"),
    "withdrawn": _("Withdrew access"),
    "declined": _("Declined"),
}
STEP: Mapping[str, LazyText] = {
    "answered": _("The vendor has answered"),
    "closed": _("Close the request"),
    "solved": _("Solved without filing"),
    "filed": _("Reopen the request"),
    "ready": _("Reopen the request"),
}
ACTION: Mapping[str, LazyText] = {
    "session.begun": _("Signed in"),
    "session.ended": _("Signed out"),
    "session.refused": _("Was not let in"),
    "customer.viewed": _("Looked at a customer"),
    "request.prepared": _("Prepared a request"),
    "request.opened": _("Went to the portal for a request"),
    "request.filed": _("Recorded the vendor's number"),
    "request.answered": _("Recorded the first answer"),
    "request.closed": _("Closed a request"),
    "request.reopened": _("Reopened a request"),
    "request.solved": _("Solved a request without filing"),
    "request.note": _("Wrote a note"),
    "request.owner": _("Changed the owner of a request"),
    "request.passed": _("Passed a request to the provider"),
    "request.exported": _("Took a request away"),
    "request.edited": _("Changed the text of a request"),
    "request.refused": _("Was refused: support is not owed"),
    "draft.passed": _("Passed a draft on"),
    "draft.taken": _("Took a draft that was passed on"),
    "list.exported": _("Took a list away"),
    "access.asked": _("Asked for Azure access"),
    "access.granted": _("Gave a reseller Azure access"),
    "access.limited": _("Gave a reseller Azure access until a day"),
    "access.withdrawn": _("Withdrew a reseller's Azure access"),
    "access.declined": _("Declined a reseller's Azure access"),
    "contract.added": _("Recorded a support contract"),
    "contract.changed": _("Changed a support contract"),
    "contract.removed": _("Removed a support contract"),
    "publisher.added": _("Recorded a publisher"),
    "publisher.changed": _("Changed a publisher"),
    "publisher.offers": _("Changed a publisher's offers"),
    "customer.added": _("Added a customer"),
    "customer.changed": _("Changed a customer"),
    "customer.part": _("Changed what is recorded of a customer"),
    "customer.imported": _("Imported customers"),
    "member.changed": _("Changed a member"),
    "request.undone": _("Took back what was done to several requests at once"),
    "text.added": _("Recorded a canned text"),
    "text.changed": _("Changed a canned text"),
    "text.removed": _("Removed a canned text"),
    "partner.admitted": _("Admitted your partner in a cloud"),
    "refused": _("Was refused"),
}
"""What the audit trail tells; an action that is not listed is shown by its key."""


def role_names(keys: Iterable[str]) -> LazyText:
    """Return roles by name, as a list to read; one that is not known is shown by its key."""
    return listed(GRANTED_ROLE.get(key, key) for key in keys)
