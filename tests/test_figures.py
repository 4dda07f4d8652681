"""Figures count what the reader may see, in the weeks of the reader's own zone, and say it as a table too."""

import re
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update
from sqlmodel import select

from webapp import charts, figures
from webapp.charts import Part
from webapp.partners import member_by_key, viewer_of
from webapp.tables.partners import Partner
from webapp.tables.requests import ServiceRequest, TimelineEntry

FABRIKAM, TREY = "fabrikam-admin-agent", "trey-admin-agent"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LONG_AGO = NOW - timedelta(days=900)
DAY = timedelta(days=1)


@pytest.fixture
def database(demo_app_on_each_engine):
    """Return the database of the example data, in which nothing has happened for years."""
    found = demo_app_on_each_engine.extensions["onbehalf"].database
    nothing = dict.fromkeys(("filed_at", "due_at", "answered_at", "closed_at"))
    with found.writing() as session:
        session.execute(update(ServiceRequest).values(created_at=LONG_AGO, **nothing))
        session.commit()
    return found


@pytest.fixture
def happened(database):
    """Return a function that gives requests of a partner new values: one for each set of values that is passed."""

    def change(*changes, partner="Fabrikam"):
        with database.writing() as session:
            statement = select(ServiceRequest.id).join(Partner, Partner.id == ServiceRequest.partner_id)
            ids = session.exec(statement.where(Partner.name == partner).order_by(ServiceRequest.id)).all()
            assert len(ids) >= len(changes)
            for number, values in zip(ids, changes, strict=False):
                session.execute(update(ServiceRequest).where(ServiceRequest.id == number).values(**values))
            session.commit()

    return change


@pytest.fixture
def counted(database):
    """Return a function that counts as a member."""

    def count(member=FABRIKAM, weeks=12, zone=STOCKHOLM, **which):
        with database.reading() as session:
            viewer = viewer_of(session, member_by_key(session, member).id)
            return figures.of(session, viewer, now=NOW, zone=zone, weeks=weeks, **which)

    return count


def asked(at, product="azure", cloud="global"):
    return {"created_at": at, "product": product, "cloud": cloud}


def closed(days, product="azure", at=NOW - DAY):
    return {"product": product, "filed_at": at - timedelta(days=days), "closed_at": at}


def answers(due, came, product="azure"):
    return {"product": product, "due_at": due, "answered_at": came}


def test_every_request_stands_in_one_product_and_one_cloud(happened, counted):
    happened(
        asked(NOW), asked(NOW - 8 * DAY), asked(NOW - 8 * DAY, "ems"), asked(NOW - 8 * DAY, "microsoft365", "usgov")
    )

    found = counted()

    assert found.weeks[-1] == date(2026, 11, 23)
    assert {monday.weekday() for monday in found.weeks} == {0}
    assert len(found.weeks) == 12
    assert {series.key: series.counts[-2:] for series in found.by_product} == {
        "azure": (1, 1),
        "ems": (1, 0),
        "microsoft365": (1, 0),
    }
    assert {series.key: series.counts[-2:] for series in found.by_cloud} == {"global": (2, 1), "usgov": (1, 0)}
    assert found.total == 4


@pytest.mark.parametrize("weeks", figures.PERIODS)
def test_a_period_begins_with_its_first_monday_and_ends_with_this_week(happened, counted, weeks):
    first = datetime(2026, 11, 23, tzinfo=STOCKHOLM) - timedelta(weeks=weeks - 1)
    happened(asked(first), asked(first - timedelta(seconds=1)), asked(NOW))

    (azure,) = counted(weeks=weeks).by_product

    assert len(azure.counts) == weeks
    assert (azure.counts[0], azure.counts[-1], azure.total) == (1, 1, 2)


def test_a_week_begins_when_monday_begins_for_the_reader(happened, counted):
    happened(asked(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)))  # Monday in Stockholm, Sunday in UTC

    assert counted().by_product[0].counts[-2:] == (0, 1)
    assert counted(zone=ZoneInfo("UTC")).by_product[0].counts[-2:] == (1, 0)


def test_a_week_in_which_the_clocks_change_is_an_hour_longer(happened, counted):
    end = datetime(2026, 10, 26, tzinfo=STOCKHOLM)  # summer time ended on the 25th
    happened(asked(end - timedelta(minutes=30)), asked(end))

    (azure,) = counted().by_product

    at = counted().weeks.index(date(2026, 10, 26))
    assert azure.counts[at - 1 : at + 1] == (1, 1)


def test_nobody_counts_a_strangers_requests(happened, counted):
    happened(asked(NOW) | closed(3) | answers(NOW - DAY, NOW), partner="Fabrikam")
    happened(asked(NOW, "microsoft365"), partner="Trey")

    theirs = counted(member=TREY)

    assert [(series.key, series.total) for series in theirs.by_product] == [("microsoft365", 1)]
    assert (theirs.answered, theirs.days, theirs.days_of_all) == ((), (), None)
    assert counted().total == 1


@pytest.mark.rules("R71")
def test_a_provider_counts_what_its_reseller_filed(happened, counted, database):
    happened(asked(NOW), partner="Adatum")

    assert counted(member="northwind-admin-agent").total == counted(member="adatum-admin-agent").total == 1


def test_what_is_rarer_than_the_five_most_frequent_is_shown_together(happened, counted):
    keys = ["a", "b", "c", "d", "e", "f", "g"]
    happened(*[asked(NOW, key) for number, key in enumerate(keys) for _once in range(8 - number)])

    found = counted()

    assert [series.key for series in found.by_product] == ["a", "b", "c", "d", "e", figures.OTHERS]
    assert found.by_product[-1].total == 3 + 2
    assert found.total == 8 + 7 + 6 + 5 + 4 + 3 + 2


def test_an_answer_is_in_time_up_to_the_last_moment_and_counts_in_the_week_it_was_due(happened, counted):
    due = NOW - 8 * DAY
    happened(answers(due, due), answers(due, due + timedelta(seconds=1)), answers(due, due - DAY, "ems"))

    found = counted()

    assert (found.in_time[-2:], found.too_late[-2:]) == ((2, 0), (1, 0))
    assert found.share_in_time == 2 / 3
    assert {one.product: (one.due, one.in_time) for one in found.answered} == {"azure": (2, 1), "ems": (1, 1)}


def test_a_vendor_who_never_answered_is_late_and_one_who_still_has_time_is_not(happened, counted):
    happened(answers(NOW - DAY, None), answers(NOW + timedelta(minutes=5), None))

    found = counted()

    assert (sum(found.in_time), sum(found.too_late)) == (0, 1)
    assert found.share_in_time == 0


def test_a_request_closed_without_an_answer_counts_against_the_vendor_only_if_one_was_overdue(happened, counted):
    due = NOW - 2 * DAY
    happened(*(answers(due, None) | {"closed_at": at} for at in (due - DAY, due, due + DAY)))

    found = counted()

    assert (sum(found.in_time), sum(found.too_late)) == (0, 1)


@pytest.mark.parametrize("took", [[2], [1, 4], [1, 2, 40], [0.25, 0.5, 3.75, 9]])
def test_half_of_the_requests_took_at_most_the_median(happened, counted, took):
    happened(*[closed(days) for days in took], closed(30, "ems"))

    found = counted()

    azure = next(one for one in found.days if one.product == "azure")
    assert (azure.closed, azure.median, azure.longest) == (len(took), median(took), max(took))
    assert found.days_of_all.median == median([*took, 30])


def test_fractions_of_a_second_change_no_number_of_days(happened, counted):
    filed = datetime(2026, 11, 20, 10, 0, 0, 999_999, tzinfo=UTC)
    happened({"product": "azure", "filed_at": filed, "closed_at": filed + timedelta(days=1, microseconds=1)})

    (azure,) = counted().days

    assert azure.median * 86_400 == 86_401  # whole seconds: from 10:00:00 to 10:00:01


def test_filters_leave_out_the_rest(happened, counted):
    happened(asked(NOW), asked(NOW, "azure", "usgov"), asked(NOW, "ems", "usgov"))

    assert counted(cloud="usgov").total == 2
    assert [series.key for series in counted(cloud="usgov").by_cloud] == ["usgov"]
    assert counted(cloud="usgov", product="azure").total == 1
    assert counted(cloud="china", product="azure").total == 0


def test_thousands_of_requests_take_three_queries(happened, counted, database, demo_app_on_each_engine):
    from sqlalchemy import event  # noqa: PLC0415  # here alone

    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    counted(weeks=52)

    assert len([statement for statement in seen if "service_request" in statement]) == 3


def test_without_requests_the_page_says_what_to_do(desk, demo_app):
    reader = desk(TREY)
    with demo_app.extensions["onbehalf"].database.writing() as session:
        session.execute(delete(TimelineEntry))
        session.execute(delete(ServiceRequest))
        session.commit()

    page = reader.get("/figures")

    assert "Nothing was asked in this time" in page.words
    assert "/customers" in page.links


@pytest.mark.parametrize(
    "query", ["weeks=0", "weeks=-5", "weeks=999999", "weeks=x", "cloud=%00", "product=nowhere", "cloud=" + "x" * 5000]
)
def test_a_strange_filter_breaks_nothing(desk, query):
    assert desk(FABRIKAM).get(f"/figures?{query}").status == 200


def test_an_unknown_cloud_finds_nothing_rather_than_everything(desk):
    assert "Nothing was asked in this time" in desk(FABRIKAM).get("/figures?cloud=mars&weeks=52").words


def test_every_chart_has_a_name_a_description_and_its_numbers_as_a_table(desk):
    text = desk(FABRIKAM).get("/figures?weeks=52").text

    panels = re.findall(r'<section class="chart-panel".*?</section>', text, flags=re.DOTALL)
    assert len(panels) == 4
    for panel in panels:
        assert panel.count('role="img"') == 1
        assert "<table" in panel
        for named in re.findall(r'aria-(?:labelledby|describedby)="([\w-]+)"', panel):
            assert re.search(rf'id="{named}"[^>]*>[^<]*\w', panel), named


def test_the_table_says_what_the_chart_shows(desk):
    text = desk(FABRIKAM).get("/figures").text
    panel = re.search(r'aria-labelledby="by-product".*?</section>', text, flags=re.DOTALL)[0]

    shown = [int(number) for number in re.findall(r"<rect class=\"chart-bar\"[^>]*><title>[^<]*: (\d+)</title>", panel)]
    told = [int(number) for number in re.findall(r'<td class="numeric"[^>]*>(\d+)</td>', panel)]

    assert sum(shown) == sum(told) > 0
    assert f"{sum(told)} requests in this time." in panel


def test_no_shape_leaves_the_picture_and_heights_keep_their_proportion():
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(52)]
    chart = charts.stack(weeks, [Part("a", range(52), 1), Part("b", [0, 900] + [3] * 50, 2)])

    assert all(chart.left <= box.x and box.x + box.width <= chart.width for box in chart.boxes)
    assert all(box.y >= 0 and box.height > 0 for box in chart.boxes)
    assert max(box.y + box.height for box in chart.boxes) <= chart.height
    one, other = (next(box for box in chart.boxes if box.value == value) for value in (900, 30))
    assert one.height / other.height == pytest.approx(30, rel=0.05)
    assert chart.lines[-1][1] >= 901


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (2, 2), (3, 4), (7, 8), (17, 20), (101, 120), (1601, 2000), (9999, 10000)]
)
def test_an_axis_ends_at_a_round_number(most, top):
    chart = charts.stack([date(2026, 1, 5)], [Part("a", [most], 1)])

    assert chart.lines[-1][1] == top
    assert [value * 2 for _y, value in chart.lines[1:-1]] == ([top] if top > 1 else [])


def test_a_product_keeps_its_pattern_whatever_else_is_shown():
    keys = ["azure", "microsoft365", "dynamics365"]

    assert [charts.pattern_of(key, keys) for key in reversed(keys)] == [3, 2, 1]
    assert charts.pattern_of("", keys) == charts.PATTERNS


@pytest.mark.parametrize(
    ("browser", "says"),
    [
        ("en", "1.5 days"),
        ("zh-CN", "1.5天"),
        ("zh-TW", "1.5 天"),
        ("ru", "1,5 дня"),
        ("sv", "1,5 dygn"),
        ("de", "1,5 Tage"),
    ],
)
def test_days_are_said_as_the_reader_says_them(demo_app, browser, says):
    from webapp.moments import in_days  # noqa: PLC0415  # needs an application

    with demo_app.test_request_context(headers={"Accept-Language": browser}):
        assert in_days(1.5) == says
