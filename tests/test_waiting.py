"""Waiting and swaps: every wait shows, nothing jumps, the focus is where one expects it, and news are said once."""

from urllib.parse import parse_qs, urlsplit

import pytest

MEMBER = "fabrikam-admin-agent"


@pytest.fixture
def request_page(browser_page, served, enter, desk):
    """Return a page with a request that was prepared a moment ago."""
    request = desk(MEMBER).filed("Contoso", "azure")
    enter(browser_page, served, MEMBER)
    browser_page.goto(f"{served}{request}")
    return browser_page


@pytest.fixture
def form(browser_page, served, enter, desk):
    """Return a page with the form of a new request."""
    enter(browser_page, served, MEMBER)
    browser_page.goto(f"{served}{desk(MEMBER).customer('Contoso')}/requests/new?product=azure")
    browser_page.wait_for_load_state("networkidle")
    return browser_page


REPORTER = """([selector, pseudo]) => {
    const look = window.setInterval(() => {
        const style = getComputedStyle(document.querySelector(selector), pseudo);
        if (style.visibility !== "visible" || (pseudo && style.content === "none")) return;
        window.clearInterval(look);
        const busy = document.querySelectorAll("main [aria-busy=true]").length;
        fetch(`/seen?after=${pseudo ? style.animationDelay : style.transitionDelay}&busy=${busy}`);
    }, 20);
}"""
"""Tells the network what shows: a page on its way elsewhere answers no questions, but it still runs."""


def held_up(page, held, click, selector, pseudo=None):
    """Click, keep the server from answering until the element shows, and return how it came to show."""
    page.route("**/seen?*", lambda route: route.fulfill(status=204))
    page.evaluate(REPORTER, [selector, pseudo])
    with page.expect_request("**/seen?*") as seen:
        page.evaluate(f"window.setTimeout(() => document.querySelector({click!r}).click())")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    return parse_qs(urlsplit(seen.value.url).query)


def test_going_to_another_page_shows_the_line_until_it_comes(browser_page, served, enter):
    page, held = browser_page, []
    enter(page, served, MEMBER)
    page.goto(f"{served}/help")
    page.route("**/customers", lambda route: held.append(route))  # noqa: PLW0108  # it is marked; a built-in cannot be

    shown = held_up(page, held, "nav a[href='/customers']", "#waiting")

    page.wait_for_url("**/customers")
    assert shown["after"] == ["0.3s"]
    assert page.locator("#waiting.going").count() == 0


@pytest.mark.parametrize(("shows", "pseudo"), [("#waiting", None), ("main form button.btn-primary", "::after")])
def test_a_form_that_is_sent_shows_the_line_and_its_button_is_busy(browser_page, served, enter, shows, pseudo):
    page, held = browser_page, []
    enter(page, served, MEMBER)
    page.goto(f"{served}/publishers/new")
    page.fill("main [name=name]", "Proseware")
    page.route("**/publishers", lambda route: held.append(route))  # noqa: PLW0108  # it is marked; a built-in cannot be

    shown = held_up(page, held, "main form button.btn-primary", shows, pseudo)

    page.wait_for_url("**/publishers")
    assert shown["after"][0].endswith("0.3s")
    assert shown["busy"] == ["1"]


def test_a_fragment_that_is_waited_for_shows_the_line_and_a_busy_button(request_page):
    page, held = request_page, []
    page.fill("#text", "They answered.")
    page.route("**/notes", lambda route: held.append(route))  # noqa: PLW0108  # it is marked; a built-in cannot be
    page.get_by_role("button", name="Add the note").click()

    page.locator("#waiting.htmx-request").wait_for()
    assert page.get_by_role("button", name="Add the note").get_attribute("aria-busy") == "true"
    held[0].continue_()
    page.locator(".timeline .note-text", has_text="They answered.").wait_for()
    assert page.locator("[aria-busy], #waiting.htmx-request").count() == 0


def test_a_file_that_is_taken_away_leaves_no_line_behind(browser_page, served, enter):
    page = browser_page
    enter(page, served, MEMBER)
    page.goto(f"{served}/requests")
    with page.expect_download():
        page.get_by_role("link", name="CSV").click()
    assert page.locator("#waiting.going").count() == 0


def test_after_a_note_the_focus_is_at_the_head_of_its_section_and_the_news_is_said(request_page):
    page = request_page
    for words in ("They answered.", "They answered again."):
        page.fill("#text", words)
        page.evaluate("document.getElementById('announcer').textContent = ''")
        page.get_by_role("button", name="Add the note").click()
        page.locator(".timeline .note-text", has_text=words).first.wait_for()
        page.wait_for_function("() => document.activeElement.id === 'timeline'")
        page.wait_for_function("() => document.getElementById('announcer').textContent.includes('Wrote a note')")


def test_after_a_step_the_focus_stays_in_the_section_or_goes_to_the_title(request_page):
    page = request_page
    while page.locator(".state-form button").count():
        before = page.locator("[data-state]").first.get_attribute("data-state")
        page.locator(".state-form button").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            "(before) => document.querySelector('[data-state]').dataset.state !== before", arg=before
        )
        page.wait_for_function(
            "() => ['next', ''].includes(document.activeElement.id) && document.activeElement !== document.body"
        )
        assert page.evaluate("document.activeElement.tagName") in ("H1", "H2")
        if page.locator("[data-state=closed], [data-state=solved]").count():
            break


def test_the_number_field_keeps_the_focus_when_the_page_comes_back_with_it(request_page):
    page = request_page
    page.focus("#ticket_number")
    page.keyboard.type("118032014183770")
    page.keyboard.press("Enter")
    page.locator(".ticket-number").wait_for()
    page.wait_for_function("() => document.activeElement.id === 'ticket_number'")


def test_the_answer_being_given_stays_where_it_is_when_the_checklist_above_it_grows(form):
    page = form
    page.set_viewport_size({"width": 700, "height": 500})
    page.locator("#answer_issue_kind-none").scroll_into_view_if_needed()
    page.locator("#answer_issue_kind-none").focus()
    where = "document.getElementById('answer_issue_kind-none').getBoundingClientRect().top"
    height = "document.getElementById('entitlement').getBoundingClientRect().height"
    top, before = page.evaluate(where), page.evaluate(height)

    page.keyboard.press("Space")
    page.get_by_text("none of the five kinds").wait_for(state="attached")

    page.wait_for_function(f"() => Math.abs({where} - {top}) < 2")
    assert abs(page.evaluate(height) - before) > 5


def test_a_draft_is_saved_and_said_once_for_all_that_is_typed_without_a_pause(form):
    page, saved = form, []
    page.on("request", lambda request: saved.append(request.url) if request.method == "PUT" else None)
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.evaluate(
            "() => { const field = document.getElementById('description'); for (const letter of 'Nobody signs in.') {"
            " field.value += letter; field.dispatchEvent(new Event('input', { bubbles: true })); } }"
        )
    page.locator("#saved[role=status]", has_text="Draft saved").wait_for()

    assert len(saved) == 1


def test_the_place_for_the_saved_draft_is_there_before_it_is_saved(form):
    end = "document.querySelector('.form-end').getBoundingClientRect().height"
    for width in (390, 1280):
        form.set_viewport_size({"width": width, "height": 900})
        form.evaluate("document.getElementById('saved').textContent = ''")
        before = form.evaluate(end)
        form.evaluate("document.getElementById('saved').textContent = 'Draft saved, 14:05'")
        assert form.evaluate(end) == before, width
