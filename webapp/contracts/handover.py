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
    """What to do next. ``door`` leads there; ``action`` becomes a link to a page of the desk, for who may use it.

    ``add_contract``: the partner's support contracts; ``add_publisher``: the marketplace's publishers;
    ``edit_customer``: what is recorded of the customer; ``ask_for_access`` and ``grant_access``: a reseller's Azure
    access, asked for and given; ``pass_to_provider`` and ``pass_to_colleague``: hand the draft on.
    """

    text: Text
    door: Door | None = None
    action: Action | None = None


class Check(Value):
    """One line of the checklist: ``fail`` refuses, ``warn`` lets one file and says what to mind.

    ``rules`` are the R-numbers it carries out; they are shown beside it.
    """

    outcome: Literal["pass", "warn", "fail"]
    reason: Text
    remedy: Remedy | None = None
    rules: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _never_a_dead_end(self) -> Self:
        """Require a remedy, unless the check passes."""
        if self.outcome != "pass" and self.remedy is None:
            raise ValueError("a check that does not pass says what to do")
        return self


class Contact(Value):
    """Whom the vendor contacts: the partner's member, never the customer (R24, R32)."""

    name: str
    email: str
    phone: str = ""


class Draft(Value):
    """A situation, put into words and ready to be shaped for the portal; ``title`` and ``description`` are as typed."""

    situation: Situation
    contact: Contact
    title: str
    description: str

    @property
    def cloud(self) -> Cloud:
        """The customer's cloud."""
        return self.situation.cloud


class Answer(Value):
    """One field of the portal's form: its name and what to enter, in the portal's own order and words.

    ``section`` is the heading it stands under there, ``note`` what to mind beside it. A ``value`` that a person typed
    is passed on as it is; it is never empty: leave the answer out, or say ``"-"``.
    """

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
    """How the vendor's number usually looks, as a regular expression for the whole of it.

    A number of another shape is recorded all the same, and starts the clock; the page then asks to look at it again.
    """

    pattern: str
    example: str

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        """Require that ``example`` fits ``pattern``, which is a regular expression without nested repetitions."""
        if not patterns.fits(self.pattern, self.example):
            raise ValueError(f"the example {self.example!r} does not fit the pattern {self.pattern!r}")
        return self


class RedirectTarget(Value):
    """The main door, other ways in, the steps behind the door, and where to ``review`` the request later.

    Its doors are portals of the cloud, unless a publisher or another vendor supports the product (``by_publisher``,
    ``third_party``); a remedy's door may always lead outside.
    """

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
