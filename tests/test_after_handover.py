"""After the handover: the door, the vendor's number, the clock, states, notes and owners."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from webapp.tables.customers import Customer
from webapp.tables.requests import ServiceRequest

FABRIKAM, NORTHWIND, ADATUM = "fabrikam-admin-agent", "northwind-admin-agent", "adatum-admin-agent"
NUMBER = "118032014183770"
STOCKHOLM, LONDON = ZoneInfo("Europe/Stockholm"), ZoneInfo("Europe/London")


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


@pytest.fixture
def request_(reader):
    return reader.filed("Contoso", "azure", answer_problem_started=None)


@pytest.fixture
def monday(demo_app, set_clock):
    """Stop the clock on the next Monday at nine, UTC; return the moment."""
    today = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    moment = today + timedelta(days=7 - today.weekday())
    set_clock(demo_app, moment)
    return moment


@pytest.fixture
def recorded(demo_app):
    """Return a function that reads a request's row anew."""

    def read(address):
        with demo_app.extensions["onbehalf"].database.reading() as session:
            return session.exec(select(ServiceRequest).where(ServiceRequest.ref == address.rpartition("/")[2])).one()

    return read


def to_vendor(reader, request, **words):
    return reader.send(reader.get(request).form("/ticket"), **{"ticket_number": NUMBER} | words)


def move(reader, request, state):
    return reader.post(f"{request}/state", {"state": state})


def told(page, words):
    """Return how many entries of the timeline say so."""
    return page.text.partition('<ol class="timeline">')[2].count(words)


def went(page):
    return told(page, "Went to the portal")


def test_going_to_the_portal_notes_the_moment_and_hands_over(reader, request_, recorded, monday):
    before = recorded(request_).state

    reader.get(f"{request_}/go")

    after = recorded(request_)
    assert (before, after.state) == ("ready", "handed_over")
    assert after.handed_over_at == monday
    assert went(reader.get(request_)) == 1


def test_going_again_is_noted_again_but_the_handover_stays_the_first(
    demo_app, reader, request_, recorded, monday, set_clock
):
    reader.get(f"{request_}/go")
    set_clock(demo_app, monday + timedelta(hours=2))

    reader.get(f"{request_}/go")

    assert recorded(request_).handed_over_at == monday
    assert went(reader.get(request_)) == 2


def test_a_prefetch_notes_nothing_and_goes_nowhere(reader, request_, recorded):
    purposes = ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip")

    answers = [reader.get(f"{request_}/go", Sec_Purpose=purpose) for purpose in purposes]

    assert [(answer.status, answer.location) for answer in answers] == [(204, "")] * 3
    assert recorded(request_).state == "ready"
    assert went(reader.get(request_)) == 0


def test_looking_at_the_door_without_opening_it_notes_nothing(reader, request_, recorded):
    reader.client.head(f"{request_}/go")

    assert recorded(request_).state == "ready"


@pytest.mark.rules("R8", "R41")
def test_another_recorded_door_can_be_taken(reader, request_):
    doors = [link for link in reader.get(request_).links if "/go?door=" in link]

    answers = [reader.get(door) for door in doors]

    assert doors
    assert {answer.status for answer in answers} == {303}
    assert answers[0].location.startswith("https://partner.microsoft.com/")


def test_a_door_that_was_not_recorded_is_not_found(reader, request_, recorded):
    doors = ("3", "99", "-1", "one", "1e1", "9" * 5000, "%00", "0;1")

    found = [reader.get(f"{request_}/go?door={door}").status for door in doors]

    assert found == [404] * len(doors)
    assert recorded(request_).state == "ready"


def test_a_door_whose_host_is_no_longer_the_clouds_is_refused_on_the_page(desk, make_app, demo_app, request_, recorded):
    moved = make_app(
        database_url=str(demo_app.extensions["onbehalf"].settings.database_url),
        cloud_overrides={"global": {"portals": {"azure": {"url": "https://portal.moved.example"}}}},
    )
    reader = type(desk())(moved.test_client(), FABRIKAM)

    answer = reader.get(f"{request_}/go")

    assert answer.status == 409
    assert "portal.azure.com is not a portal of" in answer.words
    assert "Prepare the request again" in answer.words
    assert answer.form("/ticket")
    assert recorded(request_).state == "ready"


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_id": "11111111-2222-4333-8444-555555555555"},
        {"domain": "contoso.example"},
        {"initial_domain": "contoso2.onmicrosoft.com"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_door_made_for_another_tenant_is_refused(demo_app, reader, request_, recorded, changes):
    with demo_app.extensions["onbehalf"].database.writing() as session:
        customer = session.get(Customer, recorded(request_).customer_id)
        customer.sqlmodel_update(changes)
        session.add(customer)
        session.commit()

    answer = reader.get(f"{request_}/go")

    assert answer.status == 409
    assert "has changed since this request was prepared" in answer.words
    assert "Prepare the request again" in answer.words
    assert recorded(request_).state == "ready"


NO_NUMBERS = ["", "   ", "1" * 65, "1180\n14", "1180\x00320", "1180\x1b[31m", "1180\u202e320", "1180\u200b320", "\t1"]


def test_what_is_no_number_is_refused_and_comes_back_as_it_was_typed(reader, request_, recorded):
    answers = {
        number: reader.post(f"{request_}/ticket", {"ticket_number": number, "filed_at": ""}) for number in NO_NUMBERS
    }

    assert {answer.status for answer in answers.values()} == {422}
    assert [answer.form("/ticket").values()["ticket_number"] for answer in answers.values()] == NO_NUMBERS
    assert (recorded(request_).state, recorded(request_).ticket_number) == ("ready", "")


def test_the_vendors_number_starts_the_clock_now(reader, request_, recorded, monday):
    answer = to_vendor(reader, request_, ticket_number=f"  {NUMBER} ", filed_at="")

    row = recorded(request_)
    assert answer.status == 303
    assert (row.state, row.ticket_number, row.filed_at) == ("filed", NUMBER, monday)


def test_the_form_offers_the_present_moment_in_the_readers_own_zone(reader, request_, monday):
    offered = reader.get(request_).form("/ticket").values()["filed_at"]

    assert offered == monday.astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M")


def test_a_moment_is_read_in_the_readers_own_zone(reader, request_, recorded, monday):
    filed = monday - timedelta(hours=3)

    to_vendor(reader, request_, filed_at=filed.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M"))

    assert recorded(request_).filed_at == filed


def test_a_moment_that_cannot_be_is_refused_and_both_fields_come_back(reader, request_, recorded):
    for moment in ("2126-01-01T00:00", "tomorrow", "2026-13-01T00:00", "0001-01-01T00:00"):
        answer = to_vendor(reader, request_, filed_at=moment)

        assert answer.status == 422, moment
        values = answer.form("/ticket").values()
        assert (values["ticket_number"], values["filed_at"]) == (NUMBER, moment)
    assert recorded(request_).state == "ready"


@pytest.mark.parametrize("moment", ["0002-01-01T00:00", "1970-01-01T00:00"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_moment_long_ago_is_a_late_answer_not_an_error(reader, moment, language):
    request = reader.filed("Contoso", "azure", language=language)

    assert to_vendor(reader, request, filed_at=moment).status == 303
    assert "First answer overdue" in reader.get(request).words


def test_an_unusual_number_is_recorded_with_a_warning_and_can_be_corrected(reader, request_):
    to_vendor(reader, request_, ticket_number="INC-42")
    unusual = reader.get(request_)
    to_vendor(reader, request_)

    assert "INC-42" in unusual.words
    assert "This number looks unusual" in unusual.words
    assert "This number looks unusual" not in reader.get(request_).words


@pytest.mark.rules("R50", "R51")
def test_the_clock_shows_when_the_answer_is_due_in_the_readers_zone_and_why(reader, request_, monday):
    to_vendor(reader, request_, filed_at="")

    page = reader.get(request_)

    due = monday + timedelta(hours=2)
    assert f'<time datetime="{due.isoformat()}">' in page.text
    assert f"{due.astimezone(STOCKHOLM):%H:%M}".lstrip("0") in page.words
    assert "Severity A" in page.words
    assert "within 2 hours" in page.words
    assert "around the clock" in page.words


@pytest.mark.rules("R71")
def test_each_reader_sees_the_same_deadline_in_their_own_zone(desk, monday):
    emily, grace = desk(ADATUM), desk(NORTHWIND)
    request = emily.filed("School of Fine Art", "azure")
    to_vendor(emily, request, filed_at="")

    pages = emily.get(request), grace.get(request)

    due = monday + timedelta(hours=2)
    assert all(f'<time datetime="{due.isoformat()}">' in page.text for page in pages)
    assert f"{due.astimezone(LONDON):%H:%M}".lstrip("0") in pages[0].words
    assert f"{due.astimezone(ZoneInfo('America/New_York')):%H:%M}".lstrip("0") in pages[1].words


@pytest.mark.rules("R52")
def test_what_is_not_broken_is_answered_within_a_business_day(reader, recorded, monday):
    request = reader.filed("Contoso", "azure", category="advisory")

    to_vendor(reader, request, filed_at="")

    row = recorded(request)
    assert timedelta(hours=20) < row.due_at - row.filed_at < timedelta(days=5)
    assert "within 1 business day" in reader.get(request).words


@pytest.mark.rules("R54")
def test_21vianet_has_its_own_clock(desk, recorded, monday):
    reader = desk("lantian-admin-agent")
    request = reader.filed("蓝天科技", "vianet", severity="A", language="zh_Hans_CN")

    to_vendor(reader, request, filed_at="")

    assert recorded(request).due_at == monday + timedelta(hours=1)


@pytest.mark.rules("R39", "R40")
def test_there_is_a_clock_for_a_publisher_only_where_it_states_a_time(reader, recorded, monday):
    stated, silent = reader.filed("Litware", "marketplace"), reader.filed("Fourth Coffee", "marketplace")

    for request in (stated, silent):
        to_vendor(reader, request, filed_at="")

    assert "The publisher states" in reader.get(stated).words
    assert recorded(silent).due_at is None
    assert "Nobody has promised a time for this product" in reader.get(silent).words


def test_a_correction_of_the_moment_moves_the_deadline(reader, request_, recorded, monday):
    to_vendor(reader, request_, filed_at="")
    earlier = monday - timedelta(hours=1)

    to_vendor(reader, request_, filed_at=earlier.astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M"))

    assert recorded(request_).due_at == earlier + timedelta(hours=2)


def test_the_same_number_sent_twice_is_one_step_and_does_not_start_the_clock_anew(
    demo_app, reader, request_, recorded, monday, set_clock
):
    to_vendor(reader, request_, filed_at="")
    told_once = reader.get(request_).words.count(NUMBER)
    set_clock(demo_app, monday + timedelta(seconds=20))

    to_vendor(reader, request_, filed_at="")

    assert recorded(request_).filed_at == monday
    assert reader.get(request_).words.count(NUMBER) == told_once


def test_closing_without_an_answer_stops_the_clock_and_reopening_lets_it_run_again(
    demo_app, reader, request_, recorded, monday, set_clock
):
    to_vendor(reader, request_, filed_at="")
    set_clock(demo_app, monday + timedelta(minutes=90))

    move(reader, request_, "closed")

    assert recorded(request_).answered_at is None
    assert "Closed without a first answer" in reader.get(request_).words
    move(reader, request_, "filed")
    assert "First answer due within the hour" in reader.get(request_).words


def test_an_answer_in_time_stops_the_clock(demo_app, reader, request_, recorded, monday, set_clock):
    to_vendor(reader, request_, filed_at="")
    set_clock(demo_app, monday + timedelta(minutes=90))

    move(reader, request_, "answered")

    assert recorded(request_).answered_at == monday + timedelta(minutes=90)
    assert "Answered in time" in reader.get(request_).words


def test_an_answer_after_the_deadline_was_late(demo_app, reader, request_, monday, set_clock):
    to_vendor(reader, request_, filed_at="")
    set_clock(demo_app, monday + timedelta(hours=3))
    overdue = reader.get(request_).words

    move(reader, request_, "answered")

    assert "First answer overdue" in overdue
    assert "Answered late" in reader.get(request_).words


def test_a_request_goes_its_way_to_the_end_and_back(reader, request_, recorded):
    seen = [recorded(request_).state]
    reader.get(f"{request_}/go")
    seen.append(recorded(request_).state)
    to_vendor(reader, request_)
    for state in (None, "answered", "closed", "filed", "closed"):
        if state:
            assert move(reader, request_, state).status == 303
        seen.append(recorded(request_).state)

    assert seen == ["ready", "handed_over", "filed", "answered", "closed", "filed", "closed"]
    page = reader.get(request_)
    assert (told(page, "Closed the request"), told(page, "Reopened the request")) == (2, 1)


@pytest.mark.rules("R1")
def test_a_problem_solved_without_filing_is_a_good_end_and_can_be_taken_up_again(reader, request_, recorded):
    solved = move(reader, request_, "solved")
    state, counted = recorded(request_).state, reader.get("/requests?state=solved&q=" + request_.rpartition("/")[2])
    again = move(reader, request_, "ready")

    assert (solved.status, state, again.status) == (303, "solved", 303)
    assert "1 request" in counted.words
    assert recorded(request_).state == "ready"


def test_what_was_handed_over_before_it_was_solved_is_handed_over_again(reader, request_, recorded):
    reader.get(f"{request_}/go")
    move(reader, request_, "solved")

    move(reader, request_, "ready")

    assert recorded(request_).state == "handed_over"


def test_a_step_that_does_not_follow_changes_nothing(reader, request_, recorded):
    for state in ("answered", "closed", "filed", "handed_over"):
        answer = move(reader, request_, state)

        assert answer.status == 409, state
        assert "choose again" in answer.words
    assert recorded(request_).state == "ready"


def test_a_state_that_is_none_is_refused(reader, request_, recorded):
    states = ("", "gone", "READY", "filed\0", "x" * 1000)

    assert [move(reader, request_, state).status for state in states] == [422] * len(states)
    assert recorded(request_).state == "ready"


def test_the_same_step_twice_is_one_step(reader, request_):
    to_vendor(reader, request_)

    answers = [move(reader, request_, "answered"), move(reader, request_, "answered")]

    assert [answer.status for answer in answers] == [303, 303]
    assert told(reader.get(request_), "Recorded the first answer") == 1


def test_a_finished_request_takes_no_number_until_it_is_reopened(reader, request_, recorded):
    move(reader, request_, "solved")

    answer = reader.post(f"{request_}/ticket", {"ticket_number": NUMBER})

    assert answer.status == 409
    assert "Reopen it first" in answer.words
    assert recorded(request_).ticket_number == ""


def test_a_note_stands_in_the_timeline_as_it_was_written(reader, request_):
    text = "First line\n  second, <b>not bold</b> & “quoted” 你好"

    answer = reader.send(reader.get(request_).form("/notes"), text=text)

    page = reader.get(request_)
    assert answer.status == 303
    assert " ".join(text.split()) in page.words
    assert "<b>not bold</b>" not in page.text
    assert page.form("/notes").values()["text"] == ""


def test_a_note_that_is_empty_or_too_long_comes_back(reader, request_):
    for text in ("", " \n ", "long " * 2001):
        answer = reader.post(f"{request_}/notes", {"text": text})

        assert answer.status == 422
        assert answer.form("/notes").values()["text"] == text
        assert "Wrote a note" not in answer.words


def test_a_request_can_be_given_to_a_colleague(desk, reader, request_):
    form = reader.get(request_).form("/owner")
    erik = next(
        value
        for value, name in re.findall(r'<option value="(\d+)"[^>]*>([^<]+)<', reader.get(request_).text)
        if name == "Erik Lindqvist"
    )

    answer = reader.send(form, owner=erik)

    assert answer.status == 303
    mine = desk("fabrikam-helpdesk").get("/requests?owner=me")
    assert request_.rpartition("/")[2] in mine.words


def test_a_stranger_or_nobody_cannot_own_a_request(reader, request_, recorded):
    before = recorded(request_).owner_id
    owners = ("", "provider", "6", "7", "999999", "99999999999999999999", "-1", "one", "\0")

    answers = {owner: reader.post(f"{request_}/owner", {"owner": owner}).status for owner in owners}

    assert answers == dict.fromkeys(owners, 422) | {"provider": 409}
    assert recorded(request_).owner_id == before


@pytest.mark.rules("R71")
def test_a_request_passed_to_the_provider_is_followed_and_carried_on_by_both(desk, recorded):
    emily, grace, stranger = desk(ADATUM), desk(NORTHWIND), desk(FABRIKAM)
    request = emily.filed("School of Fine Art", "azure")

    passed = emily.send(emily.get(request).form("/owner"), owner="provider")
    to_vendor(grace, request)
    emily.send(emily.get(request).form("/notes"), text="We follow it too.")

    assert passed.status == 303
    assert NUMBER in emily.get(request).words
    assert "We follow it too." in grace.get(request).words
    assert "Passed it to the provider" in grace.get(request).words
    assert {stranger.get(request).status, stranger.get(f"{request}/go").status} == {404}
    assert stranger.post(f"{request}/notes", {"text": "Hello"}).status == 404


def test_the_owner_of_another_partner_is_named_not_replaced_by_the_first_colleague(desk):
    reseller, provider = desk("adatum-admin-agent"), desk("northwind-admin-agent")
    request = reseller.filed("Margie's Travel", "microsoft365")
    reseller.send(reseller.get(request).form("/owner"), owner="provider")
    taken = provider.get(request).form("/owner")
    (grace,) = [choice for choice in taken.controls["owner"].choices if choice not in ("", "provider")]
    provider.send(taken, owner=grace)

    assert reseller.get(request).form("/owner").values()["owner"] == grace
    assert reseller.send(reseller.get(request).form("/owner")).status == 303
    assert "Grace Whitfield" in reseller.get(request).words


def test_a_change_by_htmx_returns_the_request_alone(reader, request_):
    answer = reader.post(f"{request_}/notes", {"text": "By htmx"}, HX_Request="true")

    assert answer.status == 200
    assert "<html" not in answer.text
    assert 'id="request"' in answer.text
    assert "By htmx" in answer.words
