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


def test_without_javascript_the_form_itself_changes_the_language(plain_page, served, enter):
    page = plain_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/customers/1/requests/new?product=azure")
    page.fill("#title", "Half a sentence")
    page.fill("#description", WORDS)
    page.select_option("select[name=language_of_pages]", "de")
    page.locator(".language-here button").click()

    assert page.get_attribute("html", "lang") == "de"
    assert page.input_value("input[name=title]") == "Half a sentence"
    assert page.input_value("[name=description]") == WORDS
    assert page.get_attribute("form.kept-words", "action").endswith("/customers/1/requests")


def test_words_are_given_back_to_no_other_site(desk):
    reader = desk(FABRIKAM)
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = reader.post(
            "/preferences/words", {"words_for": elsewhere, "language_of_pages": "sv", "text": "A note of mine"}
        )
        assert page.form("/").action == "/", elsewhere
