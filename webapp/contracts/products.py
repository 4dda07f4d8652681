"""A product as a plugin registers it: its questions, categories and the names people search it by."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from webapp.contracts.clouds import Key
from webapp.contracts.doors import PortalDoor
from webapp.contracts.responses import ResponseTable, Severity
from webapp.contracts.values import Text, Value

Category = Literal["break_fix", "advisory", "billing", "fraud"]
CATEGORIES: tuple[Category, ...] = ("break_fix", "advisory", "billing", "fraud")
SEVERITIES: tuple[Severity, ...] = ("A", "B", "C")


class Choice(Value):
    """One answer to choose; ``key`` is what the plugin reads in ``situation.answers``."""

    key: Key
    label: Text


class Question(Value):
    """One question of a product.

    ``kind``: ``line`` (one line), ``text`` (several), ``choice`` (the first is the ordinary one, "none of these" comes
    last), ``confirm`` (a box to tick; the answer is ``"yes"`` or missing), ``moment`` (a date and time; the answer is
    ISO 8601 in UTC), ``subscription`` (core fills it from the customer's own; it answers ``situation.subscription``).
    ``step``: ``before`` = before one files, in the first part of the form; ``details`` = with the description.
    ``categories``: for which it is asked. ``door``: where the answer is found (service health).
    """

    key: Key
    label: Text
    kind: Literal["line", "text", "choice", "confirm", "moment", "subscription"] = "line"
    step: Literal["before", "details"] = "details"
    categories: tuple[Category, ...] = CATEGORIES
    required: bool = True
    choices: tuple[Choice, ...] = ()
    help: Text | None = None
    door: PortalDoor | None = None

    @model_validator(mode="after")
    def _choices_where_one_chooses(self) -> Self:
        """Require choices, each with a key of its own, of a question of the kind ``choice``, and of no other."""
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("choices belong to a question of kind choice, and only to it")
        keys = [choice.key for choice in self.choices]
        if len(set(keys)) != len(keys):
            raise ValueError(f"question {self.key!r} offers a choice twice: {keys}")
        return self


class Product(Value):
    """Something a partner files for.

    ``vendor`` is who supports it; ``portal`` the kind of portal its main door opens, ``None`` where it has none in the
    cloud. ``aliases`` are old and other names it is found by. ``categories`` are what one may file: ``break_fix``
    (something is broken), ``advisory`` (a question or advice), ``billing``, ``fraud`` (a concern). ``severities``:
    ``A`` critical, ``B`` moderate, ``C`` minimal; empty = the vendor asks for none. ``responses`` override the cloud's
    promise, by the partner's plan. ``by_publisher``: the publisher of the offer supports it, not the vendor of the
    cloud (R38), and its doors may leave the cloud. ``third_party``: another vendor supports it; it is sold beside the
    cloud, wherever its plugin registers it, its doors may leave it, and what it promises are its own ``responses``
    alone.
    """

    key: Key
    label: Text
    vendor: str
    portal: str | None
    aliases: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    categories: tuple[Category, ...] = CATEGORIES
    severities: tuple[Severity, ...] = SEVERITIES
    responses: tuple[ResponseTable, ...] = ()
    by_publisher: bool = False
    third_party: bool = False

    @model_validator(mode="after")
    def _questions_have_names_of_their_own(self) -> Self:
        """Require that no two questions of a product have the same key."""
        keys = [question.key for question in self.questions]
        if len(set(keys)) != len(keys):
            raise ValueError(f"product {self.key!r} asks a question twice: {keys}")
        return self

    @property
    def leaves_the_cloud(self) -> bool:
        """Whether somebody else than the cloud's operator supports it, so that its doors may lead outside."""
        return self.by_publisher or self.third_party

    def questions_for(self, category: str | None) -> tuple[Question, ...]:
        """Return the questions asked for ``category``; all of them while none is chosen."""
        return tuple(q for q in self.questions if category is None or category in q.categories)
