"""The keyboard alone: the switcher, the shortcuts, and the whole main job without a pointer."""

import re

import pytest

from webapp.testing.desk import Desk
from webapp.views.find import SHORTCUTS

MEMBER = "fabrikam-admin-agent"


def focused(page):
    return page.evaluate(
        "document.activeElement.id || document.activeElement.name || document.activeElement.textContent.trim()"
    )


def chosen(page):
    """Return the words of the line that the switcher's field points at, which is the one that Enter opens."""
    return page.locator(f"#{page.get_attribute('#switcher-q', 'aria-activedescendant')}").inner_text()


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
    page.locator("#switcher[data-shown-for='contoso azure']").wait_for()
    assert chosen(page).startswith("Contoso")
    page.keyboard.press("ArrowDown")
    assert chosen(page).startswith("New request: Azure")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator("#switcher [role=option]").last.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "switcher-q"
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


def test_enter_waits_for_the_lines_of_the_words_that_were_typed(browser_page, served, enter):
    page, held = browser_page, []
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.keyboard.press("/")
    page.locator("#switcher [role=option]").first.wait_for()
    page.route("**/find?q=contoso*", lambda route: held.append(route))  # noqa: PLW0108  # it is marked; a built-in cannot be
    page.keyboard.type("contoso")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('waiting').classList.contains('htmx-request')")
    assert page.url == f"{served}/help"

    for route in held:
        route.continue_()
    page.unroute("**/find?q=contoso*")
    page.wait_for_url(re.compile(r"/customers/\d+$"))


def test_the_switcher_says_how_much_it_found_where_an_open_dialog_lets_it_be_heard(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    page.locator("#switcher [role=status]", has_text="Nothing of yours begins like this").wait_for()
    assert page.get_attribute("#switcher-q", "aria-expanded") == "false"
    page.fill("#switcher-q", "contoso")
    page.locator("#switcher [role=status]", has_text=re.compile(r"\d+ lines found")).wait_for()
    assert page.get_attribute("#switcher-q", "aria-expanded") == "true"


def test_closing_the_switcher_gives_the_focus_back(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/customers")
    page.focus("#q")
    page.keyboard.press("Control+k")
    page.keyboard.type("con")
    page.keyboard.press("Escape")
    page.locator("#switcher").wait_for(state="hidden")
    assert focused(page) == "q"


def test_the_key_right_after_closing_the_switcher_is_a_shortcut_again(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.keyboard.press("/")
    page.locator("#switcher [role=option]").first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("#shortcuts kbd").first.wait_for()


def test_keys_that_stand_for_nothing_or_compose_a_word_do_nothing(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/requests")
    for key in ('"', "\\", "]", "'", "Shift+Tab", "F2"):
        page.keyboard.press(key)
    page.evaluate(
        """() => {
            const pressed = (more) => new KeyboardEvent("keydown", { bubbles: true, ...more });
            const press = (more) => document.body.dispatchEvent(pressed(more));
            press({ key: "/", isComposing: true });
            press({ key: "Process", keyCode: 229 });
            press({ key: "/", altKey: true });
        }"""
    )
    assert page.locator("dialog[open]").count() == 0
    assert page.url == f"{served}/requests"


def test_turning_single_keys_off_beside_a_half_written_note_keeps_page_and_note(browser_page, served, enter, desk):
    page = browser_page
    request = desk(MEMBER).filed("Contoso", "azure")
    enter(page, served, MEMBER)
    page.goto(f"{served}{request}")
    assert page.get_attribute("#text", "aria-keyshortcuts") == "m"
    page.fill("#text", "Half a note")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn single keys off").click()

    page.locator("body[data-shortcuts=off]").wait_for()
    assert page.url == f"{served}{request}"
    assert page.input_value("#text") == "Half a note"
    assert page.get_attribute("#text", "aria-keyshortcuts") is None


def test_j_and_k_walk_through_a_list(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/requests")
    names = page.locator("#requests tbody th a").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == names[1]
    page.keyboard.press("k")
    assert focused(page) == names[0]


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


def test_on_a_customers_page_the_switcher_offers_what_to_file_for_them(desk):
    reader, stranger = desk(MEMBER), desk("trey-admin-agent")
    customer = reader.customer("Contoso")
    number = customer.rpartition("/")[2]

    assert f"/find?customer={number}" in reader.get(customer).links
    page = reader.get(f"/find?customer={number}")
    assert {f"{customer}/requests/new?product={key}" for key in ("azure", "microsoft365")} <= set(page.links)
    narrowed = reader.get(f"/find?customer={number}&q=dynamics")
    assert f"{customer}/requests/new?product=dynamics365" in narrowed.links
    assert f"{customer}/requests/new?product=azure" not in narrowed.links
    assert stranger.get(f"/find?customer={number}").status == 404
    assert {reader.get(f"/find?customer={odd}").status for odd in ("x", "-1", "9" * 30, "²")} == {404}


@pytest.mark.parametrize("words", ["office 365", "Offic", "exchange", "teams"])
def test_a_product_is_found_by_its_old_names_and_leads_to_the_choice_of_a_customer(desk, words):
    reader = desk(MEMBER)
    product = next(
        p for p in reader.client.application.extensions["onbehalf"].plugins.products.values() if p.key == "microsoft365"
    )
    known = any(words.casefold() in str(name).casefold() for name in (product.label, *product.aliases))

    page = reader.get(f"/find?q={words}")

    leads = [link for link in page.links if link.startswith("/customers?q=")]
    assert any("365" in link for link in leads) == known
    if known:
        assert "You named a product" in reader.get(leads[0]).words


def test_every_shortcut_of_the_list_is_marked_on_its_page(desk):
    reader = desk(MEMBER)
    request = reader.filed("Contoso", "azure")
    pages = [reader.get(address) for address in ("/", reader.customer("Contoso"), request)]
    marked = {given["data-shortcut"] for page in pages for _tag, given in page.tags if "data-shortcut" in given}

    listed = {key for _title, keys in SHORTCUTS for key, _what in keys if isinstance(key, str)}

    assert marked == listed - {"/", "?", "j", "k"}


def test_letters_are_known_by_their_place_on_a_keyboard_of_another_script(browser_page, served, enter):
    page = browser_page
    enter(page, served, "fabrikam-admin-agent")
    page.goto(f"{served}/")
    press = """(keys) => keys.forEach(([key, code, ctrlKey]) => {
        const how = { key, code, ctrlKey, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new KeyboardEvent("keydown", how));
    })"""

    page.evaluate(press, [["л", "KeyK", True]])
    page.locator("#switcher[open]").wait_for()
    page.keyboard.press("Escape")
    page.evaluate(press, [["п", "KeyG", False], ["с", "KeyC", False]])
    page.wait_for_url("**/customers")
