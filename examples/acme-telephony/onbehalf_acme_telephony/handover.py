"""The request in the order of the vendor's own form, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from webapp import Answer, Draft, ExternalDoor, LabelledDoor, PreparedRequest, RedirectTarget, TicketShape

from onbehalf_acme_telephony.product import BASIC, GOLD
from onbehalf_acme_telephony.texts import _

HOST = "support.acme-telephony.example"
TELEPHONE = "tel:+46-8-555-010-99"
TICKET = TicketShape(pattern=r"T-[0-9]{4}-[0-9]{6}", example="T-2026-204816")


def request(draft: Draft) -> PreparedRequest:
    """Return the answers in the order and words of the vendor's form."""
    return PreparedRequest(
        answers=tuple(_answers(draft)),
        checklist=(
            _("Name yourself as the contact, not the customer."),
            _("Attach a recording or a trace of one bad call, if there is one."),
        ),
    )


def way_in(draft: Draft) -> RedirectTarget:
    """Return the vendor's page for a new case, and its telephone for what cannot wait."""
    urgent = draft.situation.severity == "A"
    return RedirectTarget(
        door=ExternalDoor(url=_new_case(draft)),
        others=(_telephone(),) if urgent else (),
        steps=(
            _("Sign in with your partner account."),
            _("Choose New case, and paste the answers from here."),
            _("Choose Send, then bring the number of the case back here."),
        ),
        review=_("In the vendor's portal, under My cases."),
        ticket_shape=TICKET,
    )


def _answers(draft: Draft) -> Iterator[Answer]:
    situation = draft.situation
    contract = situation.contract(GOLD) or situation.contract(BASIC)
    section = _("Case")
    yield Answer(section=section, label=_("Contract number"), value=(contract and contract.contract_id) or "-")
    yield Answer(section=section, label=_("Customer"), value=situation.customer.name)
    yield Answer(section=section, label=_("Service"), value=_service(draft))
    if number := situation.answers.get("number"):
        yield Answer(section=section, label=_("Number"), value=number)
    yield Answer(section=section, label=_("Priority"), value={"A": "1", "B": "2"}.get(situation.severity or "", "3"))
    yield Answer(section=section, label=_("Subject"), value=draft.title)
    yield Answer(section=section, label=_("Description"), value=draft.description)
    yield Answer(section=_("Contact"), label=_("Name"), value=draft.contact.name)
    yield Answer(section=_("Contact"), label=_("E-mail"), value=draft.contact.email)


def _service(draft: Draft) -> str:
    """Return the answer in the words of the form, which is in English alone."""
    chosen = draft.situation.answers.get("service", "none")
    return {"calls": "Calls", "numbers": "Numbers", "phones": "Devices"}.get(chosen, "Other")


def _new_case(draft: Draft) -> str:
    """Return the address of the form; what a person typed is encoded before it goes into one."""
    contract = draft.situation.contract(GOLD) or draft.situation.contract(BASIC)
    query = urlencode({"contract": contract.contract_id}) if contract and contract.contract_id else ""
    return f"https://{HOST}/cases/new" + (f"?{query}" if query else "")


def _telephone() -> LabelledDoor:
    return LabelledDoor(
        label=_("Telephone of the vendor"),
        door=ExternalDoor(url=TELEPHONE),
        reason=_("Severity A is told by telephone as well, at any hour."),
        steps=(_("Have the number of the case at hand."),),
    )
