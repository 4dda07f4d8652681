"""The request in the order of the admin center's form: topic first, then the problem, then the contact (R31, R32)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp import Answer, Draft, PreparedRequest, Situation, TextDomain
from webapp.contracts.values import Text

_ = TextDomain("onbehalf_office365").text

SEVERITIES: Mapping[str, tuple[Text, Text]] = {
    "A": (
        _("Critical impact (severity A)"),
        _("Significant loss or degradation of services; production services are down."),
    ),
    "B": (
        _("Moderate impact (severity B)"),
        _("Moderate loss or degradation of services; production services are partly affected."),
    ),
    "C": (
        _("Minimal impact (severity C)"),
        _("Minor loss or degradation of services; still usable, or not in production."),
    ),
}
"""The business impact one states, and what it means (R49, R50)."""


def prepared(draft: Draft) -> PreparedRequest:
    """Return the answers in the form's order."""
    return PreparedRequest(
        answers=(*_topic(draft.situation), *_problem(draft), *_contact(draft)),
        checklist=tuple(_checklist(draft.situation)),
    )


def _topic(situation: Situation) -> Iterable[Answer]:
    topic = situation.answers.get("support_topic")
    if topic:
        yield Answer(
            label=_("Support topic"),
            value=topic,
            section=_("Create a service request"),
            note=_("Not in the list? Further topics stand behind More…"),
        )


def _problem(draft: Draft) -> Iterable[Answer]:
    section = _("Service request form")
    yield Answer(label=_("Title"), value=draft.title, section=section)
    yield Answer(label=_("Description"), value=draft.description, section=section)
    tried = draft.situation.answers.get("tried")
    if tried:
        yield Answer(
            label=_("What you have tried"),
            value=tried,
            section=section,
            note=_("Put it under the description."),
        )
    severity = SEVERITIES.get(draft.situation.severity or "")
    if severity:
        yield Answer(label=_("Severity (business impact)"), value=severity[0], section=section, note=severity[1])


def _contact(draft: Draft) -> Iterable[Answer]:
    section = _("Contact information")
    yield Answer(label=_("Name"), value=draft.contact.name, section=section)
    yield Answer(label=_("E-mail"), value=draft.contact.email, section=section)
    if draft.contact.phone:
        yield Answer(label=_("Phone"), value=draft.contact.phone, section=section)


def _checklist(situation: Situation) -> Iterable[Text]:
    if situation.customer.own:
        yield _("The admin center shows your own tenant.")
        return
    yield _("The contact is you, not the customer.")
    yield _("The admin center shows %(customer)s, not your own tenant.", customer=situation.customer.name)
    if situation.answers.get("health_checked") == "outlasted":
        yield _("The description says that the problem outlasted a known incident, and which one.")
    if situation.relationship and situation.relationship.kind == "granular":
        yield _("Your account is in the security group to which the relationship's role is assigned.")
