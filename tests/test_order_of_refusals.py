"""In which order a request is refused, and that no refusal costs a word or tells a stranger anything."""

import threading
import time

import pytest
from sqlmodel import select

from webapp.tables.requests import ServiceRequest

FABRIKAM = "fabrikam-admin-agent"
ANOTHER_SITE = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
TYPED = {
    "title": "It is broken",
    "description": "Since nine.\n\n  Everybody — “всё” 坏了",
    "answer_tried": "Restarted it.",
}


def count(app):
    with app.extensions["onbehalf"].database.reading() as session:
        return len(session.exec(select(ServiceRequest.id)).all())


def kept(page):
    values = page.form("/requests").values()
    return {name: values[name] for name in TYPED}


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


@pytest.mark.parametrize(
    ("owner", "customer", "product"),
    [
        ("adatum-admin-agent", "Margie's Travel", "azure"),
        ("lantian-admin-agent", "蓝天科技", "vianet"),
        (FABRIKAM, "Contoso", "sharepoint"),
        (FABRIKAM, "Contoso", ""),
    ],
    ids=["a reseller's customer", "a Chinese partner's customer", "an unknown product", "no product"],
)
def test_a_foreign_customer_or_unknown_product_is_not_found_before_the_token_is_looked_at(
    desk, reader, owner, customer, product
):
    address = f"{desk(owner).customer(customer)}/requests"

    answer = reader.post(address, {"product": product, "csrf_token": "wrong"}, Origin="https://evil.example")

    assert answer.status == 404
    assert answer.headings
    assert customer not in answer.text


def test_a_customer_that_does_not_exist_reads_like_a_foreign_one(desk, reader):
    foreign = desk("adatum-admin-agent").customer("Margie's Travel")

    answers = [reader.get(address) for address in (foreign, "/customers/999999", "/customers/99999999999999999999")]

    assert [answer.status for answer in answers] == [404, 404, 404]
    assert len({answer.words.partition("Reference")[0] for answer in answers}) == 1


def test_a_request_of_another_partner_reads_like_none(desk, reader):
    theirs = desk("trey-admin-agent").filed("Humongous Insurance", "microsoft365")

    answers = [reader.get(address) for address in (theirs, f"{theirs}/go", "/requests/OB-00000000")]

    assert [answer.status for answer in answers] == [404, 404, 404]
    assert len({answer.words.partition("Reference")[0] for answer in answers}) == 1


def test_a_wrong_token_comes_before_the_refusal_of_support(reader):
    form = reader.new("Wingtip Toys", "azure")

    answer = reader.post(form.action, form.filled(**TYPED, csrf_token="wrong"))

    assert answer.status == 403
    assert "too old" in answer.words
    assert kept(answer) == TYPED


def test_the_refusal_of_support_comes_before_the_missing_answers(reader):
    form = reader.new("Wingtip Toys", "azure")

    answer = reader.post(form.action, form.values() | {"title": "", "description": "Kept."})

    assert answer.status == 403
    assert "Support is not owed" in answer.words
    assert "field is required" not in answer.words
    assert answer.form("/requests").values()["description"] == "Kept."


def test_a_missing_answer_comes_last_and_costs_no_word(reader):
    answer = reader.file("Contoso", "azure", **TYPED | {"contact_email": ""})

    assert answer.status == 422
    assert kept(answer) == TYPED
    assert "Contact e-mail" in answer.words
    assert reader.send(answer.form("/requests"), action="file", contact_email="a@fabrikam.com").status == 303


def test_a_form_from_an_old_page_comes_back_ready_to_be_sent(demo_app, reader):
    form = reader.new("Contoso", "azure")
    words = form.filled(**TYPED, action="file")
    reader.send(reader.get("/").form("/sign-out"))
    reader.send(reader.get("/sign-in").form("/sign-in/demo"), member=FABRIKAM)

    refused = reader.post(form.action, words)

    assert refused.status == 403
    assert kept(refused) == TYPED
    assert reader.send(refused.form("/requests"), action="file").status == 303


@pytest.mark.parametrize(
    ("page", "typed"),
    [("ticket", {"ticket_number": "118032014183770"}), ("notes", {"text": "A colleague’s words"})],
)
def test_what_was_typed_on_an_old_request_page_comes_back_too(reader, page, typed):
    request = reader.filed("Contoso", "azure")

    refused = reader.post(f"{request}/{page}", typed | {"csrf_token": "old"})

    assert refused.status == 403
    values = refused.form(f"/{page}").values()
    assert {name: values[name] for name in typed} == typed
    assert reader.send(refused.form(f"/{page}")).status == 303


@pytest.mark.parametrize("headers", ANOTHER_SITE, ids=str)
def test_what_another_site_sends_is_refused_and_changes_nothing(demo_app, reader, headers):
    request = reader.filed("Contoso", "azure")
    form, before = reader.new("Contoso", "azure"), count(demo_app)

    answers = [
        reader.post(form.action, form.filled(), **headers),
        reader.post(f"{request}/ticket", {"ticket_number": "118032014183770"}, **headers),
        reader.post(f"{request}/notes", {"text": "Not ours"}, **headers),
        reader.post("/preferences", {"language": "sv"}, **headers),
        reader.post("/sign-out", {}, **headers),
    ]

    assert [answer.status for answer in answers] == [403] * 5
    assert count(demo_app) == before
    page = reader.get(request)
    assert "118032014183770" not in page.words
    assert "Not ours" not in page.words


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec_Fetch_Site": "same-origin"}], ids=str)
def test_what_our_own_page_sends_is_taken(reader, headers):
    form = reader.new("Contoso", "azure")

    assert reader.post(form.action, form.filled(), **headers).status == 303


def test_a_form_sent_twice_makes_one_request(demo_app_on_each_engine, desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    form = reader.new("Contoso", "azure")
    words, before = form.filled(action="file"), count(demo_app_on_each_engine)

    first, second = reader.post(form.action, words), reader.post(form.action, words)

    assert (first.status, second.status) == (303, 303)
    assert first.location == second.location
    assert count(demo_app_on_each_engine) == before + 1


def test_what_was_changed_after_going_back_is_neither_dropped_nor_filed_unasked(demo_app, reader):
    form = reader.new("Contoso", "azure")
    first = reader.send(form, action="file", title="The first words")
    before = count(demo_app)

    again = reader.send(form, action="file", title="Better words")

    assert again.status == 409
    assert first.location.rpartition("/")[2] in again.text
    assert again.form("/requests").values()["title"] == "Better words"
    assert count(demo_app) == before
    assert reader.send(again.form("/requests"), action="file").status == 303
    assert count(demo_app) == before + 1


def test_a_form_sent_twice_at_once_makes_one_request(demo_app_on_each_engine, desk_on_each_engine):
    reader, app = desk_on_each_engine(FABRIKAM), demo_app_on_each_engine
    form = reader.new("Contoso", "azure")
    words, before, answers = form.filled(action="file"), count(app), []
    made = reader.get(reader.filed("Contoso", "azure")).headings

    with app.extensions["onbehalf"].database.writing() as session:
        row = session.exec(select(ServiceRequest).order_by(ServiceRequest.id.desc())).first()
        twin = row.model_dump(exclude={"id"}) | {"ref": "OB-TW1NTW1N", "request_key": words["request_key"]}
        session.add(ServiceRequest(**twin))
        session.flush()
        sender = threading.Thread(target=lambda: answers.append(reader.post(form.action, words)))
        sender.start()
        time.sleep(0.3)
        session.commit()
    sender.join()

    assert made
    assert answers[0].status == 303
    assert answers[0].location.endswith("OB-TW1NTW1N")
    assert count(app) == before + 2


def test_another_members_key_makes_nothing_shows_nothing_and_costs_nothing(demo_app, desk, reader):
    theirs = desk("northwind-admin-agent")
    used = theirs.new("Margie's Travel", "azure")
    made = theirs.send(used, action="file", title="Northwind’s own secret").location
    before = count(demo_app)

    answer = reader.file("Contoso", "azure", **TYPED, request_key=used.values()["request_key"])

    assert answer.status == 409
    assert "secret" not in answer.text
    assert made.rpartition("/")[2] not in answer.text
    assert count(demo_app) == before
    assert kept(answer) == TYPED
    assert reader.send(answer.form("/requests"), action="file").status == 303


def test_a_strange_request_key_is_replaced(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    keys = ("", "short", "x" * 500, "with\0nul" * 3, "'; drop table draft; --")

    assert [reader.file("Contoso", "azure", request_key=key).status for key in keys] == [303] * len(keys)


def test_a_stranger_is_asked_to_sign_in_and_comes_back(desk):
    stranger = desk()

    asked = stranger.get("/requests?state=filed")
    answer = stranger.send(stranger.get(asked.location).form("/sign-in/demo"), member=FABRIKAM)

    assert asked.status == 303
    assert answer.location == "/requests?state=filed"


def test_a_stranger_writes_nothing(demo_app, desk):
    before, stranger = count(demo_app), desk()

    answer = stranger.post("/customers/1/requests", {"product": "azure", "title": "Hello"})

    assert answer.status == 403
    assert "You are not signed in" in answer.words
    assert count(demo_app) == before
