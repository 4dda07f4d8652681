"""The keyboard alone: the switcher, the shortcuts, and the whole main job without a pointer."""

import re

import pytest

from webapp.testing.desk import Desk

MEMBER = "fabrikam-admin-agent"


def focused(page):
    return page.evaluate(
        "document.activeElement.id || document.activeElement.name || document.activeElement.textContent.trim()"
    )


def tab_to(page, wanted, *, key="Tab"):
    """Press a key until what has the focus matches; a page whose focus never gets there fails."""
    for _press in range(150):
        page.keyboard.press(key)
        if page.evaluate("([wanted]) => document.activeElement.matches(wanted)", [wanted]):
            return
    raise AssertionError(f"{wanted} is never focused; the focus is on {focused(page)}")


def test_the_main_job_is_done_by_keyboard_alone(browser_page, served):
    page = browser_page
    page.goto(f"{served}/sign-in")
    tab_to(page, f"button[value={MEMBER}]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(customers)?$"))

    page.keyboard.press("Control+k")
    page.locator("#switcher[open]").wait_for()
    page.keyboard.type("contoso")
    page.locator("#switcher .found-list a", has_text="Contoso").first.wait_for()
    page.locator("#switcher[data-shown-for=contoso]").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/\d+$"))

    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/requests/new\?product="))
    tab_to(page, "#answer_health_checked-nothing_found")
    page.keyboard.press("Space")
    tab_to(page, "#answer_issue_kind-not_as_described")
    page.keyboard.press("Space")
    tab_to(page, "#answer_tried")
    page.keyboard.type("Restarted it.")
    tab_to(page, "#title")
    page.keyboard.type("Nobody can sign in")
    tab_to(page, "#description")
    page.keyboard.type("Since nine o'clock.")
    tab_to(page, "input[name=severity]")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/requests/OB-"))

    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    opened.value.close()
    page.keyboard.press("t")
    assert focused(page) == "ticket_number"
    page.keyboard.type("118032014183770")
    page.keyboard.press("Enter")
    page.locator(".ticket-number").wait_for()


def test_the_switcher_opens_with_a_slash_and_closes_with_escape(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/requests")
    page.keyboard.press("/")
    page.locator("#switcher[open]").wait_for()
    assert focused(page) == "switcher-q"
    page.keyboard.press("Escape")
    page.locator("#switcher[open]").wait_for(state="detached")
    assert page.locator("#switcher").is_hidden()


def test_the_arrows_walk_through_what_was_found(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.keyboard.press("Control+k")
    page.keyboard.type("contoso azure")
    page.locator("#switcher .found-list a", has_text="New request: Azure").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert "New request: Azure" in focused(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"product=azure"))


def test_single_keys_are_words_in_a_field_and_nothing_where_they_are_off(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/customers")
    page.focus("#q")
    page.keyboard.type("g/?")
    assert page.input_value("#q") == "g/?"

    page.goto(f"{served}/shortcuts")
    page.get_by_role("button", name="Turn single keys off").click()
    page.get_by_role("button", name="Turn single keys on").wait_for()
    page.keyboard.press("/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    assert page.locator("dialog[open]").count() == 0
    assert page.url.endswith("/shortcuts")
    page.keyboard.press("Control+k")
    page.locator("#switcher[open]").wait_for()


@pytest.mark.parametrize(("key", "path"), [("h", "/"), ("c", "/customers"), ("r", "/requests"), ("f", "/figures")])
def test_g_and_a_letter_go_to_a_page(browser_page, served, enter, key, path):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.keyboard.press("g")
    page.keyboard.press(key)
    page.wait_for_url(f"{served}{path}")


def test_a_question_mark_lists_the_shortcuts(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/")
    page.keyboard.press("?")
    page.locator("#shortcuts kbd", has_text="Ctrl").first.wait_for()


def test_without_javascript_the_switcher_is_a_page(plain_page, served, enter):
    page = plain_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/")
    page.locator("a.find-opener").click()
    page.fill("#find-q", "contoso")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Contoso contoso.com").click()
    assert re.search(r"/customers/\d+$", page.url)


@pytest.mark.parametrize("words", ["contoso", "contoso.com", "Contoso"])
def test_the_switcher_finds_nobody_elses_customers_and_requests(desk, words):
    owner, stranger = desk(MEMBER), desk("trey-admin-agent")
    request = owner.filed("Contoso", "azure")

    assert any(link.startswith("/customers/") for link in owner.get(f"/find?q={words}").links)
    page = stranger.get(f"/find?q={words}")
    assert not [link for link in page.links if link.startswith(("/customers/", "/requests/"))]
    assert not [link for link in stranger.get(f"/find?q={request.rpartition('/')[2]}").links if "/requests/" in link]


@pytest.mark.parametrize(
    ("language", "words", "path"),
    [("de", "hil", "/help"), ("sv", "kund", "/customers"), ("zh-CN", "帮助", "/help"), ("en", "", "/figures")],
)
def test_pages_are_found_by_their_names_in_the_readers_language(demo_app, language, words, path):
    reader = Desk(demo_app.test_client(), MEMBER)
    page = reader.get(f"/find?q={words}", Accept_Language=language)

    assert path in [link for link in page.links if link == path]
    assert path in page.text[page.text.index('class="found"') :]
