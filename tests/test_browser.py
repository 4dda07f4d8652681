"""The main job as a reader does it, in a real browser: for each of the four plugins, and once without JavaScript."""

import re
from urllib.parse import urlsplit

import pytest

WORDS = "Since nine o'clock nobody in the Malmö office can sign in."


def fill(page, *, title):
    """Answer what the form asks, the ordinary way: the first choice of each question, a few words in each text."""
    for group in page.locator("fieldset:has(input[type=radio][required])").all():
        if not group.locator("input:checked").count():
            group.locator("input[type=radio]").first.check()
            page.wait_for_load_state("networkidle")
    for name in [box.get_attribute("name") for box in page.locator("form input[type=checkbox][required]").all()]:
        page.check(f"input[name={name}]")
    for name in [box.get_attribute("name") for box in page.locator("form select[required]").all()]:
        values = page.locator(f"select[name={name}] option").evaluate_all("all => all.map(one => one.value)")
        if not page.input_value(f"select[name={name}]"):
            page.select_option(f"select[name={name}]", next(value for value in values if value))
    for box in page.locator("form.request-form textarea[required], form.request-form input[required]").all():
        if box.get_attribute("type") in {"radio", "checkbox"} or box.input_value():
            continue
        box.fill(title if box.get_attribute("name") == "title" else WORDS)


def find(page, address, customer):
    page.goto(f"{address}/customers")
    page.fill("#q", customer[:6])
    page.get_by_role("link", name=customer, exact=True).click()


def where_the_door_leads(page):
    """Ask our own server where ``/go`` sends the reader, without going there."""
    path = page.locator("a[href$='/go']").get_attribute("href")
    answer = page.request.get(f"{page.url.split('/requests')[0]}{path}", max_redirects=0)
    assert answer.status == 303
    return answer.headers["location"]


MAIN_JOBS = [
    ("fabrikam-admin-agent", "Contoso", "azure", "https://portal.azure.com/contoso.com"),
    ("fabrikam-admin-agent", "Contoso", "microsoft365", "https://admin.cloud.microsoft/"),
    ("lantian-admin-agent", "蓝天科技", "vianet", "https://portal.partner.microsoftonline.cn/"),
    ("fabrikam-admin-agent", "Litware", "marketplace", "https://"),
]


@pytest.mark.parametrize(("member", "customer", "product", "door"), MAIN_JOBS, ids=[job[2] for job in MAIN_JOBS])
def test_a_reader_gets_from_a_customer_to_the_right_portal(
    browser_page, served, enter, member, customer, product, door
):
    page = browser_page
    enter(page, served, member)
    find(page, served, customer)
    page.locator(f"a[href$='product={product}']").click()
    fill(page, title="Nobody can sign in")

    page.click("#send")
    page.wait_for_url(re.compile(r"/requests/OB-[0-9A-HJKMNP-TV-Z]{8}$"))

    assert WORDS in page.locator("#answers-list").inner_text()
    assert where_the_door_leads(page).startswith(door)
    if product != "marketplace":
        assert urlsplit(door).hostname in page.locator(".handover").inner_text()

    page.fill("#ticket_number", "118032014183770")
    page.get_by_role("button", name="Record it").click()
    page.locator(".ticket-number").wait_for()
    assert page.locator("[data-state=filed]").first.is_visible()


@pytest.mark.rules("R19", "R23", "R24")
def test_the_main_job_needs_no_javascript(plain_page, served, enter):
    page = plain_page
    enter(page, served, "fabrikam-admin-agent")
    page.goto(f"{served}/customers")
    page.fill("#q", "contoso")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Contoso", exact=True).click()
    page.locator("a[href$='product=azure']").click()
    fill(page, title="Nobody can sign in")
    page.click("#send")
    assert re.search(r"/requests/OB-", page.url)
    assert "Cloud Solution Provider" in page.locator("#answers-list").inner_text()
    assert where_the_door_leads(page) == "https://portal.azure.com/contoso.com"

    page.fill("#ticket_number", "118032014183770")
    page.get_by_role("button", name="Record it").click()
    assert page.locator(".ticket-number").inner_text().strip().startswith("118032014183770")


def test_customers_appear_while_one_types(browser_page, served, enter):
    enter(browser_page, served, "fabrikam-admin-agent")
    browser_page.goto(f"{served}/customers")
    browser_page.locator("#q").press_sequentially("海信", delay=20)
    browser_page.get_by_role("link", name="海信贸易").wait_for()
    assert browser_page.get_by_role("link", name="Contoso", exact=True).count() == 0
    assert "q=" in browser_page.url


def test_the_checklist_follows_the_answers_without_a_reload(browser_page, served, enter):
    page = browser_page
    enter(page, served, "fabrikam-admin-agent")
    find(page, served, "Contoso")
    page.locator("a[href$='product=azure']").click()
    page.fill("#title", "Half a sentence")
    assert not page.get_by_text("none of the five kinds").is_visible()

    page.check("#answer_issue_kind-none")
    page.get_by_text("none of the five kinds").wait_for()
    assert page.input_value("#title") == "Half a sentence"


def test_what_was_typed_is_there_again_after_leaving_the_page(browser_page, served, enter):
    page = browser_page
    enter(page, served, "fabrikam-admin-agent")
    find(page, served, "Contoso")
    page.locator("a[href$='product=azure']").click()
    form = page.url
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.fill("#description", WORDS)
    page.goto(f"{served}/")
    page.goto(form)
    assert page.input_value("#description") == WORDS


def test_missing_answers_are_named_in_place_and_take_no_words_away(browser_page, served, enter):
    page = browser_page
    enter(page, served, "fabrikam-admin-agent")
    find(page, served, "Contoso")
    page.locator("a[href$='product=azure']").click()
    page.fill("#description", WORDS)
    page.fill("#contact_email", "someone@contoso.com")
    page.click("#send")

    page.locator("#contact_email-error").wait_for()
    assert "contoso.com" in page.locator("#contact_email-error").inner_text()
    assert page.locator("#title-error").is_visible()
    assert page.input_value("#description") == WORDS
    assert page.evaluate("document.activeElement.id") == "trouble"


def test_no_page_of_the_main_job_breaks_its_own_content_security_policy(browser_page, served, enter):
    said = []
    browser_page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    enter(browser_page, served, "fabrikam-admin-agent")
    for path in ("/", "/customers", "/requests", "/entitlements", "/help"):
        browser_page.goto(f"{served}{path}")
        browser_page.wait_for_load_state("networkidle")
    find(browser_page, served, "Contoso")
    browser_page.locator("a[href$='product=azure']").click()
    browser_page.wait_for_load_state("networkidle")
    assert said == []


def test_copying_an_answer_puts_it_on_the_clipboard(browser_page, served, enter):
    page = browser_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    enter(page, served, "fabrikam-admin-agent")
    page.goto(f"{served}/requests?product=azure")
    page.locator("#requests tbody a").first.click()
    value = page.locator("#answer-1").inner_text()
    page.locator("[data-copy=answer-1]").click()
    page.locator("#announcer", has_text="Copied").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == value


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN", "zh-TW", "ru-RU", "sv-SE", "de-DE"])
def test_the_main_job_is_done_in_every_language(chromium, served, enter, locale):
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    enter(page, served, "fabrikam-admin-agent")
    find(page, served, "Contoso")
    assert page.get_attribute("html", "lang") == {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant"}.get(locale, locale[:2])
    page.locator("a[href$='product=azure']").click()
    fill(page, title="Nobody can sign in")
    page.click("#send")
    page.wait_for_url(re.compile(r"/requests/OB-"))
    assert where_the_door_leads(page) == "https://portal.azure.com/contoso.com"
    page.fill("#ticket_number", "118032014183770")
    page.locator("form[action$='/ticket'] button[type=submit]").first.click()
    page.locator(".ticket-number").wait_for()
    context.close()
