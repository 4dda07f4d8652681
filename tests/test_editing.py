"""Changing the text of a prepared request, alone and two at once: answers stay true, and nobody loses a word."""

import threading
import time

import pytest
from sqlmodel import select

from webapp.tables.requests import ServiceRequest, TimelineEntry
from webapp.testing.desk import Desk

FABRIKAM, COLLEAGUE = "fabrikam-admin-agent", "fabrikam-global-admin"
DESCRIPTION = "Since nine.\n\n  Everybody — “всё” 坏了"


def recorded(app, address):
    with app.extensions["onbehalf"].database.reading() as session:
        ref = address.rpartition("/")[2]
        return session.exec(select(ServiceRequest).where(ServiceRequest.ref == ref)).one()


def entries(app, address, kind):
    row = recorded(app, address)
    with app.extensions["onbehalf"].database.reading() as session:
        statement = select(TimelineEntry).where(TimelineEntry.request_id == row.id, TimelineEntry.kind == kind)
        return session.exec(statement.order_by(TimelineEntry.id)).all()


def unbroken(words):
    return words.replace("\r\n", "\n")


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


@pytest.fixture
def request_(reader):
    return reader.filed("Contoso", "azure", title="It is broken", description=DESCRIPTION)


def editing(reader, address):
    return reader.get(f"{address}/edit").form("/edit")


def test_the_form_begins_with_what_the_request_says(reader):
    request = reader.filed(
        "Contoso", "azure", title="It is broken", description=DESCRIPTION, severity="C", contact_phone="+46 8 1",
        answer_tried="Restarted it.",
    )  # fmt: skip

    form = editing(reader, request)
    values = form.values()

    assert unbroken(values["description"]) == DESCRIPTION
    assert [values[name] for name in ("title", "severity", "contact_phone", "answer_tried")] == [
        "It is broken", "C", "+46 8 1", "Restarted it."
    ]  # fmt: skip
    assert form.filled() == values


@pytest.mark.parametrize(
    ("customer", "product", "member"),
    [
        ("Contoso", "azure", FABRIKAM),
        ("Contoso", "microsoft365", FABRIKAM),
        ("Litware", "marketplace", FABRIKAM),
        ("蓝天科技", "vianet", "lantian-admin-agent"),
    ],
)
def test_a_change_reaches_the_answers_the_heading_and_the_timeline(demo_app_on_each_engine, customer, product, member):
    reader = Desk(demo_app_on_each_engine.test_client(), member)
    request = reader.filed(customer, product, title="Nobody signs in", description="Old words of ours")
    before = recorded(demo_app_on_each_engine, request)

    answer = reader.send(editing(reader, request), title="Nobody prints", description="New words of ours")

    page, after = reader.get(request), recorded(demo_app_on_each_engine, request)
    assert answer.status == 303
    assert page.headings == ["Nobody prints"]
    values = [value["value"]["en"] for value in after.answers]
    assert any("New words of ours" in value for value in values)
    assert not any("Old words of ours" in value for value in values)
    assert "Changed the text" in page.words
    assert "Old words of ours" in page.words
    kept = ("ref", "request_key", "state", "created_at", "created_by_id", "owner_id", "partner_id", "product", "steps")
    assert {name: getattr(before, name) for name in kept} == {name: getattr(after, name) for name in kept}
    assert [door["host"] for door in before.doors] == [door["host"] for door in after.doors]


def test_nothing_changed_is_nothing_recorded(demo_app, reader, request_):
    before = recorded(demo_app, request_).version

    assert reader.send(editing(reader, request_)).status == 303

    assert recorded(demo_app, request_).version == before
    assert entries(demo_app, request_, "edited") == []


def test_the_second_of_two_sees_both_versions_and_nothing_is_recorded_yet(demo_app_on_each_engine):
    app = demo_app_on_each_engine
    first, second = Desk(app.test_client(), FABRIKAM), Desk(app.test_client(), COLLEAGUE)
    request = first.filed("Contoso", "azure", title="It is broken", description=DESCRIPTION)
    theirs, mine = editing(first, request), editing(second, request)

    assert first.send(theirs, title="Broken since Monday", severity="A").status == 303
    answer = second.send(mine, description="All of Malmö", title="It is broken")

    assert answer.status == 409
    for words in ("Broken since Monday", "All of Malmö", "Everybody — “всё” 坏了", "A, critical"):
        assert words in answer.words
    values = answer.form("/edit").values()
    assert unbroken(values["description"]) == "All of Malmö"
    assert recorded(app, request).title == "Broken since Monday"
    assert unbroken(recorded(app, request).description) == DESCRIPTION


@pytest.fixture
def overtaken(desk, request_):
    """Return a reader whose change of the title was overtaken by a colleague's, and the page that says so."""
    reader, colleague = desk(FABRIKAM), desk(COLLEAGUE)
    mine, theirs = editing(reader, request_), editing(colleague, request_)
    colleague.send(theirs, title="The colleague's title")
    return reader, reader.send(mine, title="My title")


def test_the_second_may_keep_their_own_and_the_first_version_stays_readable(demo_app, overtaken, request_):
    reader, page = overtaken

    answer = reader.send(page.form("/edit"), action="mine")

    assert answer.status == 303
    assert reader.get(request_).headings == ["My title"]
    before = [entry.detail["before"][0]["value"]["en"] for entry in entries(demo_app, request_, "edited")]
    assert before == ["It is broken", "The colleague's title"]
    assert "The colleague's title" in reader.get(request_).words


def test_the_second_may_take_the_first_version(demo_app, overtaken, request_):
    reader, page = overtaken

    answer = reader.send(page.form("/edit"), action="theirs")

    assert answer.location == request_
    assert recorded(demo_app, request_).title == "The colleague's title"


def test_the_second_may_join_the_two(demo_app, overtaken, request_):
    reader, page = overtaken

    assert reader.send(page.form("/edit"), action="save", title="Both titles").status == 303

    assert recorded(demo_app, request_).title == "Both titles"


def test_whoever_is_overtaken_while_choosing_is_asked_again(desk, overtaken, request_):
    reader, page = overtaken
    third = desk(COLLEAGUE)
    third.send(editing(third, request_), title="A third title")

    answer = reader.send(page.form("/edit"), action="mine")

    assert answer.status == 409
    assert "A third title" in answer.words
    assert answer.form("/edit").values()["title"] == "My title"


def test_a_note_or_an_opened_door_meanwhile_overtakes_nobody(desk, reader, request_):
    mine = editing(reader, request_)
    colleague = desk(COLLEAGUE)
    colleague.post(f"{request_}/notes", {"text": "Seen it"})
    colleague.get(f"{request_}/go")

    assert reader.send(mine, title="My title").status == 303


def test_two_changes_sent_at_the_same_moment_are_both_kept(demo_app_on_each_engine):
    app = demo_app_on_each_engine
    readers = [Desk(app.test_client(), key) for key in (FABRIKAM, COLLEAGUE)]
    request = readers[0].filed("Contoso", "azure", title="It is broken")
    forms = [editing(reader, request) for reader in readers]
    answers = {}

    def send(number):
        answers[number] = readers[number].send(forms[number], title=f"Title {number}")

    with app.extensions["onbehalf"].database.writing() as session:  # both wait for this, then race
        held = select(ServiceRequest).where(ServiceRequest.ref == request.rpartition("/")[2]).with_for_update()
        session.exec(held).one()
        threads = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        session.rollback()
    for thread in threads:
        thread.join()

    statuses = {number: answer.status for number, answer in answers.items()}
    assert sorted(statuses.values()) == [303, 409]
    won, lost = (next(number for number, status in statuses.items() if status == wanted) for wanted in (303, 409))
    assert recorded(app, request).title == f"Title {won}"
    assert answers[lost].form("/edit").values()["title"] == f"Title {lost}"
    assert f"Title {won}" in answers[lost].words


def test_a_filed_request_keeps_its_text_and_the_late_words_come_back(demo_app, reader, request_):
    form = editing(reader, request_)
    reader.post(f"{request_}/ticket", {"ticket_number": "118032014183770"})

    answer = reader.send(form, description="Too late")

    assert answer.status == 409
    assert "as a note on its page" in answer.words
    assert answer.form("/edit").values()["description"] == "Too late"
    assert unbroken(recorded(demo_app, request_).description) == DESCRIPTION
    assert f"{request_}/edit" not in reader.get(request_).links


def test_missing_answers_are_named_and_cost_no_word(demo_app, reader, request_):
    answer = reader.send(editing(reader, request_), title="", description="Kept")

    assert answer.status == 422
    assert "Title" in answer.words
    assert answer.form("/edit").values()["description"] == "Kept"
    assert recorded(demo_app, request_).title == "It is broken"


@pytest.mark.rules("R24")
def test_the_customers_own_contact_is_refused_here_too(reader, request_):
    assert reader.send(editing(reader, request_), contact_email="ceo@contoso.com").status == 422


@pytest.mark.rules("R1")
def test_a_change_that_support_is_not_owed_for_is_refused_with_the_checks(demo_app, reader, request_):
    answer = reader.send(editing(reader, request_), answer_issue_kind="none", description="Kept")

    assert answer.status == 403
    assert "Support is not owed" in answer.words
    assert answer.form("/edit").values()["description"] == "Kept"
    assert recorded(demo_app, request_).version == 1


def test_an_old_page_comes_back_with_every_word_and_a_fresh_token(reader, request_):
    answer = reader.post(f"{request_}/edit", editing(reader, request_).filled(title="Kept") | {"csrf_token": "old"})

    assert answer.status == 403
    assert answer.form("/edit").values()["title"] == "Kept"
    assert reader.send(answer.form("/edit")).status == 303


def test_without_the_plugin_the_refusal_says_what_to_do_and_gives_the_words_back(demo_app, make_app, reader, request_):
    values = editing(reader, request_).filled(description=DESCRIPTION + " and more")
    url = demo_app.extensions["onbehalf"].settings.database_url
    bare = Desk(make_app(database_url=url, plugins=()).test_client(), FABRIKAM)

    answers = [bare.get(f"{request_}/edit"), bare.post(f"{request_}/edit", values | {"csrf_token": bare.token()})]

    assert [answer.status for answer in answers] == [409, 409]
    assert all("plugin for this product is not enabled" in answer.words for answer in answers)
    assert unbroken(answers[1].form("/edit").values()["description"]) == DESCRIPTION + " and more"
    assert recorded(demo_app, request_).version == 1


def test_a_moment_is_shown_and_kept_in_the_time_zone_of_whoever_reads(demo_app, desk, reader):
    form = reader.new("Contoso", "azure")
    moments = [control.name for control in form.controls.values() if control.kind == "datetime-local"]
    typed = dict.fromkeys(moments, "2026-11-20T09:30")
    request = reader.send(form, action="file", **typed).location
    assert moments

    with demo_app.extensions["onbehalf"].database.writing() as session:
        row = session.exec(select(ServiceRequest).where(ServiceRequest.ref == request.rpartition("/")[2])).one()
        assert {name: row.words[name][-6:] for name in moments} == dict.fromkeys(moments, "+00:00")

    assert {name: editing(reader, request).values()[name] for name in moments} == typed
    reader.send(editing(reader, request))
    assert entries(demo_app, request, "edited") == []


@pytest.mark.rules("R71")
def test_who_follows_a_request_may_change_it_with_their_own_contact(demo_app, desk):
    reseller, provider = desk("adatum-admin-agent"), desk("northwind-admin-agent")
    request = reseller.filed("Margie's Travel", "microsoft365", title="Broken")
    assert provider.get(f"{request}/edit").status == 403
    reseller.post(f"{request}/owner", {"owner": "provider"})

    answer = provider.send(editing(provider, request), contact_email="desk@northwind.example")

    assert answer.status == 303
    assert recorded(demo_app, request).contact["email"] == "desk@northwind.example"


def test_another_partners_request_is_not_there_to_be_changed(desk, request_):
    assert desk("trey-admin-agent").get(f"{request_}/edit").status == 404


def test_a_member_who_may_not_file_changes_nothing(desk, request_):
    reader = desk("fabrikam-no-role")

    assert f"{request_}/edit" not in desk("fabrikam-sales").get("/requests").links
    assert reader.send(editing(reader, request_), title="Not mine").status == 403


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "0", None])
def test_a_strange_version_counts_as_the_oldest(desk, reader, request_, version):
    colleague = desk(COLLEAGUE)
    colleague.send(editing(colleague, request_), title="The colleague's title")

    assert reader.send(editing(reader, request_), version=version, title="Mine").status == 409


def test_a_request_from_before_answers_were_kept_asks_them_again(demo_app, reader, request_):
    with demo_app.extensions["onbehalf"].database.writing() as session:
        row = session.exec(select(ServiceRequest).where(ServiceRequest.ref == request_.rpartition("/")[2])).one()
        row.words = None
        session.add(row)
        session.commit()

    values = editing(reader, request_).values()

    assert values["title"] == "It is broken"
    assert "answer_tried" not in values or values["answer_tried"] == ""
    assert reader.send(editing(reader, request_), title="Changed").status == 303
    assert recorded(demo_app, request_).words["title"] == "Changed"
