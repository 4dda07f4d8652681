"""The handover pack: one request as a clean page, a file that stands alone, or text for a mail."""

import re

import pytest
from sqlmodel import select

from webapp.tables.audit import AuditEntry

ORDER = ("whom", "steps", "answers", "contact", "number")


@pytest.fixture
def reader(desk):
    return desk("fabrikam-admin-agent")


@pytest.fixture
def ref(reader):
    return reader.filed("Contoso", "azure", title='<b>Disks & "quotes"</b>', description="one\n  two", language="en")


def exports(app):
    with app.extensions["onbehalf"].database.reading() as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.action == "request.exported")).all()
        return [(row.subject, row.detail) for row in rows]


def test_the_pack_holds_everything_in_order_and_no_navigation(reader, ref):
    page = reader.get(f"{ref}/pack")

    places = [page.text.index(f'id="{part}"') for part in ORDER]
    assert page.status == 200
    assert places == sorted(places)
    assert page.headings == ['<b>Disks & "quotes"</b>']
    assert not any(tag == "header" and given.get("class") == "side" for tag, given in page.tags)
    for said in ("Contoso", "contoso.com", "portal.azure.com", "Cloud Solution Provider", "Astrid Nyberg", ref[-11:]):
        assert said in page.words


def test_a_number_and_its_clock_stand_on_the_pack_with_the_zone_named(reader, ref, demo_app, set_clock):
    reader.post(f"{ref}/ticket", {"ticket_number": "2611220040001234"})

    page = reader.get(f"{ref}/pack")

    assert "2611220040001234" in page.words
    assert page.words.count("GMT+") + page.words.count("CET") >= 2
    assert "Severity" in page.words


def test_a_saved_pack_needs_nothing_of_this_desk(reader, ref):
    answer = reader.client.get(f"{ref}/pack?save=1")

    assert answer.headers["Content-Disposition"] == f"attachment; filename={ref[-11:]}.html"
    assert answer.mimetype == "text/html"
    assert re.findall(r'(?:src|href|action)="', answer.text) == []
    assert "<script" not in answer.text
    assert "<button" not in answer.text
    assert "@media print" in answer.text
    assert "<b>Disks" not in answer.text


def test_the_text_for_a_mail_is_plain(reader, ref):
    answer = reader.client.get(f"{ref}/pack?as=text")
    saved = reader.client.get(f"{ref}/pack?as=text&save=1")

    assert answer.mimetype == "text/plain"
    assert '<b>Disks & "quotes"</b>' in answer.text
    assert "Support plan: Cloud Solution Provider" in answer.text
    assert "one\n  two" in answer.text
    assert "&amp;" not in answer.text
    assert "<time" not in answer.text
    assert "Content-Disposition" not in answer.headers
    assert saved.headers["Content-Disposition"] == f"attachment; filename={ref[-11:]}.txt"


@pytest.mark.parametrize("product", ["azure", "microsoft365", "dynamics365", "ems"])
def test_the_text_gives_the_portals_labels_and_the_readers_in_brackets(reader, product):
    ref = reader.filed("Contoso", product, language="de")

    text = reader.client.get(f"{ref}/pack?as=text").text

    assert re.search(r"^Name: ", text, re.MULTILINE)
    assert re.search(r"^E-Mail \(E-mail\): ", text, re.MULTILINE)


def test_the_pack_follows_the_language_chosen_for_the_portal(reader, ref):
    page = reader.get(f"{ref}/pack?portal=sv")

    assert 'lang="sv">Molnlösningsleverantör' in page.text
    assert any("save=1" in link and "portal=sv" in link for link in page.links)


def test_whoever_may_not_see_the_request_gets_no_pack(desk, ref):
    answers = {desk("lantian-admin-agent").get(f"{ref}/pack{form}").status for form in ("", "?save=1", "?as=text")}

    assert answers == {404}
    assert desk().get(f"{ref}/pack").status == 303


def test_what_is_taken_away_is_in_the_trail_without_its_words(demo_app, reader, ref):
    for form in ("", "?save=1", "?as=text&save=1"):
        reader.get(f"{ref}/pack{form}")

    found = exports(demo_app)

    assert found == [
        (f"request:{ref[-11:]}", {"text": False, "saved": False}),
        (f"request:{ref[-11:]}", {"text": False, "saved": True}),
        (f"request:{ref[-11:]}", {"text": True, "saved": True}),
    ]


def test_the_requests_page_leads_to_the_pack(reader, ref):
    links = reader.get(ref).links

    assert f"{ref}/pack" in links
    assert f"{ref}/pack?save=1" in links


def test_one_and_all_are_copied_in_the_portals_words(served, browser_page, enter):
    browser_page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    enter(browser_page, served, "fabrikam-admin-agent")
    browser_page.goto(f"{served}/requests?product=azure")
    browser_page.locator(".table-requests th a").first.click()
    browser_page.locator("#portal").select_option("zh_Hans_CN")
    browser_page.locator(".answer dt span[lang=zh-Hans]").first.wait_for()
    pack = browser_page.locator("a[href*='/pack']").first.get_attribute("href")
    read = "navigator.clipboard.readText()"

    for page in (browser_page.url, f"{served}{pack}"):
        browser_page.goto(page)
        browser_page.locator("[data-copy-all]").click()
        browser_page.locator("[data-copy-all].copied").wait_for()
        all_of_it = browser_page.evaluate(read)
        plan = browser_page.locator(".answer", has_text="支持计划").first
        plan.locator("[data-copy]").click()
        plan.locator("[data-copy].copied").wait_for()

        assert "支持计划: 云解决方案提供商" in all_of_it
        assert "Support plan" not in all_of_it
        assert browser_page.evaluate(read) == plan.locator(".answer-value").inner_text()
        assert browser_page.evaluate(read).startswith("云解决方案提供商")


def test_the_language_is_switched_without_a_script_and_without_losing_a_note(served, browser_page, plain_page, enter):
    enter(plain_page, served, "fabrikam-admin-agent")
    plain_page.goto(f"{served}/requests?product=azure")
    plain_page.locator(".table-requests th a").first.click()
    plain_page.locator("#portal").select_option("sv")
    plain_page.locator(".portal-language button").click()
    assert plain_page.locator(".answer dt span[lang=sv]").count() > 0

    enter(browser_page, served, "fabrikam-admin-agent")
    browser_page.goto(plain_page.url.partition("?")[0])
    browser_page.locator("#text").fill("Half a note")
    browser_page.locator("#portal").focus()
    browser_page.locator("#portal").select_option("sv")
    browser_page.locator(".answer dt span[lang=sv]").first.wait_for()

    assert browser_page.locator("#text").input_value() == "Half a note"
    assert browser_page.evaluate("document.activeElement.id") == "portal"
    browser_page.wait_for_url("**portal=sv")
