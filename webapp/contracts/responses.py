"""When a vendor owes the first answer: targets, and the hours in which they count."""

from __future__ import annotations

from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from webapp.contracts.values import ReadOnly, Text, Value

Severity = Literal["A", "B", "C"]
DAY_MINUTES = 24 * 60


class StaffedHours(Value):
    """When a vendor's desk is staffed.

    ``days`` counts from Monday = 0; ``opens`` and ``closes`` are minutes after midnight, so that 24:00 is 1440;
    ``time_zone`` is an IANA name, empty for the partner's own; ``holidays`` says whether public holidays close it;
    ``confirmed`` is false where no source states the hours.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: int = Field(default=9 * 60, ge=0, lt=DAY_MINUTES)
    closes: int = Field(default=17 * 60, gt=0, le=DAY_MINUTES)
    time_zone: str = ""
    holidays: bool = True
    confirmed: bool = True

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        """Require at least one day of 0 (Monday) to 6 (Sunday), and that the desk opens before it closes."""
        if not self.days or any(day not in range(7) for day in self.days):
            raise ValueError("days are 0 (Monday) to 6 (Sunday), and at least one")
        if self.opens >= self.closes:
            raise ValueError("a desk opens before it closes")
        return self

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        """Require a zone of the IANA database."""
        if name and name not in available_timezones():
            raise ValueError(f"{name!r} is no time zone of the IANA database; one looks like Europe/Helsinki")
        return name


class Target(Value):
    """A first answer: after so many ``minutes``, or after so many staffed ``business_days``.

    ``any_language``: minutes count around the clock whatever the language (else only in the table's languages).
    ``plans``: it is promised to holders of one of these plans alone; empty = to everyone.
    """

    minutes: int | None = Field(default=None, gt=0, le=366 * DAY_MINUTES)
    business_days: int | None = Field(default=None, gt=0, le=366)
    any_language: bool = False
    plans: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        """Require ``minutes`` or ``business_days``, exactly one of them."""
        if (self.minutes is None) == (self.business_days is None):
            raise ValueError("a target is minutes or business days, exactly one of them")
        return self


class ResponseTable(Value):
    """What a vendor promises.

    ``targets`` has the keys ``A``, ``B``, ``C`` and ``other`` (what is not break-fix, R52); without ``other`` the
    severity decides for every category (21Vianet, R54). Minutes run around the clock in ``languages`` (R51) and within
    the ``staffed`` hours in any other. The default, English, is Microsoft's: a vendor with office hours says
    ``languages=()`` and its hours. ``staffed`` is ``None`` where no source states them: then the deployer's setting
    counts. ``languages_confirmed`` is true where the source says outright that minutes run around the clock in these
    languages; else the page calls it a reading. ``plans`` names the support plans the table belongs to; empty =
    everyone's. ``name`` is what the plan is called, and ``source`` where the promise stands.
    """

    targets: ReadOnly[str, Target]
    languages: tuple[str, ...] = ("en",)
    languages_confirmed: bool = False
    staffed: StaffedHours | None = None
    plans: tuple[str, ...] = ()
    name: Text | None = None
    source: str

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        """Require at least one target, and no other keys than ``A``, ``B``, ``C`` and ``other``."""
        unknown = set(self.targets) - {"A", "B", "C", "other"}
        if unknown or not self.targets:
            raise ValueError(f"targets are for A, B, C and other, not {sorted(unknown)}")
        return self
