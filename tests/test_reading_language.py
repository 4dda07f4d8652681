"""The language: one's own choice first, then the browser's, then the cloud's; and changing it loses no words."""

import pytest

from webapp.app import create_app
from webapp.config import load_settings
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import SECRET

FABRIKAM, LANTIAN = "fabrikam-admin-agent", "lantian-admin-agent"
WORDS = "Since nine o'clock nobody in the Malmö office can sign in."


def language(page):
    return page.tags[0][1]["lang"]


def test_a_choice_follows_the_member_to_another_browser(desk_on_each_engine):
    here, there = desk_on_each_engine(FABRIKAM), desk_on_each_engine(FABRIKAM)
    here.send(here.get("/help").form("/preferences"), language="ru")

    assert language(there.get("/help", Accept_Language="de")) == "ru"
    assert language(desk_on_each_engine("fabrikam-helpdesk").get("/help")) == "en"


@pytest.mark.parametrize(
    ("browser", "expected"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("de-AT,de;q=0.9", "de"),
        ("fr, sv;q=0.5", "sv"),
    ],
)
def test_without_a_choice_the_browser_decides(desk, browser, expected):
    assert language(desk(LANTIAN).get("/help", Accept_Language=browser)) == expected


@pytest.mark.parametrize("browser", ["", "fr-FR", "tlh"])
def test_without_either_the_cloud_decides_where_there_is_one(desk, browser):
    assert language(desk(LANTIAN).get("/help", Accept_Language=browser)) == "zh-Hans"
    assert language(desk(FABRIKAM).get("/help", Accept_Language=browser)) == "en"


@pytest.mark.parametrize(("clouds", "expected"), [(("china",), "zh-Hans"), (("global", "china"), "en")])
def test_a_stranger_reads_the_language_of_a_desk_for_one_cloud(clouds, expected, migrated_sqlite):
    settings = load_settings(
        database_url=f"sqlite:///{migrated_sqlite}", plugins=("vianet",), clouds=clouds, secret_key=SECRET
    )
    app = create_app(settings)
    page = Desk(app.test_client()).get("/sign-in", Accept_Language="")
    app.extensions["onbehalf"].database.engine.dispose()

    assert language(page) == expected


def test_a_stranger_can_choose_before_signing_in(desk):
    reader = desk()
    answer = reader.send(reader.get("/sign-in").form("/preferences"), language="sv")

    assert language(reader.get(answer.location)) == "sv"


def test_changing_the_language_keeps_what_was_typed(browser_page, served, enter):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/customers/1/requests/new?product=azure")
    page.fill("#title", "Half a sentence")
    page.fill("#description", WORDS)
    page.check("input[name=severity][value=B]")
    page.locator("details.me summary").click()
    page.select_option("details.me select[name=language]", "sv")
    page.locator("details.me form.preferences button").click()

    page.locator("html[lang=sv]").wait_for()
    assert page.input_value("#title") == "Half a sentence"
    assert page.input_value("#description") == WORDS
    assert page.is_checked("input[name=severity][value=B]")


def test_a_half_written_note_survives_a_change_of_theme(browser_page, served, enter):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests?state=filed")
    page.locator("#requests tbody a").first.click()
    page.fill("#text", WORDS)
    page.locator("details.me summary").click()
    page.select_option("details.me select[name=theme]", "dark")
    page.locator("details.me form.preferences button").click()

    page.locator("html[data-theme=dark]").wait_for()
    assert page.input_value("#text") == WORDS


def test_a_language_chosen_at_the_door_becomes_the_members_and_nobody_elses_in_that_browser(desk):
    reader = desk()
    reader.send(reader.get("/sign-in").form("/preferences"), language="sv")
    reader.send(reader.get("/sign-in").form("/sign-in/demo"), member=FABRIKAM)
    mine = language(reader.get("/help", Accept_Language="de"))
    reader.send(reader.get("/help").form("/sign-out"))
    reader.send(reader.get("/sign-in").form("/sign-in/demo"), member="fabrikam-helpdesk")

    assert mine == "sv"
    assert language(desk(FABRIKAM).get("/help", Accept_Language="de")) == "sv"
    assert language(reader.get("/help", Accept_Language="de")) == "de"


def test_a_theme_alone_chooses_no_language_and_a_choice_can_be_taken_back(desk):
    reader = desk(FABRIKAM)
    reader.send(reader.get("/help", Accept_Language="de").form("/preferences"), theme="dark")
    untouched = language(reader.get("/help", Accept_Language="ru"))
    reader.send(reader.get("/help").form("/preferences"), language="sv")
    chosen = language(reader.get("/help", Accept_Language="ru"))
    reader.send(reader.get("/help").form("/preferences"), language="browser")

    assert (untouched, chosen) == ("ru", "sv")
    assert language(reader.get("/help", Accept_Language="ru")) == "ru"


def test_a_stranger_can_choose_on_every_page_they_may_see(desk):
    for address in ("/sign-in", "/nothing", "/sign-in/oidc?cloud=none"):
        reader = desk()
        reader.send(reader.get(address).form("/preferences"), language="ru")
        assert language(reader.get(address)) == "ru", address


def test_what_a_provider_wrote_into_an_address_is_not_repeated_by_the_choice_of_a_language(desk):
    page = desk().get("/sign-in/oidc/callback/global?error=access_denied&error_description=CallOddNumber&state=abc")

    assert page.form("/preferences").values()["next"] == "/sign-in"
    assert "OddNumber" not in page.text


@pytest.mark.parametrize("address", ["/contracts", "/customers", "/publishers", "/customers/import"])
def test_choosing_on_a_refused_record_leads_back_to_its_form(desk, address):
    reader = desk(FABRIKAM)
    refused = reader.post(address, {"text": "no,header"})
    form = address if address.endswith("import") else f"{address}/new"

    assert refused.status == 422
    assert reader.send(refused.form("/preferences"), language="de").location == form


def open_preferences(page, **choices):
    """Open the menu and choose; the page comes anew."""
    page.locator("details.me summary").click()
    for name, value in choices.items():
        page.select_option(f"details.me select[name={name}]", value)
    page.locator("details.me form.preferences button").click()


def test_a_text_being_changed_survives_on_its_own_page(browser_page, served, enter, desk):
    page = browser_page
    request = desk(FABRIKAM).filed("Contoso", "azure")
    enter(page, served, FABRIKAM)
    page.goto(f"{served}{request}/edit")
    page.fill("#description", WORDS)
    open_preferences(page, language="de")

    page.locator("html[lang=de]").wait_for()
    assert page.url == f"{served}{request}/edit"
    assert page.input_value("#description") == WORDS
    page.locator("#announcer:not(:empty)").wait_for(state="attached")


@pytest.mark.parametrize(
    ("address", "field"),
    [("/contracts/new", "contract_id"), ("/publishers/new", "name"), ("/customers/import", "text")],
)
def test_a_half_filled_record_survives_too(browser_page, served, enter, address, field):
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}{address}")
    page.fill(f"main form [name={field}]", WORDS)
    open_preferences(page, language="ru")

    page.locator("html[lang=ru]").wait_for()
    assert page.input_value(f"main form [name={field}]") == WORDS


def test_what_was_typed_beside_another_panel_is_there_after_its_button(browser_page, served, enter, desk):
    page = browser_page
    request = desk(FABRIKAM).filed("Contoso", "azure")
    enter(page, served, FABRIKAM)
    page.goto(f"{served}{request}")
    page.fill("#text", WORDS)
    page.fill("#more-files", "trace.har")
    page.fill("#ticket_number", "2611260001234567")
    page.get_by_role("button", name="Record it").click()
    page.locator(".ticket-number").wait_for()

    assert page.input_value("#text") == WORDS
    assert page.input_value("#more-files") == "trace.har"
    page.locator("#text").focus()
    page.keyboard.press("Control+Enter")
    page.locator(".note-text", has_text=WORDS.split(maxsplit=1)[0]).wait_for()
    assert page.input_value("#text") == ""


def test_words_left_in_a_tab_are_for_their_page_and_their_reader_alone(browser_page, served, enter, desk):
    page = browser_page
    request = desk(FABRIKAM).filed("Contoso", "azure")
    enter(page, served, FABRIKAM)
    page.goto(f"{served}{request}")
    me = page.get_attribute("body", "data-reader")
    leave = """([reader, page, words]) => {
        const forms = Array.from(document.querySelectorAll("main form[method=post]"));
        const texts = (form) => Array.from(form.elements).filter((one) => one.name === "text");
        const kept = forms.map((form) => texts(form).map((one) => [one.name, one.type, "", words]));
        sessionStorage.setItem("onbehalf.words", JSON.stringify({ at: Date.now(), page, reader, kept }));
    }"""
    read = {}
    for name, reader, path in (("other", "999999", request), ("elsewhere", me, "/customers"), ("mine", me, request)):
        page.evaluate(leave, [reader, path, WORDS])
        page.goto(f"{served}{request}")
        read[name] = page.input_value("#text")
        assert page.evaluate("sessionStorage.getItem('onbehalf.words')") is None

    assert read == {"other": "", "elsewhere": "", "mine": WORDS}


def test_without_javascript_the_form_itself_changes_language_and_theme(plain_page, served, enter):
    page = plain_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/customers/1/requests/new?product=azure")
    assert page.locator("form.preferences").is_hidden()
    page.locator("details.me summary").click()
    page.locator(".language-link").click()
    page.fill("#title", "Half a sentence")
    page.fill("#description", WORDS)
    page.check("input[name=severity][value=B]")
    page.select_option("select[name=language_of_pages]", "de")
    page.select_option("select[name=theme_of_pages]", "dark")
    page.locator(".language-here button").click()

    assert page.get_attribute("html", "lang") == "de"
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.url == f"{served}/customers/1/requests/new?product=azure"
    assert page.input_value("#title") == "Half a sentence"
    assert page.input_value("#description") == WORDS
    assert page.is_checked("input[name=severity][value=B]")


def test_without_javascript_a_note_and_a_changed_text_come_back_on_their_pages(plain_page, served, enter, desk):
    page = plain_page
    request = desk(FABRIKAM).filed("Contoso", "azure")
    enter(page, served, FABRIKAM)
    pages = {request: "text", f"{request}/edit": "description", "/customers/import": "text", "/requests": "text"}
    for address, field in pages.items():
        page.goto(f"{served}{address}")
        page.fill(f"main [name={field}]", WORDS)
        block = page.locator(f"main form:has([name={field}]) .language-here")
        block.locator("select[name=language_of_pages]").select_option("sv")
        block.locator("button").click()
        assert page.get_attribute("html", "lang") == "sv", address
        assert page.input_value(f"main [name={field}]") == WORDS, address
        page.goto(f"{served}/")
        page.locator("details.me summary").click()
        page.select_option("details.me select[name=language]", "en")
        page.locator("details.me form.preferences button").click()
    assert WORDS not in desk(FABRIKAM).get(request).words


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/contracts", {"plan": "asfp", "plan_name": WORDS}),
        ("/publishers", {"name": WORDS}),
        ("/customers", {"name": WORDS, "cloud": "global"}),
        ("/texts", {"title": "Half", "body": WORDS, "language": "sv"}),
    ],
)
def test_the_button_that_changes_the_pages_does_nothing_else_on_any_form(desk, demo_app, address, fields):
    reader = desk("fabrikam-global-admin")
    before = len(reader.get(address).links)

    page = reader.post(address, {**fields, "pages": "change", "language_of_pages": "ru", "theme_of_pages": "dark"})

    form = page.form(address)
    assert (page.status, language(page)) == (200, "ru")
    assert {name: form.values()[name] for name in fields} == fields
    assert not {"pages", "theme_of_pages"} & set(form.controls) - {"theme_of_pages"}
    assert len(reader.get(address).links) == before


def test_words_that_another_site_sends_are_not_given_back(desk):
    answer = desk(FABRIKAM).post(
        "/publishers", {"name": WORDS, "pages": "change", "language_of_pages": "ru"}, Origin="https://evil.example"
    )

    assert (answer.status, language(answer)) == (403, "en")
    assert WORDS not in answer.text
