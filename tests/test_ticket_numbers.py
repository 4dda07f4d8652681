"""The vendor's number: what can be taken for one, and what only looks unusual."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import Invalid
from webapp.tables.requests import ServiceRequest
from webapp.ticket_numbers import TICKET_LENGTH, checked_ticket_number, has_unusual_number

AZURES = {"pattern": "[0-9]{15,16}", "example": "118032014183770"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("118032014183770", "118032014183770"),
        ("  118032014183770 ", "118032014183770"),
        ("\u00a0118032014183770\u00a0", "118032014183770"),
        ("SR 1-23/45", "SR 1-23/45"),
        ("工单 42", "工单 42"),
        ("<script>", "<script>"),
        ("9" * TICKET_LENGTH, "9" * TICKET_LENGTH),
        (" " * 100 + "9" * TICKET_LENGTH, "9" * TICKET_LENGTH),
    ],
)
def test_a_number_is_taken_as_typed_without_the_spaces_around_it(typed, number):
    assert checked_ticket_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("\u00a0", "missing"),
        ("9" * (TICKET_LENGTH + 1), "64 characters"),
        ("118\0", "invisible"),
        ("118\n", "invisible"),
        ("\t118", "invisible"),
        ("118\r\nSet-Cookie: a=b", "invisible"),
        ("118\x1b[31m", "invisible"),
        ("118\x7f", "invisible"),
        ("118\u200b032", "invisible"),
        ("118\u202e032", "invisible"),
        ("118\ufeff", "invisible"),
        ("118\u2028032", "invisible"),
        ("118\u00ad032", "invisible"),
        ("118\u2003032", "invisible"),
        ("118\ud800", "invisible"),
    ],
)
def test_an_empty_an_overlong_or_a_partly_invisible_number_is_refused_with_what_to_do(typed, why):
    with pytest.raises(Invalid) as refusal:
        checked_ticket_number(typed)

    assert why in str(refusal.value.message)
    assert str(refusal.value.remedy)
    assert refusal.value.status == 422


@given(st.text())
def test_whatever_is_typed_a_number_that_is_taken_is_short_and_visible(typed):
    try:
        number = checked_ticket_number(typed)
    except Invalid:
        return

    assert 0 < len(number) <= TICKET_LENGTH
    assert number in typed
    assert not {c for c in number if unicodedata.category(c)[0] in "CZ"} - {" "}


@pytest.mark.parametrize(
    ("shape", "number", "unusual"),
    [
        (AZURES, "118032014183770", False),
        (AZURES, "1180320141837701", False),
        (AZURES, "11803201418377", True),
        (AZURES, "x118032014183770", True),
        (AZURES, "118032014183770 ", True),
        (AZURES, "", False),
        (None, "anything", False),
    ],
)
def test_a_number_is_unusual_only_where_the_whole_of_it_has_another_shape(shape, number, unusual):
    assert has_unusual_number(ServiceRequest(ticket_shape=shape, ticket_number=number)) is unusual


@pytest.mark.parametrize(
    ("pattern", "number", "unusual"),
    [
        (r"(\d|\d\d)+[a-c]", "1" * 60, False),
        (r"TV/([0-9]+)+-[0-9]", "TV/" + "1" * 60, True),
        (r"([0-9]", "1", False),
    ],
    ids=["slow for any engine", "slow for the standard one", "no pattern"],
)
def test_a_shape_that_cannot_be_told_in_time_holds_nobody_up(pattern, number, unusual):
    request = ServiceRequest(product="backup", ticket_shape={"pattern": pattern, "example": "1"}, ticket_number=number)

    assert has_unusual_number(request) is unusual
