"""The same form sent several times at once makes one request, whichever comes first, on both engines."""

import threading

import pytest
from sqlmodel import func, select

from webapp.cookies import PLAIN
from webapp.tables.requests import Draft, ServiceRequest, TimelineEntry
from webapp.testing.desk import Desk

FABRIKAM = "fabrikam-admin-agent"
SENDERS = 4


def count(app, table, *where):
    with app.extensions["onbehalf"].database.reading() as session:
        return session.exec(select(func.count()).select_from(table).where(*where)).one()


def sent_at_once(app, *sendings):
    """Send from several browsers' tabs at the same moment; return the answers in the order of ``sendings``."""
    start, answers = threading.Barrier(len(sendings)), [None] * len(sendings)

    def send(number):
        reader, address, words = sendings[number]
        tab = app.test_client()
        tab.set_cookie(PLAIN, reader.client.get_cookie(PLAIN).value)
        start.wait()
        answers[number] = tab.post(address, data=words)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(sendings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def app(demo_app_on_each_engine):
    return demo_app_on_each_engine


@pytest.fixture
def reader(app):
    return Desk(app.test_client(), FABRIKAM)


@pytest.mark.parametrize("time", range(3))
def test_a_double_click_makes_one_request_and_every_answer_leads_to_it(app, reader, time):
    form = reader.new("Contoso", "azure")
    words, before = form.filled(action="file", title="Sent at once"), count(app, ServiceRequest)

    answers = sent_at_once(app, *[(reader, form.action, words)] * SENDERS)

    assert [answer.status_code for answer in answers] == [303] * SENDERS
    assert len({answer.location for answer in answers}) == 1
    assert count(app, ServiceRequest) == before + 1
    (ref,) = {answer.location.rpartition("/")[2] for answer in answers}
    mine = select(ServiceRequest.id).where(ServiceRequest.ref == ref).scalar_subquery()
    assert count(app, TimelineEntry, TimelineEntry.request_id == mine) == 1


def test_a_double_click_on_a_form_with_a_draft_leaves_no_draft(app, reader):
    form = reader.new("Contoso", "azure")
    drafts = count(app, Draft)
    reader.send(form, action="save", title="Kept first")
    form = reader.new("Contoso", "azure")
    assert count(app, Draft) == drafts + 1

    answers = sent_at_once(app, *[(reader, form.action, form.filled(action="file"))] * SENDERS)

    assert {answer.status_code for answer in answers} == {303}
    assert count(app, Draft) == drafts


def test_two_forms_of_the_same_draft_sent_at_once_make_two_requests(app, reader):
    reader.send(reader.new("Contoso", "azure"), action="save", title="Opened in two tabs")
    tabs, before = [reader.new("Contoso", "azure") for _tab in range(2)], count(app, ServiceRequest)

    answers = sent_at_once(app, *[(reader, tab.action, tab.filled(action="file")) for tab in tabs])

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.location for answer in answers}) == 2
    assert count(app, ServiceRequest) == before + 2


def test_two_readers_file_for_one_customer_at_once_and_each_has_their_own(app, reader):
    colleague = Desk(app.test_client(), "fabrikam-global-admin")
    forms = [one.new("Contoso", "azure") for one in (reader, colleague)]

    answers = sent_at_once(
        app,
        (reader, forms[0].action, forms[0].filled(action="file", title="Mine")),
        (colleague, forms[1].action, forms[1].filled(action="file", title="Theirs")),
    )

    assert [reader.get(answer.location).headings for answer in answers] == [["Mine"], ["Theirs"]]


def test_an_autosave_that_arrives_behind_the_request_leaves_no_draft(app, reader):
    form = reader.new("Contoso", "azure")
    words = form.filled(title="Typed, saved and sent")
    drafts = count(app, Draft)
    filed = reader.post(form.action, words | {"action": "file"})

    late = reader.client.put(form.action.replace("/requests", "/draft?product=azure"), data=words)

    assert (filed.status, late.status_code) == (303, 204)
    assert count(app, Draft) == drafts
    assert reader.new("Contoso", "azure").values()["title"] == ""
