"""Saved views, several requests at once, canned texts, and the files to bring along."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from webapp.canned_texts import filled
from webapp.tables.requests import ServiceRequest, TimelineEntry

FABRIKAM, HELPDESK, TREY, NO_ROLE = "fabrikam-admin-agent", "fabrikam-helpdesk", "trey-admin-agent", "fabrikam-no-role"
FILTERS = "state=filed&product=azure"


@pytest.fixture
def request_of(demo_app_on_each_engine):
    """Return a function that reads a request, with its timeline's kinds, the oldest first."""

    def read(address):
        ref = address.rpartition("/")[2]
        with demo_app_on_each_engine.extensions["onbehalf"].database.reading() as session:
            row = session.exec(select(ServiceRequest).where(ServiceRequest.ref == ref)).one()
            entries = session.exec(
                select(TimelineEntry).where(TimelineEntry.request_id == row.id).order_by(TimelineEntry.id)
            ).all()
            return row, [entry.kind for entry in entries]

    return read


def filed(reader, count=2):
    """File requests and bring their numbers back, so that they can be closed; return their addresses."""
    made = [reader.filed("Contoso", "azure", title=f"Number {n}") for n in range(count)]
    for address in made:
        assert reader.send(reader.get(address).form("/ticket"), ticket_number="118032014183770").status == 303
    return made


def bulk(reader, addresses, action, **words):
    form = reader.get("/requests").form("/request-actions")
    data = form.values() | {"action": action, "ref": [one.rpartition("/")[2] for one in addresses]} | words
    answer = reader.post(form.action, data)
    return reader.get(answer.location) if answer.status == 303 else answer


def keep(reader, name, query=FILTERS):
    return reader.send(reader.get(f"/requests?{query}").form("/request-views"), name=name)


def test_a_view_keeps_the_filters_under_its_name(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    answer = keep(reader, "Azure, filed")

    assert answer.status == 303
    page = reader.get("/requests")
    assert "Azure, filed" in page.words
    assert any("product=azure" in link and "state=filed" in link for link in page.links)
    assert "Azure, filed" not in desk_on_each_engine(HELPDESK).get("/requests").words


def test_a_view_can_be_renamed_and_removed_by_its_owner_alone(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    keep(reader, "First")
    view = next(link for link in reader.get("/requests").links if link.startswith("/request-views/"))

    assert desk_on_each_engine(HELPDESK).get(view).status == 404
    assert desk_on_each_engine(HELPDESK).post(f"{view}/remove", {}).status == 404
    reader.send(reader.get(view).form(view), name="Second")
    assert "Second" in reader.get("/requests").words
    reader.send(reader.get(view).form("/remove"))
    assert "Second" not in reader.get("/requests").words


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_short_name(desk, name):
    reader = desk(FABRIKAM)
    form = reader.get(f"/requests?{FILTERS}").form("/request-views")

    assert reader.post(form.action, form.values() | {"name": name}).status == 422


def test_a_view_whose_name_is_taken_replaces_the_other_only_when_told_to(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    keep(reader, "One")

    refused = keep(reader, "One", "state=closed")

    assert refused.status == 422
    assert "You have a view of that name." in refused.words
    form = refused.form("/request-views")
    assert (form.values()["name"], form.values()["state"]) == ("One", "closed")
    assert "state=closed" not in "".join(reader.get("/requests").links)
    assert reader.send(form, replace="yes").status == 303
    assert "state=closed" in "".join(link for link in reader.get("/requests").links if "product=azure" not in link)


def test_keeping_the_same_view_twice_under_one_name_is_no_trouble(desk):
    reader = desk(FABRIKAM)

    assert [keep(reader, "One").status, keep(reader, "One").status] == [303, 303]


def test_a_name_that_does_not_fit_comes_back_in_the_list_as_it_was_filtered(desk):
    reader = desk(FABRIKAM)
    form = reader.get(f"/requests?{FILTERS}").form("/request-views")

    page = reader.post(form.action, form.values() | {"name": "x" * 61})

    assert page.status == 422
    assert "A view has a name of 1 to 60 characters." in page.words
    assert page.form("/request-views").values() | {"csrf_token": ""} == form.values() | {
        "csrf_token": "",
        "name": "x" * 61,
    }
    assert page.form("/requests").values()["product"] == "azure"


def test_a_view_cannot_be_renamed_to_the_name_of_another(desk):
    reader = desk(FABRIKAM)

    def kept():
        return [link for link in reader.get("/requests").links if link.startswith("/request-views/")]

    before = kept()
    keep(reader, "One")
    keep(reader, "Two")
    views = [link for link in kept() if link not in before]
    assert len(views) == 2
    assert reader.send(reader.get(views[1]).form(views[1]), name="One").status == 409


def test_a_note_goes_to_every_request_ticked_and_can_be_withdrawn(desk_on_each_engine, request_of):
    reader = desk_on_each_engine(FABRIKAM)
    made = filed(reader)
    page = bulk(reader, made, "note", text="Vendor confirmed the incident")

    assert "The note stands on 2 requests." in page.words
    assert all("Vendor confirmed the incident" in reader.get(one).words for one in made)

    after = reader.get(reader.send(page.form("/undo")).location)
    assert "It has been taken back." in after.words
    for one in made:
        _row, kinds = request_of(one)
        assert kinds[-2:] == ["note", "undone"]
        assert "Vendor confirmed the incident" in reader.get(one).words
        assert "withdrawn" in reader.get(one).words


def test_closing_leaves_out_what_cannot_be_closed_and_says_why(desk_on_each_engine, request_of):
    reader = desk_on_each_engine(FABRIKAM)
    (closable,) = filed(reader, 1)
    ready = reader.filed("Contoso", "azure", title="Only prepared")
    page = bulk(reader, [closable, ready], "close")

    assert "1 request has been closed." in page.words
    assert "Left out: Only prepared" in page.words
    assert request_of(closable)[0].state == "closed"
    assert request_of(ready)[0].state == "ready"


def test_what_was_closed_together_is_reopened_as_it_was(desk_on_each_engine, request_of):
    reader = desk_on_each_engine(FABRIKAM)
    made = filed(reader)
    before = [request_of(one)[0] for one in made]
    reader.send(bulk(reader, made, "close").form("/undo"))

    for one, then in zip(made, before, strict=True):
        now = request_of(one)[0]
        assert (now.state, now.answered_at, now.closed_at) == (then.state, then.answered_at, then.closed_at)


def test_what_a_colleague_changed_meanwhile_is_left_as_it_is(desk_on_each_engine, request_of):
    reader, colleague = desk_on_each_engine(FABRIKAM), desk_on_each_engine(HELPDESK)
    made = filed(reader)
    page = bulk(reader, made, "close")
    colleague.send(colleague.get(made[0]).form("/notes"), text="I am on it")

    answer = reader.send(page.form("/undo"))
    assert "Number 0" in answer.words
    assert [request_of(one)[0].state for one in made] == ["closed", "filed"]


def test_it_is_taken_back_once_by_its_member_and_in_time(desk, demo_app, set_clock):
    reader = desk(FABRIKAM)
    form = bulk(reader, filed(reader), "note", text="Hello").form("/undo")
    assert desk(HELPDESK).post(form.action, {}).status == 404
    assert reader.send(form).status == 303
    assert reader.send(form).status == 409

    late = bulk(reader, filed(reader), "note", text="Hello").form("/undo")
    set_clock(demo_app, demo_app.extensions["onbehalf"].now() + timedelta(minutes=11))
    assert reader.send(late).status == 409


def test_sending_the_form_twice_does_it_once(desk, request_of, demo_app_on_each_engine):
    reader = desk(FABRIKAM)
    made = filed(reader, 1)
    form = reader.get("/requests").form("/request-actions")
    data = form.values() | {"action": "note", "text": "Once", "ref": [made[0].rpartition("/")[2]]}
    first, second = reader.post(form.action, data), reader.post(form.action, data)

    assert first.location == second.location
    assert reader.get(made[0]).words.count("Once") == 1


def test_a_strangers_request_among_them_stops_it_all(desk_on_each_engine, request_of):
    reader, stranger = desk_on_each_engine(FABRIKAM), desk_on_each_engine(TREY)
    mine = filed(reader, 1)
    theirs = stranger.filed("Humongous Insurance", "microsoft365")

    assert bulk(reader, [*mine, theirs], "close").status == 404
    assert request_of(mine[0])[0].state == "filed"


@pytest.mark.parametrize("words", [{"ref": []}, {"action": "delete"}, {"text": "  "}, {"request_key": "x"}])
def test_a_form_that_does_not_fit_changes_nothing(desk, words):
    reader = desk(FABRIKAM)
    made = filed(reader, 1)
    form = reader.get("/requests").form("/request-actions")
    data = form.values() | {"action": "note", "text": "Hello", "ref": [made[0].rpartition("/")[2]]} | words

    assert reader.post(form.action, data).status == 422
    assert "Hello" not in reader.get(made[0]).words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"ref": []}, "No request is chosen."),
        ({"action": "delete"}, "This form does not fit any more."),
        ({"text": "  "}, "The note is empty."),
        ({"text": "x" * 10_001}, "The note is over 10,000 characters long."),
    ],
)
def test_what_is_refused_comes_back_in_the_list_with_the_ticks_and_the_note(desk, words, said):
    reader = desk(FABRIKAM)
    refs = [address.rpartition("/")[2] for address in filed(reader, 3)]
    form = reader.get("/requests?state=filed").form("/request-actions")
    data = form.values() | {"action": "note", "text": "Hello there", "ref": refs[:2]} | words

    page = reader.post(form.action, data)

    assert page.status == 422
    assert said in page.words
    assert page.words.count("Number 2") == 1
    ticked = re.findall(r'name="ref" value="([\w-]+)" form="bulk" checked', page.text)
    assert sorted(ticked) == sorted(data["ref"])
    again = page.form("/request-actions").values()
    assert (again["text"].strip(), again["query"]) == (data["text"].strip(), "state=filed")


def test_what_is_refused_on_the_second_page_of_the_list_comes_back_on_that_page(desk):
    reader = desk(FABRIKAM)
    second = next(link for link in reader.get("/requests").links if "after=" in link)
    form = reader.get(second).form("/request-actions")
    refs = re.findall(r'name="ref" value="([\w-]+)"', reader.get(second).text)[:2]

    page = reader.post(form.action, form.values() | {"action": "note", "text": "", "ref": refs})

    assert (page.status, page.text.count(" checked")) == (422, 2)


def test_a_form_refused_twice_still_knows_its_list(served, browser_page, enter):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests?state=closed")
    for _time in range(2):
        page.click("#bulk button[value=note]")
        page.wait_for_selector("#trouble")
        assert page.input_value("#state") == "closed"


def write_text(reader, **words):
    form = reader.get("/texts/new").form("/texts")
    return reader.send(form, **{"title": "Greeting", "body": "Hello {customer} {nobody}"} | words)


def test_a_canned_text_is_offered_for_its_product_and_language(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    assert write_text(reader, title="For Azure", product="azure", language="en").status == 303
    write_text(reader, title="In Swedish", language="sv")

    azure = reader.get(f"{reader.customer('Contoso')}/requests/new?product=azure").words
    assert "For Azure" in azure
    assert "In Swedish" not in azure
    assert "For Azure" not in reader.get(f"{reader.customer('Contoso')}/requests/new?product=ems").words


def test_without_javascript_a_button_puts_the_text_behind_the_description(desk):
    reader = desk(FABRIKAM)
    write_text(reader)
    form = reader.new("Contoso", "azure")
    number = next(choice for choice in form.controls["canned"].choices if choice)
    page = reader.send(form, description="My own words.", action="insert", canned=number)

    assert page.form("/requests").values()["description"] == "My own words.\n\nHello Contoso {nobody}"
    request = reader.filed("Contoso", "azure")
    note = reader.send(reader.get(request).form("/notes"), text="Mine", action="insert", canned=number)
    assert note.form("/notes").values()["text"] == "Mine\n\nHello Contoso {nobody}"


def test_another_partners_text_is_neither_shown_nor_put_in(desk):
    reader, stranger = desk(FABRIKAM), desk("northwind-admin-agent")
    write_text(reader, body="A secret of Fabrikam")
    edit = next(link for link in reader.get("/texts").links if link.startswith("/texts/") and link != "/texts/new")

    assert stranger.get(edit).status == 404
    form = stranger.new("Margie's Travel", "azure")
    answer = stranger.send(form, action="insert", canned=edit.rpartition("/")[2])
    assert answer.status == 404
    assert "A secret of Fabrikam" not in answer.text


def test_what_fills_a_hole_is_not_filled_again(desk_on_each_engine, request_of, demo_app_on_each_engine):
    class Named:
        member = type("M", (), {"name": "{customer}"})

    class Whom:
        name, domain, tenant_id = "{member}", "contoso.com", "1"

    assert filled("{customer} {member} {ref} {x}", Named, Whom) == "{member} {customer} {ref} {x}"


def test_files_are_listed_from_the_form_to_the_pack_and_ticked(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    request = reader.filed("Contoso", "azure", files="Screenshot of the error\r\n\r\nHAR trace\nHAR trace")

    page = reader.get(request)
    assert page.words.count("HAR trace") == 1
    answer = reader.post(f"{request}/files", {"attached": "HAR trace", "files": "Sign-in log"})
    assert answer.status == 303
    text = reader.get(f"{request}/pack?as=text").text
    assert "- Screenshot of the error\n" in text
    assert "- HAR trace · attached\n" in text
    assert "- Sign-in log\n" in text


@pytest.mark.parametrize("files", ["\n".join(map(str, range(21))), "x" * 201])
def test_too_many_files_come_back_with_every_word(desk, files):
    reader = desk(FABRIKAM)
    answer = reader.file("Contoso", "azure", files=files, title="Kept")

    assert answer.status == 422
    assert answer.form("/requests").values()["files"] == files
    assert answer.form("/requests").values()["title"] == "Kept"


def test_files_survive_as_a_draft(desk):
    reader = desk(FABRIKAM)
    form = reader.new("Contoso", "azure")
    reader.send(form, action="save", files="A trace")

    assert reader.new("Contoso", "azure").values()["files"] == "A trace"


def test_the_list_ticks_all_of_a_page_and_inserts_texts_in_a_browser(browser_page, served, enter, desk):
    write_text(desk(FABRIKAM), title="Greeting", body="Hello {customer}")
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests")
    page.locator("[data-ticks-all]").check()
    boxes = page.locator("#requests input[name=ref]")
    assert boxes.count() == page.locator("#requests input[name=ref]:checked").count() > 5

    page.goto(f"{served}/customers/1/requests/new?product=azure")
    page.fill("#description", "Before. After.")
    page.evaluate("document.getElementById('description').setSelectionRange(8, 8)")
    page.select_option("#canned-description", label="Greeting")
    page.locator("[data-inserts=description]").click()
    assert page.input_value("#description") == "Before. Hello ContosoAfter."


def test_a_note_typed_beside_closing_goes_along_and_both_are_taken_back(desk_on_each_engine, request_of):
    reader = desk_on_each_engine(FABRIKAM)
    made = filed(reader)
    page = bulk(reader, made, "close", text="Closed after the incident")

    assert "2 requests have been closed." in page.words
    for one in made:
        row, kinds = request_of(one)
        assert (row.state, kinds[-2:]) == ("closed", ["closed", "note"])

    after = reader.get(reader.send(page.form("/undo")).location)
    assert "It has been taken back." in after.words
    for one in made:
        assert request_of(one)[0].state != "closed"


def test_views_stand_in_the_order_of_the_readers_language(desk):
    reader = desk(FABRIKAM)
    for name in ("zeta", "Öppna", "beta", "Alfa"):
        keep(reader, name)

    words = reader.get("/requests", Accept_Language="sv").words
    assert sorted(("zeta", "Öppna", "beta", "Alfa"), key=words.index) == ["Alfa", "beta", "zeta", "Öppna"]


def test_after_a_filter_the_csv_and_the_language_are_those_of_the_list_in_sight(browser_page, served, enter):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests")
    page.select_option("#state", "closed")
    page.wait_for_url("**/requests?*state=closed*")

    assert page.get_attribute("[data-downloads]", "href").endswith("/requests.csv?state=closed")
    page.locator("details.me summary").click()
    page.select_option("details.me select[name=language]", "sv")
    page.locator("details.me form.preferences button").click()
    page.locator("html[lang=sv]").wait_for()
    assert "state=closed" in page.url


def test_enter_on_a_tick_sends_nothing(browser_page, served, enter):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests?state=filed")
    page.fill("#bulk-text", "Not to be sent")
    page.locator("#requests input[name=ref]").first.check()
    page.keyboard.press("Enter")
    page.locator("#requests input[name=ref]").nth(1).check()

    assert page.url == f"{served}/requests?state=filed"
    assert page.input_value("#bulk-text") == "Not to be sent"
