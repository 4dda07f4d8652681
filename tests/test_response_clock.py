from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.business_hours import add_staffed_minutes, is_staffed
from webapp.config import Settings
from webapp.contracts.products import Product
from webapp.contracts.responses import ResponseTable, StaffedHours, Target
from webapp.contracts.situation import Contract, Offer, Publisher, Subscription
from webapp.i18n import LANGUAGES, in_all_languages
from webapp.response_clock import Desk, promise, response_time, state_of, table_for, target_of
from webapp.testing import make_customer, make_partner, make_situation
from webapp.worldwide import MICROSOFT_RESPONSES

OFFICE = StaffedHours(confirmed=False)
CHINA_DESK = StaffedHours(
    days=(0, 1, 2, 3, 4, 5, 6), opens=9 * 60, closes=24 * 60, time_zone="Asia/Shanghai", holidays=False
)
CHINA_TABLE = ResponseTable(
    targets={
        "A": Target(minutes=60, any_language=True),
        "B": Target(business_days=1),
        "C": Target(business_days=3),
    },
    languages=(),
    staffed=CHINA_DESK,
    source="R54",
)
COUNTRY_OF = {"Europe/Stockholm": "SE", "Asia/Shanghai": "CN", "America/New_York": "US", "Australia/Lord_Howe": "XX"}


def make_desk(zone="Europe/Stockholm", *, staffed=OFFICE, overrides=None, country=None):
    return Desk(
        staffed=staffed,
        country=COUNTRY_OF[zone] if country is None else country,
        time_zone=zone,
        overrides=overrides or {},
    )


def at(text, zone="Europe/Stockholm"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def promised(table=MICROSOFT_RESPONSES, *, filed_at, desk=None, category="break_fix", severity="A", language="en"):
    return promise(
        table,
        category=category,
        severity=severity,
        language=language,
        filed_at=filed_at,
        desk=desk or make_desk(),
    )


# Counting staffed time


@pytest.mark.parametrize(
    ("zone", "filed", "due"),
    [
        ("Asia/Shanghai", "2026-09-30 16:00", "2026-10-08 16:00"),  # the golden week
        ("Asia/Shanghai", "2026-02-13 15:00", "2026-02-14 15:00"),  # a Saturday made up for the Spring Festival
        ("Europe/Stockholm", "2026-10-23 16:00", "2026-10-26 16:00"),  # summer time ends
        ("Europe/Stockholm", "2026-03-27 16:30", "2026-03-30 16:30"),  # and begins
        ("Europe/Stockholm", "2026-06-18 12:00", "2026-06-22 12:00"),  # Midsummer Eve, a holiday by custom
        ("Europe/Stockholm", "2026-12-23 12:00", "2026-12-28 12:00"),  # so is Christmas Eve
        ("Europe/Stockholm", "2028-02-28 12:00", "2028-02-29 12:00"),  # a leap day is a working day
    ],
)
@pytest.mark.rules("R51", "R52")
def test_eight_staffed_hours_skip_what_the_calendar_closes_and_keep_the_wall_clock(zone, filed, due):
    assert add_staffed_minutes(at(filed, zone), 8 * 60, make_desk(zone)) == at(due, zone)


def test_a_week_end_with_a_clock_change_is_an_hour_longer_or_shorter_than_others():
    autumn = add_staffed_minutes(at("2026-10-23 16:00"), 480, make_desk()) - at("2026-10-23 16:00").astimezone(UTC)
    spring = add_staffed_minutes(at("2026-03-27 16:00"), 480, make_desk()) - at("2026-03-27 16:00").astimezone(UTC)

    assert autumn == timedelta(hours=73)
    assert spring == timedelta(hours=71)


def test_a_desk_open_all_day_counts_the_hours_that_pass_when_the_clock_changes():
    always = StaffedHours(days=tuple(range(7)), opens=0, closes=24 * 60, holidays=False)

    due = add_staffed_minutes(at("2026-10-25 00:00"), 24 * 60, make_desk(staffed=always))

    assert due == at("2026-10-25 23:00")  # that day has 25 hours


def test_a_deployer_closes_and_opens_dates_of_one_country():
    desk = make_desk("Asia/Shanghai", overrides={"CN": ["2027-02-15", "+2027-02-20"], "SE": ["2027-02-16"]})

    assert not is_staffed(date(2027, 2, 15), desk)  # a Monday
    assert is_staffed(date(2027, 2, 16), desk)
    assert is_staffed(date(2027, 2, 20), desk)  # a Saturday
    assert not is_staffed(date(2027, 2, 21), desk)


def test_a_deployer_opens_a_public_holiday():
    assert is_staffed(date(2026, 12, 25), make_desk(overrides={"SE": ["+2026-12-25"]}))


def test_a_country_nobody_knows_has_no_holidays():
    desk = make_desk(country="XX")

    assert is_staffed(date(2026, 12, 25), desk)
    assert "holidays" not in str(promised(filed_at=at("2026-12-25 10:00"), desk=desk, language="sv").why)


def test_a_make_up_day_may_lie_in_the_year_before_its_holiday():
    assert is_staffed(date(2005, 12, 31), make_desk("Asia/Shanghai"))


QUARTER = timedelta(minutes=15)
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(sorted(COUNTRY_OF))
hours = st.tuples(st.integers(0, 95), st.integers(1, 96)).filter(lambda pair: pair[0] < pair[1])
hours_by_day = hours.filter(lambda pair: pair[0] >= 12 and pair[1] - pair[0] >= 8)  # clocks change before three


@given(moments, st.integers(0, 40 * 24 * 60), st.integers(1, 5000), zones, hours)
@settings(deadline=None, max_examples=150)
def test_a_later_request_is_never_due_earlier_nor_any_before_its_minutes_have_passed(filed, gap, minutes, zone, span):
    desk = make_desk(zone, staffed=StaffedHours(opens=span[0] * 15, closes=span[1] * 15))
    later = filed + timedelta(minutes=gap)

    due = add_staffed_minutes(filed, minutes, desk)

    assert due >= filed + timedelta(minutes=minutes)
    assert add_staffed_minutes(later, minutes, desk) >= due


@given(moments, st.integers(1, 60), zones, hours_by_day)
@settings(deadline=None, max_examples=40)
def test_exactly_the_promised_quarters_of_an_hour_lie_in_staffed_time(filed, quarters, zone, span):
    filed = filed.replace(minute=filed.minute // 15 * 15, second=0, microsecond=0)
    desk = make_desk(zone, staffed=StaffedHours(opens=span[0] * 15, closes=span[1] * 15))

    due = add_staffed_minutes(filed, quarters * 15, desk)

    staffed, moment = 0, filed
    while moment < due:
        local = moment.astimezone(ZoneInfo(zone))
        staffed += is_staffed(local.date(), desk) and span[0] <= local.hour * 4 + local.minute // 15 < span[1]
        moment += QUARTER
    assert staffed == quarters


# What Microsoft promises


@pytest.mark.parametrize(("severity", "hours_promised"), [("A", 2), ("B", 4), ("C", 8)])
@pytest.mark.rules("R50")
def test_english_break_fix_counts_around_the_clock_over_a_weekend(severity, hours_promised):
    friday_night = at("2026-11-20 23:30")

    due = promised(filed_at=friday_night, severity=severity, language="en").due_at

    assert due == friday_night + timedelta(hours=hours_promised)
    assert due.tzinfo is UTC


@pytest.mark.rules("R51")
def test_another_language_counts_in_staffed_hours_only():
    due = promised(filed_at=at("2026-11-20 16:00"), severity="B", language="de").due_at

    assert due == at("2026-11-23 12:00")


@pytest.mark.rules("R51")
def test_a_regional_english_is_english():
    assert promised(filed_at=at("2026-11-21 10:00"), language="en-US").due_at == at("2026-11-21 12:00")


@pytest.mark.parametrize("category", ["advisory", "billing", "fraud"])
@pytest.mark.parametrize(
    ("filed", "due"), [("2026-11-20 15:00", "2026-11-23 15:00"), ("2026-11-21 10:00", "2026-11-23 17:00")]
)
@pytest.mark.rules("R52")
def test_what_is_not_break_fix_has_one_business_day_whatever_severity_and_language(category, filed, due):
    for severity, language in (("A", "en"), (None, "de")):
        found = promised(filed_at=at(filed), category=category, severity=severity, language=language)
        assert found.due_at == at(due)


def test_nothing_is_due_while_the_severity_is_not_chosen():
    assert promised(filed_at=at("2026-11-20 15:00"), severity=None) is None
    assert target_of(MICROSOFT_RESPONSES, category=None, severity=None) is None


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        promised(filed_at=at("2026-11-20 15:00").replace(tzinfo=None))


# What others promise


@pytest.mark.rules("R54")
def test_21vianet_counts_severity_a_around_the_clock_and_the_rest_until_midnight_on_365_days():
    new_year = at("2027-01-01 23:00", "Asia/Shanghai")

    due = {s: promised(CHINA_TABLE, filed_at=new_year, severity=s, language="zh_Hans_CN").due_at for s in "ABC"}

    assert due["A"] == at("2027-01-02 00:00", "Asia/Shanghai")
    assert due["B"] == at("2027-01-02 23:00", "Asia/Shanghai")
    assert due["C"] == at("2027-01-04 23:00", "Asia/Shanghai")


@pytest.mark.rules("R54")
def test_without_a_time_of_its_own_billing_follows_the_severity():
    assert target_of(CHINA_TABLE, category="billing", severity="B") == CHINA_TABLE.targets["B"]


def make_plans():
    plan = ResponseTable(targets={"A": Target(minutes=60)}, plans=("prodirect",), name="ProDirect", source="R55")
    everyone = ResponseTable(targets={"A": Target(minutes=60), "B": Target(minutes=240)}, source="R55")
    return (
        plan,
        everyone,
        Product(key="dynamics365", label="D", vendor="Microsoft", portal=None, responses=(plan, everyone)),
    )


@pytest.mark.rules("R55")
def test_by_todays_pages_the_table_of_the_plan_held_counts_else_everyones():
    plan, everyone, product = make_plans()
    holder = make_partner(contracts=(Contract(plan="prodirect"),))
    lapsed = make_partner(contracts=(Contract(plan="prodirect", valid_until=date(2026, 1, 1)),))

    assert table_for(make_situation(product, rules="today", partner=holder)) == plan
    assert table_for(make_situation(product, rules="today", partner=lapsed)) == everyone


@pytest.mark.rules("R55")
def test_by_the_documents_a_products_own_table_does_not_count():
    *_, product = make_plans()

    situation = make_situation(product, partner=make_partner(contracts=(Contract(plan="prodirect"),)))

    assert table_for(situation) == situation.cloud.responses


@pytest.mark.rules("R55")
def test_where_only_a_plan_nobody_holds_has_a_table_the_clouds_counts():
    plan, _, product = make_plans()

    situation = make_situation(product.model_copy(update={"responses": (plan,)}), rules="today")

    assert table_for(situation) == situation.cloud.responses


def make_marketplace_situation(minutes, **changes):
    product = Product(key="marketplace", label="M", vendor="publisher", portal=None, severities=(), by_publisher=True)
    offer = Offer(name="Backup", publisher=Publisher(name="Adventure Works", first_response_minutes=minutes))
    bought = Subscription(id="1", product="marketplace", name="Backup", status="active", offer=offer)
    return make_situation(product, customer=make_customer(subscriptions=(bought,)), severity=None, **changes)


@pytest.mark.parametrize("category", ["break_fix", "billing"])
@pytest.mark.rules("R39")
def test_a_publishers_recorded_time_counts_around_the_clock_without_a_severity(category):
    table = table_for(make_marketplace_situation(90))

    found = promised(table, filed_at=at("2026-11-21 10:00"), category=category, severity=None, language="sv")

    assert found.due_at == at("2026-11-21 11:30")
    assert "publisher" in str(found.why)
    assert "90 minutes" in str(found.why)


@pytest.mark.rules("R38", "R39")
def test_a_publisher_without_a_recorded_time_has_no_clock_not_microsofts():
    assert table_for(make_marketplace_situation(None)) is None
    assert table_for(make_marketplace_situation(90, subscription_id="another")) is None


# The words


@pytest.mark.parametrize(
    ("table", "category", "severity", "language", "words"),
    [
        (MICROSOFT_RESPONSES, "break_fix", "A", "en", "first answer within 2 hours, around the clock"),
        (MICROSOFT_RESPONSES, "break_fix", "B", "de", "first answer within 4 hours, in staffed hours"),
        (MICROSOFT_RESPONSES, "billing", "A", "en", "first answer within 1 business day"),
        (CHINA_TABLE, "break_fix", "A", "ru", "first answer within 1 hour, around the clock"),
        (CHINA_TABLE, "billing", "C", "en", "first answer within 3 business days"),
        (CHINA_TABLE, "billing", None, "en", "no time is promised for the first answer"),
    ],
)
@pytest.mark.rules("R49", "R50", "R51", "R52", "R54")
def test_beside_each_severity_stands_what_it_promises(table, category, severity, language, words):
    assert str(response_time(table, category=category, severity=severity, language=language)) == words


@pytest.mark.rules("R51")
def test_of_another_vendors_table_the_clock_doubts_nothing_that_its_author_does_not():
    terms = {"languages": ("de",), "languages_confirmed": True, "source": "The vendor's terms"}
    table = ResponseTable(targets={"A": Target(minutes=60)}, **terms)

    why = str(promise(table, category=None, severity="A", language="de", filed_at=DUE, desk=make_desk()).why)

    assert why == "Severity A, language Deutsch: first answer within 1 hour, around the clock."


@pytest.mark.rules("R51")
def test_the_clock_says_that_around_the_clock_is_our_reading():
    why = str(promised(filed_at=at("2026-11-20 15:00"), severity="A", language="en").why)

    assert why == (
        "Severity A, language English: first answer within 2 hours, around the clock. "
        "That times in this language count around the clock is our reading, unconfirmed."
    )


@pytest.mark.rules("R51")
def test_the_clock_names_the_hours_and_that_no_source_states_them():
    why = str(promised(filed_at=at("2026-11-20 15:00"), severity="B", language="de").why)

    assert why == (
        "Severity B, language Deutsch: first answer within 4 hours, in staffed hours. "
        "Times count around the clock in 1 language only: English. "
        "Staffed hours are Monday to Friday, 09:00–17:00 (Europe/Stockholm), except on public holidays. "
        "No source states these hours: they are a setting of this desk, unconfirmed."
    )


@pytest.mark.rules("R54")
def test_hours_that_a_source_states_are_not_called_unconfirmed():
    why = str(promised(CHINA_TABLE, filed_at=at("2026-11-20 15:00"), severity="B", language="en").why)

    assert why == (
        "Severity B, whatever the language: first answer within 1 business day. "
        "Staffed hours are every day, 09:00–24:00 (Asia/Shanghai)."
    )


def test_the_hours_of_the_deployment_count_where_the_vendor_states_none():
    deployment = Settings(
        staffed_days="0,2", staffed_from=600, staffed_until=720, staffed_time_zone="Asia/Shanghai", secret_key="x"
    )
    desk = make_desk(staffed=deployment.staffed_hours)

    found = promised(filed_at=at("2026-11-20 15:00"), severity="B", language="de", desk=desk)

    assert found.due_at == at("2026-11-25 12:00", "Asia/Shanghai")  # Monday two hours, Wednesday two
    assert "10:00–12:00 (Asia/Shanghai), on the days set" in str(found.why)


@pytest.mark.rules("R55")
def test_the_clock_names_the_plan_whose_times_they_are():
    plan, *_ = make_plans()

    assert "ProDirect" in str(promised(plan, filed_at=at("2026-11-20 15:00")).why)


def test_the_explanation_can_be_recorded_in_every_language_of_the_desk():
    app = Flask(__name__)
    Babel(app)
    found = promised(filed_at=at("2026-11-20 15:00"), severity="B", language="de")

    with app.app_context():
        recorded = in_all_languages(found.why)

    assert set(recorded) == set(LANGUAGES)
    assert all("Deutsch" in words and "Europe/Stockholm" in words for words in recorded.values())


# How a request stands

DUE = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes_after_due", "state"),
    [(-61, "waiting"), (-60, "soon"), (0, "soon"), (1, "late")],
)
def test_an_open_request_waits_then_is_due_soon_in_its_last_hour_then_late(minutes_after_due, state):
    assert state_of(DUE, now=DUE + timedelta(minutes=minutes_after_due), answered_at=None) == state


def test_a_request_closed_without_an_answer_neither_met_its_time_nor_runs_on():
    assert state_of(DUE, now=DUE + timedelta(days=9), answered_at=None, closed_at=DUE - timedelta(1)) == "unanswered"


@pytest.mark.parametrize(("minutes_after_due", "state"), [(-1, "met"), (0, "met"), (1, "missed")])
def test_an_answered_request_met_its_time_or_missed_it_whenever_one_looks(minutes_after_due, state):
    answered_at = DUE + timedelta(minutes=minutes_after_due)

    assert state_of(DUE, now=DUE + timedelta(days=9), answered_at=answered_at) == state
