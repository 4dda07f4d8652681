"""Words typed while the session ends, the database is away or the server is gone: kept in the page, and saved after."""

import sqlite3

import pytest
from sqlalchemy import event
from sqlmodel import select

from webapp.tables.requests import Draft

FABRIKAM, COLLEAGUE = "fabrikam-admin-agent", "fabrikam-helpdesk"
WORDS = "Since nine o'clock nobody in the Malmö office can sign in."


def saved(app):
    with app.extensions["onbehalf"].database.reading() as session:
        return {(draft.member_id, draft.fields.get("description")) for draft in session.exec(select(Draft))}


@pytest.fixture(autouse=True)
def impatient(demo_app):
    """Give a locked database up after a tenth of a second."""
    engine = demo_app.extensions["onbehalf"].database.engine
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=100"))


@pytest.fixture
def form(browser_page, served, enter):
    """Return a page with the form of a new request, its first words saved."""
    page = browser_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/customers")
    page.fill("#q", "Contoso")
    page.get_by_role("link", name="Contoso", exact=True).click()
    page.locator("a[href$='product=azure']").click()
    page.wait_for_load_state("networkidle")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.fill("#title", "Nobody signs in")
    return page


def end_session(page):
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.status == 403):
        page.fill("#description", WORDS)
    page.locator(".toast-trouble", has_text="You are not signed in any more").wait_for()


def sign_in_beside(page, served, enter, member):
    beside = page.context.new_page()
    enter(beside, served, member)
    beside.close()


def test_after_signing_in_again_in_another_tab_the_same_page_saves_by_itself(demo_app, form, served, enter):
    end_session(form)
    assert form.input_value("#description") == WORDS
    assert form.locator(".toast-trouble a[data-sign-in]").get_attribute("target") == "_blank"
    sign_in_beside(form, served, enter, FABRIKAM)

    with form.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        form.locator("#description").press_sequentially(" Still.", delay=5)

    form.locator(".toast-trouble").wait_for(state="detached")
    assert WORDS + " Still." in {words for _member, words in saved(demo_app)}
    with form.expect_response(lambda answer: answer.request.method == "PUT") as next_save:
        form.fill("#title", "The next save needs no second try")
    assert next_save.value.status == 200


def test_what_was_typed_meanwhile_is_saved_without_another_keystroke(demo_app, form, served, enter):
    end_session(form)
    sign_in_beside(form, served, enter, FABRIKAM)

    with form.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok, timeout=20_000):
        pass

    assert WORDS in {words for _member, words in saved(demo_app)}


def test_after_signing_in_again_the_form_itself_can_be_sent(form, served, enter):
    end_session(form)
    sign_in_beside(form, served, enter, FABRIKAM)
    with form.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        form.fill("#description", WORDS + " All of them.")

    with form.expect_response(lambda answer: answer.request.method == "POST") as sent:
        form.click("#send")

    assert sent.value.status == 422  # the other questions are still open: taken as a form, not refused as old
    form.locator(".form-trouble").wait_for()
    assert form.input_value("#description") == WORDS + " All of them."


def test_another_member_who_signs_in_beside_does_not_get_the_words(demo_app, form, served, enter):
    end_session(form)
    sign_in_beside(form, served, enter, COLLEAGUE)

    with form.expect_response(lambda answer: answer.request.method == "PUT") as refused:
        form.fill("#description", WORDS + " More.")

    assert refused.value.status == 403
    form.wait_for_timeout(500)
    assert form.input_value("#description") == WORDS + " More."
    assert not any(WORDS in (words or "") for _member, words in saved(demo_app))
    form.goto(form.url)
    assert form.input_value("#description") == ""


def test_a_locked_database_is_told_and_the_words_are_saved_when_it_is_free(demo_app, form):
    other = sqlite3.connect(demo_app.extensions["onbehalf"].database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with form.expect_response(lambda answer: answer.request.method == "PUT" and answer.status == 503):
        form.fill("#description", WORDS)
    form.locator(".toast-trouble", has_text="The database is busy").wait_for()
    assert form.input_value("#description") == WORDS

    other.rollback()
    other.close()
    with form.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok, timeout=20_000):
        pass

    form.locator(".toast-trouble").wait_for(state="detached")
    assert WORDS in {words for _member, words in saved(demo_app)}


def test_a_form_sent_to_a_locked_database_stays_and_says_why(demo_app, form):
    form.fill("#description", WORDS)
    other = sqlite3.connect(demo_app.extensions["onbehalf"].database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with form.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 503):
        form.click("#send")
    form.get_by_text("The database is busy").first.wait_for()
    other.rollback()
    other.close()

    assert form.input_value("#description") == WORDS
    assert form.is_enabled("#send")


def test_without_javascript_a_locked_database_gives_the_words_back_in_a_form(demo_app, plain_page, served, enter):
    page = plain_page
    enter(page, served, FABRIKAM)
    page.goto(f"{served}/requests?product=azure&state=filed")
    page.locator("#requests tbody a").first.click()
    request = page.url
    page.fill("#text", WORDS)
    other = sqlite3.connect(demo_app.extensions["onbehalf"].database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page.get_by_role("button", name="Add the note").click()
    other.rollback()
    other.close()

    assert page.get_by_label("Note").input_value() == WORDS
    page.get_by_role("button", name="Send it again").click()
    assert page.url == request
    assert WORDS in page.locator(".timeline").inner_text()
