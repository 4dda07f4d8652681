"""The answers in the order and words of the Azure portal's form (R22 to R24).

Basics, Support plan, Contact information and Create are the documents' words; Issue type, Summary, Details and Severity
are those of Azure's own page "Create an Azure support request".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from onbehalf_azure.plans import OWN_PLANS, own_plan
from onbehalf_azure.texts import _
from webapp import Answer, Draft, PreparedRequest, Situation
from webapp.i18n import LazyText

ISSUE_TYPES: Mapping[str, LazyText] = {
    "break_fix": _("Technical"),
    "advisory": _("Technical"),
    "billing": _("Billing"),
    "fraud": _("Billing"),
}
SEVERITIES: Mapping[str, LazyText] = {
    "A": _("Critical impact (severity A)"),
    "B": _("Moderate impact (severity B)"),
    "C": _("Minimal impact (severity C)"),
}
# preferredSupportLanguage in the REST specification of Azure support (2024-04-01); Swedish is not among its languages.
LANGUAGES: Mapping[str, LazyText] = {
    "en": _("English"),
    "zh_Hans_CN": _("Chinese (Simplified)"),
    "zh_Hant_TW": _("Chinese (Traditional)"),
    "ru": _("Russian"),
    "de": _("German"),
}


def shaped(draft: Draft) -> PreparedRequest:
    """Return the answers and what to look at before sending."""
    return PreparedRequest(
        answers=(*_basics(draft), *_details(draft), *_contact(draft)),
        checklist=tuple(_checklist(draft)),
    )


def _basics(draft: Draft) -> Iterator[Answer]:
    situation = draft.situation
    section = _("Basics")
    yield Answer(
        section=section,
        label=_("Issue type"),
        value=ISSUE_TYPES.get(situation.category or "", ISSUE_TYPES["break_fix"]),
        note=_("The documents name no type for fraud; its path is that of billing.")
        if situation.category == "fraud"
        else None,
    )
    chosen = situation.subscription
    if chosen is not None:
        yield Answer(section=section, label=_("Subscription"), value=chosen.name, note=chosen.entitlement_id or None)
    yield Answer(section=section, label=_("Summary"), value=draft.title)
    yield _support_plan(situation, section)


def _support_plan(situation: Situation, section: LazyText) -> Answer:
    """Name the CSP plan (R23); in the own tenant the partner's own (R46)."""
    plan = own_plan(situation) if situation.customer.own else None
    if plan is None:
        return Answer(section=section, label=_("Support plan"), value=_("Cloud Solution Provider"))
    identity = _("Contract ID %(number)s", number=plan.contract_id) if plan.contract_id else None
    return Answer(section=section, label=_("Support plan"), value=OWN_PLANS[plan.plan], note=identity)


def _details(draft: Draft) -> Iterator[Answer]:
    situation = draft.situation
    section = _("Details")
    if started := situation.answers.get("problem_started"):
        yield Answer(section=section, label=_("When did the problem start?"), value=_moment(started))
    yield Answer(section=section, label=_("Description"), value=draft.description)
    if tried := situation.answers.get("tried"):
        yield Answer(
            section=section,
            label=_("What was tried"),
            value=tried,
            note=_("Add it below the description."),
        )
    if severity := SEVERITIES.get(situation.severity or ""):
        yield Answer(section=section, label=_("Severity"), value=severity)
    yield _language(situation.language, section)


def _moment(answer: str) -> LazyText:
    moment = datetime.fromisoformat(answer)
    in_utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return _("%(moment)s UTC", moment=in_utc.strftime("%Y-%m-%d %H:%M"))


def _language(language: str, section: LazyText) -> Answer:
    offered = LANGUAGES.get(language)
    note = None if offered else _("Azure support does not offer the language you chose.")
    return Answer(section=section, label=_("Support language"), value=offered or LANGUAGES["en"], note=note)


def _contact(draft: Draft) -> Iterator[Answer]:
    """Give the partner's contact, never the customer's (R24)."""
    section = _("Contact information")
    yield Answer(section=section, label=_("Name"), value=draft.contact.name)
    yield Answer(section=section, label=_("E-mail"), value=draft.contact.email)
    if draft.contact.phone:
        yield Answer(section=section, label=_("Phone"), value=draft.contact.phone)


def _checklist(draft: Draft) -> Iterator[LazyText]:
    if draft.situation.customer.own:
        yield _("Support plan is your own plan, not Cloud Solution Provider.")
        yield _("The portal shows your own directory.")
    else:
        yield _("Support plan is Cloud Solution Provider.")
        yield _("Contact information holds your details, not the customer's.")
        yield _("The portal shows the directory of %(customer)s, not your own.", customer=draft.situation.customer.name)
    if draft.situation.severity == "A" and not draft.contact.phone:
        # contactDetails.phoneNumber in the REST specification of Azure support (2024-04-01)
        yield _("Azure requires a phone number for a critical request; yours is missing.")
