"""Figures count what the reader may see, in the weeks of the reader's own zone, and say it as a table too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import select

from webapp import figures
from webapp.partners import member_by_key, viewer_of
from webapp.tables.requests import ServiceRequest

FABRIKAM, TREY = "fabrikam-admin-agent", "trey-admin-agent"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def counted(demo_app_on_each_engine):
    """Return a function that changes all requests of Fabrikam, and counts them as a member."""

    def count(member=FABRIKAM, weeks=12, zone=STOCKHOLM, values=None, **which):
        database = demo_app_on_each_engine.extensions["onbehalf"].database
        with database.writing() as session:
            if values:
                session.execute(update(ServiceRequest).values(**values))
                session.commit()
            viewer = viewer_of(session, member_by_key(session, member).id)
            return figures.of(session, viewer, now=NOW, zone=zone, weeks=weeks, **which)

    return count


def test_every_request_stands_in_one_product_and_one_cloud(counted):
    found = counted()

    assert found.total == sum(series.total for series in found.by_cloud) > 0
    assert len(found.weeks) == 12
    assert found.weeks[-1] == date(2026, 11, 23)
    assert {monday.weekday() for monday in found.weeks} == {0}


def test_a_week_begins_when_monday_begins_for_the_reader(counted):
    sunday_night = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Monday in Stockholm
    values = {"created_at": sunday_night}

    assert counted(values=values).by_product[0].counts[-1] > 0
    elsewhere = counted(zone=ZoneInfo("UTC"))
    assert [series.counts[-1] for series in elsewhere.by_product] == [0] * len(elsewhere.by_product)


def test_nobody_counts_anothers_requests(counted, demo_app_on_each_engine):
    theirs = counted(member=TREY)
    with demo_app_on_each_engine.extensions["onbehalf"].database.writing() as session:
        fabrikam = viewer_of(session, member_by_key(session, FABRIKAM).id).partner_id
        assert session.exec(select(ServiceRequest.id).where(ServiceRequest.partner_id == fabrikam)).first()
        session.execute(update(ServiceRequest).where(ServiceRequest.partner_id == fabrikam).values(product="azure"))
        session.commit()

    assert counted(member=TREY) == theirs


def test_answers_count_as_in_time_up_to_the_last_moment(counted):
    due = NOW - timedelta(days=1)
    on_time = counted(values={"due_at": due, "answered_at": due})
    assert on_time.share_in_time == 1
    late = counted(values={"answered_at": due + timedelta(seconds=1)})
    assert late.share_in_time == 0
    assert late.too_late[-1] == on_time.in_time[-1] > 0


def test_days_to_close_are_those_between_filing_and_closing(counted):
    found = counted(
        values={"product": "azure", "filed_at": NOW - timedelta(days=4), "closed_at": NOW - timedelta(days=1)}
    )

    (azure,) = found.days
    assert (azure.median, azure.longest) == (3, 3)


def test_filters_leave_out_the_rest(counted):
    all_of_it = counted()
    other = all_of_it.by_cloud[1].key
    alone = counted(cloud=other)

    assert 0 < alone.total < all_of_it.total
    assert [series.key for series in alone.by_cloud] == [other]
    assert counted(cloud=other, product="nothing").total == 0


def test_without_requests_the_page_says_what_to_do(desk, demo_app):
    reader = desk(TREY)
    with demo_app.extensions["onbehalf"].database.writing() as session:
        long_ago = {"created_at": NOW - timedelta(days=900), "answered_at": None, "closed_at": None}
        session.execute(update(ServiceRequest).values(**long_ago))
        session.commit()

    page = reader.get("/figures")
    assert "Nothing was asked in this time" in page.words
    assert "/customers" in page.links


@pytest.mark.parametrize("query", ["weeks=0", "weeks=-5", "weeks=999999", "weeks=x", "cloud=%00", "product=nowhere"])
def test_a_strange_filter_breaks_nothing(desk, query):
    assert desk(FABRIKAM).get(f"/figures?{query}").status == 200


def test_every_chart_has_its_numbers_as_a_table(desk):
    page = desk(FABRIKAM).get("/figures")
    charts = [tag for tag, given in page.tags if tag == "svg" and given.get("role") == "img"]
    tables = [tag for tag, _given in page.tags if tag == "table"]

    assert len(charts) == len(tables) == 4
