"""What is asked for, what is asked, and what is promised."""

from __future__ import annotations

from webapp import Choice, Product, Question, ResponseTable, StaffedHours, Target

from onbehalf_acme_telephony.texts import _

VENDOR = "Acme Telephony"
GOLD, BASIC = "acme_telephony_gold", "acme_telephony_basic"

OFFICE_HOURS = StaffedHours(days=(0, 1, 2, 3, 4), opens=8 * 60, closes=18 * 60, time_zone="Europe/Stockholm")
AROUND_THE_CLOCK = ()
"""Languages in which minutes count day and night, English if nothing is said; this vendor keeps its hours in each."""
SOURCE = "The vendor's terms of support"

PROMISES = (
    ResponseTable(
        targets={
            "A": Target(minutes=30, any_language=True),
            "B": Target(minutes=4 * 60),
            "C": Target(minutes=8 * 60),
            "other": Target(business_days=1),
        },
        languages=AROUND_THE_CLOCK,
        staffed=OFFICE_HOURS,
        plans=(GOLD,),
        name=_("Gold"),
        source=SOURCE,
    ),
    ResponseTable(
        targets={"B": Target(minutes=8 * 60), "C": Target(business_days=2), "other": Target(business_days=2)},
        languages=AROUND_THE_CLOCK,
        staffed=OFFICE_HOURS,
        plans=(BASIC,),
        name=_("Basic"),
        source=SOURCE,
    ),
)

QUESTIONS = (
    Question(
        key="service",
        label=_("Which service is it about?"),
        kind="choice",
        step="before",
        choices=(
            Choice(key="calls", label=_("Calls: they fail, break off or sound bad")),
            Choice(key="numbers", label=_("Numbers: porting, caller identity, emergency calls")),
            Choice(key="phones", label=_("Desk phones and headsets")),
            Choice(key="none", label=_("None of these")),
        ),
    ),
    Question(
        key="number",
        label=_("Telephone number concerned"),
        help=_("In the form +46 8 555 010 99; leave it empty if all are."),
        required=False,
    ),
    Question(key="started", label=_("When did it start?"), kind="moment", categories=("break_fix",), required=False),
)

PRODUCT = Product(
    key="acme_telephony",
    label=VENDOR,
    vendor=VENDOR,
    portal=None,
    third_party=True,
    aliases=("Telephony", "Voice"),
    categories=("break_fix", "advisory", "billing"),
    questions=QUESTIONS,
    responses=PROMISES,
)
