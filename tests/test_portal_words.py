"""The handover's words are the portal's, in the language it shows, with the reader's beside them where they differ."""

import re
from html.parser import HTMLParser

import flask_babel
import pytest
from pydantic import ValidationError
from sqlmodel import select

from webapp import portal_words
from webapp.contracts.clouds import Cloud
from webapp.i18n import LANGUAGES
from webapp.tables.requests import ServiceRequest

PLAN = {
    "en": "Cloud Solution Provider",
    "zh_Hans_CN": "云解决方案提供商",
    "zh_Hant_TW": "雲端解決方案提供者",
    "ru": "Поставщик облачных решений",
    "sv": "Molnlösningsleverantör",
    "de": "Cloud-Lösungsanbieter",
}


class Answers(HTMLParser):
    """The rows of the answers: the portal's label and value, each with its language, and the reader's own words."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.inside, self.in_row = [], None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if given.get("class") == "answer":
            self.rows.append({"label": "", "value": "", "mine": [], "langs": []})
            self.in_row = True
        elif tag == "h3":
            self.in_row = False
        elif self.rows and tag == "dt":
            self.inside = "label"
        elif self.rows and given.get("class") == "answer-value":
            self.inside = "value"
        elif self.in_row and given.get("class") == "in-my-words":
            self.inside = "mine"
        if self.rows and tag == "span" and self.inside in {"label", "value"}:
            self.rows[-1]["langs"].append(given.get("lang", ""))

    def handle_data(self, data):
        if self.inside == "mine":
            self.rows[-1]["mine"].append(data)
        elif self.inside:
            self.rows[-1][self.inside] += data

    def handle_endtag(self, tag):
        if tag in {"span", "small", "dt"}:
            self.inside = None


def answers(page):
    return Answers(page.text).rows


@pytest.fixture
def swedish_desk(desk):
    """Return a desk of somebody in Sweden, whose browser asks for Swedish."""
    reader = desk("fabrikam-admin-agent")
    reader.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "sv"
    return reader


@pytest.fixture
def cloud(make_cloud):
    return make_cloud


def test_a_swede_filing_in_china_reads_chinese_words_with_the_swedish_ones_beneath(swedish_desk):
    ref = swedish_desk.filed("海信贸易", "vianet", title="会议室日历显示错误", severity="C", category="break_fix")

    page = swedish_desk.get(ref)
    rows = {row["label"]: row for row in answers(page)}

    assert "服务" in rows
    assert rows["服务"]["value"] == "由世纪互联运营的 Microsoft 365"
    assert rows["服务"]["mine"] == ["Tjänst", "Microsoft 365 som drivs av 21Vianet"]
    assert rows["服务"]["langs"] == ["zh-Hans", "zh-Hans"]
    assert 'lang="zh-Hans">如果客户仍需要帮助' in page.text
    assert 'class="unconfirmed"' in page.text.partition('id="portal-hint"')[2].partition("</form>")[0]


def test_free_text_is_never_translated_and_stands_once(swedish_desk):
    ref = swedish_desk.filed("海信贸易", "vianet", title="Kalendern visar fel")

    row = next(row for row in answers(swedish_desk.get(ref)) if row["value"] == "Kalendern visar fel")

    assert row["langs"][-1] == ""
    assert row["mine"] == ["Rubrik"]


def test_where_both_read_alike_there_is_one_word_and_no_lang(desk):
    reader = desk("fabrikam-admin-agent")
    ref = reader.filed("Contoso", "azure", language="en")

    rows = answers(reader.get(ref))

    assert rows
    assert [row for row in rows if row["mine"] or any(row["langs"])] == []


@pytest.mark.rules("R23")
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_reader_switches_the_portals_language_on_the_page(desk, language):
    reader = desk("fabrikam-admin-agent")
    ref = reader.filed("Contoso", "azure", language="en")

    plan = next(row for row in answers(reader.get(f"{ref}?portal={language}")) if PLAN[language] in row["value"])

    assert plan["mine"][-1] == PLAN["en"]
    assert plan["langs"][-1]


def test_the_choice_stays_while_the_page_is_used(desk):
    reader = desk("fabrikam-admin-agent")
    ref = reader.filed("Contoso", "azure", language="en")

    page = reader.client.post(
        f"{ref}/notes",
        data={"csrf_token": reader.token(), "text": "Hello", "portal": "de"},
        headers={"HX-Request": "true"},
    )

    assert PLAN["de"] in page.text
    assert f"{ref}/pack?portal=de" in page.text


@pytest.mark.parametrize("chosen", ["xx", "../en", "zh", "<script>", "\0"])
def test_a_language_that_there_is_none_of_changes_nothing(desk, chosen):
    reader = desk("fabrikam-admin-agent")
    ref = reader.filed("Contoso", "azure", language="en")

    page = reader.client.get(ref, query_string={"portal": chosen})

    assert page.status_code == 200
    assert "<script>" not in page.text
    assert re.search(r'<option value="en"[^>]*selected>English', page.text[page.text.index('id="portal"') :])


@pytest.mark.parametrize(
    ("spoken", "filed_in", "shown"),
    [
        ((), "sv", "sv"),
        ((), "zh_Hant_TW", "zh_Hant_TW"),
        (("zh_Hans_CN",), "sv", "zh_Hans_CN"),
        (("zh_Hans_CN",), "zh_Hans_CN", "zh_Hans_CN"),
        (("en", "de"), "de", "de"),
        (("en", "de"), "ru", "en"),
    ],
)
def test_a_portal_shows_what_one_files_in_if_it_speaks_it_else_its_own_first(make_cloud, spoken, filed_in, shown):
    assert portal_words.shown_in(make_cloud(portal_languages=spoken), filed_in) == shown


def test_a_cloud_speaks_no_language_that_the_desk_has_no_words_in(make_cloud):
    with pytest.raises(ValidationError, match="portal_languages"):
        Cloud.model_validate(make_cloud().model_dump() | {"portal_languages": ("fr",)})


def test_the_words_stay_the_portals_with_its_plugin_gone(demo_app, swedish_desk):
    ref = swedish_desk.filed("海信贸易", "vianet")
    with demo_app.extensions["onbehalf"].database.reading() as session:
        row = session.exec(select(ServiceRequest).where(ServiceRequest.ref == ref[-11:])).one()

    with demo_app.test_request_context(), flask_babel.force_locale("sv"):
        words = portal_words.of_request(row, clouds={})
        shown = words(row.answers[0]["label"])

    assert (words.language, shown.text, shown.mine, shown.lang) == ("zh_Hans_CN", "服务", "Tjänst", "zh-Hans")


def test_a_request_recorded_without_the_portals_language_takes_it_from_its_cloud(demo_app, swedish_desk):
    ref = swedish_desk.filed("海信贸易", "vianet", language="sv")
    clouds = demo_app.extensions["onbehalf"].plugins.clouds
    with demo_app.extensions["onbehalf"].database.reading() as session:
        row = session.exec(select(ServiceRequest).where(ServiceRequest.ref == ref[-11:])).one()
        row.doors = [{name: value for name, value in row.doors[0].items() if name != "language"}]

        found = (portal_words.of_request(row, clouds).language, portal_words.of_request(row, {}).language)

    assert found == ("zh_Hans_CN", "sv")


def test_words_that_were_not_recorded_in_the_portals_language_are_shown_and_marked_as_english(demo_app):
    with demo_app.test_request_context(), flask_babel.force_locale("sv"):
        shown = portal_words.PortalWords("ru")({"en": "Name", "sv": "Namn"})

    assert (shown.text, shown.mine, shown.lang) == ("Name", "Namn", "en")


def test_a_publisher_is_written_to_in_the_language_filed_in_and_the_steps_are_the_readers_alone(swedish_desk):
    ref = swedish_desk.filed("Litware", "marketplace", language="de")

    page = swedish_desk.get(ref)

    assert [row["label"] for row in answers(page)][:2] == ["Produkt", "Herausgeber"]
    assert 'class="in-portal-words"' not in page.text
