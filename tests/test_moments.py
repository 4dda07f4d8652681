"""Times are shown and typed in the reader's own zone, and kept in UTC."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import Invalid
from webapp.moments import distance, for_input, from_input, moment, short_moment, time_zone_name
from webapp.permissions import Viewer
from webapp.sign_in import reading_language
from webapp.tables.partners import Member, Partner

AT = datetime(2026, 11, 21, 23, 30, 59, tzinfo=UTC)
OTHERWISE = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Europe/Stockholm", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "Pacific/Apia"]


@pytest.fixture(scope="module")
def app():
    """Return an application that speaks our languages, and nothing else."""
    app = Flask(__name__)
    app.secret_key = "only for tests"
    Babel(app, locale_selector=reading_language)
    return app


@pytest.fixture(scope="module")
def reader(app):
    """Return a context: a request of a reader in this zone and language."""

    def read(zone="Europe/Stockholm", language="en"):
        stack = ExitStack()
        stack.enter_context(app.test_request_context(headers={"Accept-Language": language}))
        member = Member(id=1, key="astrid", partner_id=1, name="Astrid", email="a@fabrikam.com", time_zone=zone)
        g.viewer = Viewer(member, Partner(id=1, name="Fabrikam", kind="direct_bill", country="SE", time_zone=zone))
        return stack

    return read


def typed(reader, text, zone="Europe/Stockholm"):
    with reader(zone):
        return from_input(text, OTHERWISE)


@pytest.mark.parametrize(
    ("zone", "shown", "named"),
    [
        ("UTC", "Nov 21, 2026", "GMT+00:00"),
        ("Europe/Stockholm", "Nov 22, 2026", "GMT+01:00"),
        ("America/New_York", "Nov 21, 2026", "GMT-05:00"),
        ("Asia/Shanghai", "Nov 22, 2026", "GMT+08:00"),
    ],
)
def test_a_moment_is_shown_on_the_readers_own_day_with_the_offset_named(reader, zone, shown, named):
    with reader(zone):
        text = moment(AT)

    assert shown in text
    assert named in text
    assert f'datetime="{AT.isoformat()}"' in text


@pytest.mark.parametrize(
    ("zone", "clock"), [("UTC", "23:30"), ("Europe/Stockholm", "00:30"), ("Asia/Kolkata", "05:00")]
)
def test_a_moment_is_shown_by_the_readers_own_clock_without_the_seconds(reader, zone, clock):
    with reader(zone, "sv"):
        assert clock in moment(AT)
        assert clock in short_moment(AT)
        assert f"{clock}:" not in moment(AT).striptags()


@pytest.mark.parametrize(
    ("language", "month"),
    [("en", "Nov"), ("sv", "nov."), ("de", "2026"), ("ru", "нояб"), ("zh-CN", "11月"), ("zh-TW", "11月")],
)
def test_a_moment_is_shown_in_the_readers_own_language(reader, language, month):
    with reader("UTC", language):
        assert month in moment(AT)


def test_summer_and_winter_have_their_own_offset(reader):
    with reader("Europe/Stockholm", "sv"):
        assert "14:00" in moment(datetime(2026, 7, 1, 12, tzinfo=UTC))
        assert "13:00" in moment(datetime(2026, 12, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "language", "named"),
    [
        ("Europe/Stockholm", "en", "Central European Time"),
        ("Europe/Stockholm", "sv", "centraleuropeisk tid"),
        ("Europe/Stockholm", "ru", "Центральная Европа"),
        ("Europe/London", "ru", "Великобритания"),  # no name of its own, and it is no summer the whole year
        ("Asia/Kolkata", "ru", "Индия"),
        ("UTC", "en", "Coordinated Universal Time"),
        ("UTC", "ru", "Всемирное координированное время"),
    ],
)
def test_the_head_of_a_column_names_the_zone_in_the_readers_language(reader, zone, language, named):
    with reader(zone, language):
        assert time_zone_name() == named


def test_a_moment_that_has_not_come_is_shown_as_nothing():
    assert moment(None) == short_moment(None) == ""


def test_a_stranger_reads_in_utc(app):
    with app.test_request_context():
        assert for_input(AT) == "2026-11-21T23:30"
        assert from_input("2026-11-21 14:30", OTHERWISE) == datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(days=-3), "3 days ago"),
        (timedelta(minutes=59), "in 59 minutes"),
        (timedelta(seconds=20), "in 1 minute"),
    ],
)
def test_a_distance_is_said_in_words(reader, away, said):
    with reader():
        assert distance(AT + away, AT) == said


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("UTC", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("Europe/Stockholm", datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 21, 19, 30, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 21, 9, 0, tzinfo=UTC)),
    ],
)
def test_what_is_typed_is_meant_in_the_readers_own_zone_and_kept_in_utc(reader, zone, meant):
    found = typed(reader, "2026-11-21T14:30", zone)

    assert found == meant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-11-21T14:30", "2026-11-21 14:30", "2026-11-21T14:30:00", "  2026-11-21 14:30  "]
)
def test_a_browsers_form_and_a_persons_are_both_read(reader, text):
    assert typed(reader, text, "UTC") == datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-21T14:30Z", "2026-11-21T22:30+08:00", "2026-11-21 09:30-05:00"])
def test_an_offset_that_is_given_counts_instead_of_the_readers_zone(reader, text):
    assert typed(reader, text) == datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_typed_is_what_it_would_otherwise_be(reader, text):
    assert typed(reader, text) == OTHERWISE


@pytest.mark.parametrize(
    "text",
    [
        "now",
        "2026-11-21",
        "14:30",
        "21.11.2026 14:30",
        "2026-02-30T14:30",
        "2026-13-01T14:30",
        "2026-11-21T24:30",
        "2026-11-21T14:60",
        "2026-11-21T14:30 tomorrow",
        "2026-11-21T14:30+99:00",
        "0000-01-01T00:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "２０２６-11-21T14:30",
        "2026-W47-6T14:30",
        "20261121T1430",
        "2026-11-21T14:30\0",
        "-2026-11-21T14:30",
    ],
)
def test_what_is_no_date_and_time_is_refused_with_an_example(reader, text):
    with pytest.raises(Invalid) as refusal:
        typed(reader, text)

    assert "2026-11-21 14:30" in str(refusal.value.remedy)


def test_a_time_that_the_clocks_skip_is_the_moment_an_hour_later_on_the_wall(reader):
    found = typed(reader, "2027-03-28T02:30")

    assert found == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    with reader():
        assert for_input(found) == "2027-03-28T03:30"


def test_a_time_that_the_clocks_show_twice_is_the_first_of_both(reader):
    assert typed(reader, "2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.integers(0, 100 * 365 * 24 * 60).map(
        lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(ZONES),
)
def test_what_a_field_holds_is_read_back_as_the_same_moment_but_for_the_hour_shown_twice(reader, at, zone):
    with reader(zone):
        again = from_input(str(for_input(at)), OTHERWISE)

    assert again == at or abs(again - at) == timedelta(hours=1)
    with reader(zone):
        assert for_input(again) == for_input(at)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_moment_in_utc_or_refused(reader, text):
    try:
        found = typed(reader, text)
    except Invalid:
        return

    assert found.tzinfo is UTC


def test_moments_of_a_file_are_in_the_readers_zone_and_name_its_offset(desk):
    lines = desk("fabrikam-admin-agent").client.get("/requests.csv").text.splitlines()
    moments = [cell for line in lines[1:] for cell in line.split(",") if re.match(r"\d{4}-\d\d-\d\dT", cell)]

    assert moments
    assert all(re.search(r"\+0[12]:00$", moment) for moment in moments)
