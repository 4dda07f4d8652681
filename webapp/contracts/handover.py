"""What a plugin answers: checks with remedies, the prepared request, and the door to the portal."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from webapp.contracts import patterns
from webapp.contracts.clouds import Cloud
from webapp.contracts.doors import Door, PortalDoor
from webapp.contracts.situation import Situation
from webapp.contracts.values import Text, Value
from webapp.i18n import _

Action = Literal[
    "ask_for_access",
    "grant_access",
    "pass_to_provider",
    "pass_to_colleague",
    "add_contract",
    "add_publisher",
    "edit_customer",
]


class Remedy(Value):
    """What to do next. ``door`` leads there; ``action`` is one that core turns into a page of its own."""

    text: Text
    door: Door | None = None
    action: Action | None = None


class Check(Value):
    """One line of the checklist. ``rules`` are R-numbers of domain.md; a remedy is required unless the check passes."""

    outcome: Literal["pass", "warn", "fail"]
    reason: Text
    remedy: Remedy | None = None
    rules: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _never_a_dead_end(self) -> Self:
        if self.outcome != "pass" and self.remedy is None:
            raise ValueError("a check that does not pass says what to do")
        return self


class Contact(Value):
    """Whom the vendor contacts: the partner's member, never the customer (R24, R32)."""

    name: str
    email: str
    phone: str = ""


class Draft(Value):
    """A situation, put into words and ready to be shaped for the portal."""

    situation: Situation
    contact: Contact
    title: str
    description: str

    @property
    def cloud(self) -> Cloud:
        """The customer's cloud."""
        return self.situation.cloud


class Answer(Value):
    """One field of the portal's form: its name and what to enter, in the portal's own order and words."""

    label: Text
    value: Text
    section: Text | None = None
    note: Text | None = None


class PreparedRequest(Value):
    """The answers in the order and words of the portal's form, and what to look at before sending it."""

    answers: tuple[Answer, ...] = Field(min_length=1)
    checklist: tuple[Text, ...] = ()


class LabelledDoor(Value):
    """Another way in: why one would take it, and its own steps. ``confirmed`` false = no source proves the form."""

    label: Text
    door: Door
    reason: Text
    steps: tuple[Text, ...] = ()
    confirmed: bool = True


class TicketShape(Value):
    """How the vendor's number usually looks; another shape is a warning that can be kept."""

    pattern: str
    example: str

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        if not patterns.fits(self.pattern, self.example):
            raise ValueError(f"the example {self.example!r} does not fit the pattern {self.pattern!r}")
        return self


class RedirectTarget(Value):
    """The main door, other ways in, the steps behind the door, and where to review the request later."""

    door: Door
    others: tuple[LabelledDoor, ...] = ()
    steps: tuple[Text, ...] = Field(min_length=1)
    review: Text
    ticket_shape: TicketShape | None = None


def partner_center_door(situation: Situation, *last_steps: Text) -> LabelledDoor:
    """Return Partner Center by this cloud's menu path, as a second way in (R8, R41); the product adds last steps."""
    return LabelledDoor(
        label=_("Partner Center"),
        door=PortalDoor(portal="partner_center", in_customer=False),
        reason=_(
            "%(operator)s asks partners to start in Partner Center: it keeps the relation between partner and customer "
            "on the request.",
            operator=situation.cloud.operator,
        ),
        steps=(*situation.cloud.partner_center_steps, *last_steps),
    )
