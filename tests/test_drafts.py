"""Typed text is never lost and never shown elsewhere; a draft can be passed to whoever may file it."""

import re

import pytest
from sqlmodel import select

from webapp.tables.customers import Customer
from webapp.tables.partners import Member
from webapp.tables.requests import Draft

FABRIKAM, HELPDESK = "fabrikam-admin-agent", "fabrikam-helpdesk"
NORTHWIND, ADATUM = "northwind-admin-agent", "adatum-admin-agent"
WORDS = {
    "title": "Half a sentence, “quoted” & <b>bold</b>",
    "description": "\n  Since nine o'clock\n\n坏了 — всё сломалось\n",
    "answer_tried": "Restarted it.",
    "contact_phone": "+46 8 465 004 99",
}


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


@pytest.fixture
def drafts(demo_app):
    """Return a function that counts the drafts beyond those of the example data."""
    with demo_app.extensions["onbehalf"].database.reading() as session:
        before = len(session.exec(select(Draft.id)).all())

    def count():
        with demo_app.extensions["onbehalf"].database.reading() as session:
            return len(session.exec(select(Draft.id)).all()) - before

    return count


def autosave(reader, form, product="azure", **words):
    address = form.action.removesuffix("/requests") + f"/draft?product={product}"
    return reader.client.put(address, data=form.values() | words, headers={"HX-Request": "true"})


def kept(reader, customer, product, names=WORDS):
    values = reader.new(customer, product).values()
    return {name: values.get(name) for name in names}


def unbroken(words):
    """Return words as a browser sends those of a text area: it ends lines with CR and LF."""
    return {name: value.replace("\r\n", "\n") for name, value in words.items()}


def test_what_was_typed_is_back_the_next_day(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    form = reader.new("Contoso", "azure")

    saved = autosave(reader, form, **WORDS, severity="C", category="break_fix", answer_issue_kind="bug")

    assert saved.status_code == 200
    assert "Draft saved" in saved.text
    assert "<html" not in saved.text
    later = desk_on_each_engine(FABRIKAM)
    assert unbroken(kept(later, "Contoso", "azure")) == WORDS
    values = later.new("Contoso", "azure").values()
    assert (values["severity"], values["answer_issue_kind"]) == ("C", "bug")


def test_the_last_save_wins(reader):
    form = reader.new("Contoso", "azure")
    autosave(reader, form, **WORDS)

    autosave(reader, form, **WORDS | {"title": "Another", "contact_phone": ""})

    assert kept(reader, "Contoso", "azure")["title"] == "Another"
    assert kept(reader, "Contoso", "azure")["contact_phone"] == ""


@pytest.mark.parametrize(
    ("member", "customer", "product"),
    [
        (FABRIKAM, "Contoso", "microsoft365"),
        (FABRIKAM, "Lucerne Publishing", "azure"),
        (HELPDESK, "Contoso", "azure"),
        ("fabrikam-global-admin", "Contoso", "azure"),
    ],
)
def test_a_draft_is_shown_to_nobody_else_and_nowhere_else(desk, reader, member, customer, product):
    autosave(reader, reader.new("Contoso", "azure"), **WORDS)

    other = desk(member)

    address = f"{other.customer(customer)}/requests/new?product={product}"
    assert "Half a sentence" not in other.get(address).text
    assert member == FABRIKAM or "Half a sentence" not in other.get("/").text


@pytest.mark.parametrize("customer", ["Margie's Travel", "蓝天科技"])
def test_a_draft_for_a_foreign_customer_is_not_kept(desk, reader, drafts, customer):
    owner = desk(ADATUM if customer.startswith("M") else "lantian-admin-agent")
    address = f"{owner.customer(customer)}/draft?product=azure"

    answer = reader.client.put(address, data={"title": "Hello", "csrf_token": reader.token()})

    assert answer.status_code == 404
    assert drafts() == 0


def test_a_draft_without_a_token_is_not_kept(reader, drafts):
    form = reader.new("Contoso", "azure")

    assert autosave(reader, form, csrf_token="old", title="Hello").status_code == 403
    assert drafts() == 0


def test_a_draft_can_be_kept_and_cleared_without_javascript(reader, drafts):
    answer = reader.file("Contoso", "azure", **WORDS, action="save")
    back = reader.get(answer.location)

    assert answer.status == 303
    assert "Your draft from last time is back" in back.words
    assert unbroken({name: back.form("/requests").values()[name] for name in WORDS}) == WORDS
    assert WORDS["title"] in reader.get("/").words

    reader.send(back.form("/requests"), action="clear")

    assert drafts() == 0
    assert kept(reader, "Contoso", "azure", ["title"]) == {"title": ""}


def test_another_category_shows_its_questions_and_keeps_the_words_without_javascript(reader):
    form = reader.new("Contoso", "azure")

    billing = reader.send(form, **WORDS, category="billing", action="refresh")

    assert billing.status == 200
    values = billing.form("/requests").values()
    assert values["category"] == "billing"
    assert "answer_tried" not in values
    assert {n: values[n] for n in ("title", "contact_phone")} == {n: WORDS[n] for n in ("title", "contact_phone")}


@pytest.mark.parametrize("how", ["refresh", "save", "autosave"])
def test_an_answer_that_another_category_hides_is_back_with_its_category(reader, how):
    billing = reader.send(reader.new("Contoso", "azure"), **WORDS, category="billing", action="refresh")
    form = billing.form("/requests")
    if how == "autosave":
        autosave(reader, form)
    else:
        reader.send(form, action=how)

    again = reader.send(reader.new("Contoso", "azure"), category="break_fix", action="refresh")

    assert again.form("/requests").values()["answer_tried"] == WORDS["answer_tried"]


def test_home_tells_two_drafts_for_one_customer_apart(reader):
    for product in ("azure", "ems"):
        form = reader.get(f"{reader.customer('Contoso')}/requests/new?product={product}").form("/requests")
        autosave(reader, form, product, title="Cannot sign in")

    home = reader.get("/").words

    assert "Cannot sign in Contoso · Azure" in home
    assert "Cannot sign in Contoso · Enterprise Mobility + Security" in home


def test_a_draft_goes_when_it_is_filed(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)
    autosave(reader, reader.new("Contoso", "azure"), **WORDS)

    request = reader.filed("Contoso", "azure")

    assert WORDS["title"] in reader.get(request).headings[0]
    assert kept(reader, "Contoso", "azure", ["title"]) == {"title": ""}


def test_a_refused_text_is_kept_as_a_draft_to_be_passed_on(reader):
    refused = reader.file("Wingtip Toys", "azure", **WORDS)

    assert refused.status == 403
    assert unbroken(kept(reader, "Wingtip Toys", "azure")) == WORDS


@pytest.mark.parametrize(
    "words", [{"description": "x" * 20_001}, {f"answer_a{n}": "x" for n in range(70)}], ids=["long", "many"]
)
def test_more_than_a_draft_holds_is_refused_with_what_to_do_and_the_older_one_stays(reader, words):
    form = reader.new("Contoso", "azure")
    autosave(reader, form, title="The older one")

    answer = autosave(reader, form, **words)

    assert answer.status_code == 422
    assert "Keep each field under 20,000 characters" in answer.text
    assert kept(reader, "Contoso", "azure", ["title"]) == {"title": "The older one"}


def test_more_than_a_draft_holds_comes_back_with_the_form(reader):
    answer = reader.file("Contoso", "azure", description="x" * 100_000, action="save")

    assert answer.status == 422
    assert answer.form("/requests").values()["description"] == "x" * 100_000


def test_what_is_no_word_of_the_readers_is_not_kept(demo_app, reader):
    autosave(reader, reader.new("Contoso", "azure"), version="7", state="closed", answer_="x", **{"answer_A-b": "y"})

    with demo_app.extensions["onbehalf"].database.reading() as session:
        (draft,) = session.exec(select(Draft).join(Customer).where(Customer.name == "Contoso")).all()
    assert not {"csrf_token", "request_key", "product", "version", "state", "answer_", "answer_A-b"} & set(draft.fields)


@pytest.mark.rules("R71", "R24")
def test_a_draft_passed_to_the_provider_is_filed_with_its_contact_and_followed_by_both(desk_on_each_engine):
    emily, grace = desk_on_each_engine(ADATUM), desk_on_each_engine(NORTHWIND)
    refused = emily.file("Margie's Travel", "azure", **WORDS, contact_name="Emily Harwood")
    page = emily.get(next(link for link in refused.links if "/pass?" in link))

    passed = emily.send(page.form("/pass"), to="provider")
    waiting = grace.get("/")
    taken = grace.send(waiting.form("/take"))
    form = grace.get(taken.location).form("/requests")
    request = grace.send(form, action="file").location

    assert passed.status == 303
    assert "Passed to you by Emily Harwood, Adatum" in waiting.words
    values = form.values()
    assert values["title"] == WORDS["title"]
    assert values["contact_email"] == "grace.whitfield@northwindtraders.com"
    for reader in (emily, grace):
        shown = reader.get(request)
        assert shown.status == 200
        assert WORDS["title"] in shown.headings[0]
        assert "grace.whitfield@northwindtraders.com" in shown.words
        assert request.rpartition("/")[2] in reader.get("/requests").words
    assert desk_on_each_engine(FABRIKAM).get(request).status == 404


def pass_to(reader, customer, product, name):
    page = reader.get(f"{reader.customer(customer)}/pass?product={product}")
    (chosen,) = re.findall(r'name="to" value="(\d+)"><b>' + name, page.text)
    return reader.send(page.form("/pass"), to=chosen)


@pytest.mark.rules("R27")
def test_a_draft_passed_to_a_colleague_waits_for_that_colleague_alone(desk):
    erik, astrid, karin = desk(HELPDESK), desk(FABRIKAM), desk("fabrikam-global-admin")
    erik.file("Contoso", "azure", **WORDS)

    answer = pass_to(erik, "Contoso", "azure", "Astrid Nyberg")

    assert answer.status == 303
    assert WORDS["title"] not in karin.get("/").words
    assert WORDS["title"] not in erik.get("/").words
    taken = astrid.send(astrid.get("/").form("/take"))
    form = astrid.get(taken.location).form("/requests")
    assert form.values()["contact_email"] == "astrid.nyberg@fabrikam.com"
    assert astrid.send(form, action="file").status == 303


@pytest.mark.rules("R71")
def test_the_reseller_still_follows_when_the_providers_people_pass_its_draft_among_themselves(demo_app, desk):
    emily, grace = desk(ADATUM), desk(NORTHWIND)
    second = a_colleague_of_grace(demo_app)
    emily.file("Margie's Travel", "azure", **WORDS)
    emily.send(
        emily.get(f"{emily.customer('Margie' + chr(39) + 's Travel')}/pass?product=azure").form("/pass"), to="provider"
    )
    grace.send(grace.get("/").form("/take"))

    pass_to(grace, "Margie's Travel", "azure", "Noah Pike")
    noah = desk(second)
    taken = noah.send(noah.get("/").form("/take"))
    request = noah.send(noah.get(taken.location).form("/requests"), action="file").location

    assert emily.get(request).status == 200


def a_colleague_of_grace(app):
    with app.extensions["onbehalf"].database.writing() as session:
        grace = session.exec(select(Member).where(Member.key == NORTHWIND)).one()
        noah = grace.model_dump(exclude={"id"}) | {"key": "northwind-second", "name": "Noah Pike"}
        session.add(Member(**noah))
        session.commit()
    return "northwind-second"


def test_a_draft_is_taken_once(desk):
    erik, astrid = desk(HELPDESK), desk(FABRIKAM)
    erik.file("Contoso", "azure", **WORDS)
    pass_to(erik, "Contoso", "azure", "Astrid Nyberg")
    form = astrid.get("/").form("/take")

    answers = [astrid.send(form), astrid.send(form)]

    assert [answer.status for answer in answers] == [303, 404]


def test_ones_own_draft_is_not_overwritten_by_one_passed_on(desk):
    erik, astrid = desk(HELPDESK), desk(FABRIKAM)
    autosave(astrid, astrid.new("Contoso", "azure"), title="My own words")
    erik.file("Contoso", "azure", **WORDS)
    pass_to(erik, "Contoso", "azure", "Astrid Nyberg")

    answer = astrid.send(astrid.get("/").form("/take"))

    assert answer.status == 409
    assert "File it or clear it first" in answer.words
    assert kept(astrid, "Contoso", "azure", ["title"]) == {"title": "My own words"}
    astrid.send(astrid.new("Contoso", "azure"), action="clear")
    assert astrid.send(astrid.get("/").form("/take")).status == 303


def test_a_draft_that_was_passed_to_nobody_of_us_cannot_be_taken(desk_on_each_engine):
    erik, stranger = desk_on_each_engine(HELPDESK), desk_on_each_engine("trey-admin-agent")
    erik.file("Contoso", "azure", **WORDS)

    assert [stranger.post(f"/drafts/{draft}/take", {}).status for draft in (1, 999, 10**20)] == [404] * 3


def test_a_draft_goes_to_nobody_who_is_no_colleague(reader):
    reader.file("Wingtip Toys", "azure", **WORDS)
    address = f"{reader.customer('Wingtip Toys')}/pass"
    nobody = ("", "provider", "0", "999999", "99999999999999999999", "one", "\0")

    answers = {to: reader.post(address, {"product": "azure", "to": to}).status for to in nobody}

    assert answers == dict.fromkeys(nobody, 422) | {"provider": 409}
    assert kept(reader, "Wingtip Toys", "azure", ["title"]) == {"title": WORDS["title"]}


def test_a_draft_goes_to_no_member_of_another_partner(desk, reader):
    reader.file("Wingtip Toys", "azure", **WORDS)
    sixth = "6"  # Northwind's; Fabrikam's members are the first five

    answer = reader.post(f"{reader.customer('Wingtip Toys')}/pass", {"product": "azure", "to": sixth})

    assert answer.status == 422
    assert WORDS["title"] not in desk(NORTHWIND).get("/").text
