"""The support details for 21Vianet, and the way to the customer's admin center (R11, R18, R19, R58)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onbehalf_vianet.product import SOLVED_FIRST
from onbehalf_vianet.texts import _
from webapp import (
    Answer,
    Draft,
    LabelledDoor,
    PortalDoor,
    PreparedRequest,
    RedirectTarget,
    Situation,
    partner_center_door,
)
from webapp.contracts.values import Text

WHY: Mapping[str, Text] = {
    "training": _("We do not have the training that is necessary to solve this ourselves."),
    "documentation": _("We do not have the documentation that is necessary to solve this ourselves."),
    "tools": _("We do not have the support tools that are necessary to solve this ourselves."),
}


def request(draft: Draft) -> PreparedRequest:
    """Return the support details; S3 calls them just that and names no field (R58)."""
    return PreparedRequest(
        answers=(*_problem(draft), *_attempts(draft.situation), *_contact(draft)),
        checklist=(
            _("The form's own field names are not documented: put each answer where it fits best."),
            _("The contact is you, not the customer: 21Vianet's representative contacts you directly."),
            _("21Vianet may lower the severity if the customer's side does not cooperate: name who is reachable."),
            _("Only what you cannot reasonably solve is escalated; the remediation clause covers the rest."),
        ),
    )


def way_in(draft: Draft) -> RedirectTarget:
    """Return the admin center, with Partner Center as the way to reach the customer's (R11, R18, R19, R58)."""
    situation = draft.situation
    if situation.customer.own:
        return _own_way_in()
    return RedirectTarget(
        door=PortalDoor(portal="microsoft365_admin"),
        others=(_partner_center(situation),),
        steps=(_whose(situation), *_in_admin_center()),
        review=_(
            "Look in Partner Center under Support requests > Customer requests, where the request began; no other list "
            "is documented. A support representative from 21Vianet will contact you directly."
        ),
    )


def _problem(draft: Draft) -> Iterator[Answer]:
    details = _("Support details")
    yield Answer(label=_("Service"), value=draft.situation.product.label)
    yield Answer(section=details, label=_("Title"), value=draft.title)
    yield Answer(section=details, label=_("Description"), value=draft.description)
    if draft.situation.severity:
        yield Answer(section=details, label=_("Severity"), value=draft.situation.severity)


def _attempts(situation: Situation) -> Iterator[Answer]:
    details = _("Support details")
    attempt = situation.answers.get(SOLVED_FIRST.key)
    tried = situation.answers.get("tried", "")
    why = WHY.get(situation.answers.get("missing", ""))
    for choice in SOLVED_FIRST.choices:
        if choice.key == attempt:
            yield Answer(section=details, label=_("First attempt"), value=choice.label)
    if tried.strip():
        yield Answer(section=details, label=_("What was tried"), value=tried)
    if why is not None:
        yield Answer(section=details, label=_("Why it is escalated"), value=why)


def _contact(draft: Draft) -> Iterator[Answer]:
    section = _("Contact")
    yield Answer(section=section, label=_("Name"), value=draft.contact.name)
    yield Answer(section=section, label=_("E-mail"), value=draft.contact.email)
    if draft.contact.phone.strip():
        yield Answer(section=section, label=_("Phone"), value=draft.contact.phone)


def _own_way_in() -> RedirectTarget:
    return RedirectTarget(
        door=PortalDoor(portal="microsoft365_admin", in_customer=False),
        steps=(
            _("Sign in to your own admin center and try to solve the problem there."),
            _("If help is still needed, choose Submit a service request."),
            _("Fill in the support details, then choose Submit."),
        ),
        review=_("No list is documented. A support representative from 21Vianet will contact you directly."),
    )


def _partner_center(situation: Situation) -> LabelledDoor:
    taken_there = _("You are taken to the customer's admin center for Office 365 operated by 21Vianet.")
    door = partner_center_door(situation, taken_there, *_in_admin_center())
    # Microsoft's reason (R8) is in no text of 21Vianet's; this one is what S3 shows.
    reason = _("21Vianet's instructions start in Partner Center: from there you reach the customer's admin center.")
    return door.model_copy(update={"reason": reason})


def _whose(situation: Situation) -> Text:
    return _(
        "Check that the admin center shows %(customer)s. If it shows your own organization, reach it through Partner "
        "Center instead: Support requests > Customer requests > the customer > New request > the service.",
        customer=situation.customer.name,
    )


def _in_admin_center() -> tuple[Text, ...]:
    return (
        _("Try to solve the problem there, or instruct the customer how to solve it."),
        _("If the customer still needs help, choose Submit a service request."),
        _("Fill in the support details, then choose Submit."),
    )
