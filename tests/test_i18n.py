"""Texts: escaped whoever wrote them, recorded in every language, and read from catalogues that nobody compiled."""

from __future__ import annotations

import flask
import flask_babel
import pytest
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from webapp.contracts.handover import Remedy
from webapp.i18n import CORE, HTML_LANG, LANGUAGES, LazyText, TextDomain, _, in_all_languages, in_my_language, strictly

HOSTILE = "<script>alert('x')</script>\" onmouseover=\"alert(1)"
RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "The customer is %(name)s."
msgstr "Клиент: %(name)s."

msgid "%(num)s request"
msgid_plural "%(num)s requests"
msgstr[0] "%(num)s запрос"
msgstr[1] "%(num)s запроса"
msgstr[2] "%(num)s запросов"

msgid "Not translated."
msgstr ""

#, fuzzy
msgid "Guessed only."
msgstr "Только догадка."

msgid "%(num)s note"
msgid_plural "%(num)s notes"
msgstr[0] ""
msgstr[1] ""
msgstr[2] ""
"""


@pytest.fixture
def app(make_app):
    """Return the application, for its languages and its templates."""
    return make_app()


@pytest.fixture
def spoken(app):
    """Return a function that puts a text into words in one language."""

    def say(text, language):
        with app.test_request_context(), flask_babel.force_locale(language):
            return str(text)

    return say


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return the name of a package with a Russian catalogue in its source form, and nothing compiled."""
    name = f"made_{tmp_path.name}".replace("-", "_").replace("[", "_").replace("]", "_")
    catalogue = tmp_path / name / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    (tmp_path / name / "__init__.py").write_text("")
    catalogue.write_text(RUSSIAN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def rendered(app, template, **values):
    with app.test_request_context():
        return flask.render_template_string(template, **values)


def lazy_texts():
    return {
        "ours, with a hostile value": _("The customer is %(name)s.", name=HOSTILE),
        "ours, hostile itself": _(HOSTILE),
        "Flask-Babel's, with a hostile value": flask_babel.lazy_gettext("The customer is %(name)s.", name=HOSTILE),
        "Flask-Babel's, hostile itself": LazyString(lambda: HOSTILE),
        "ours, with a hostile lazy value": _("The customer is %(name)s.", name=LazyString(lambda: HOSTILE)),
    }


@pytest.mark.parametrize("text", lazy_texts().values(), ids=lazy_texts())
@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ text }}</p>",
        '<p title="{{ text }}"></p>',
        "{% macro said(it) %}<p>{{ it }}</p>{% endmacro %}{{ said(text) }}",
        "{% for it in [text] %}{{ it }}{% endfor %}",
        "{% set it = text %}{{ it }}",
        "{{ _('Said: %(it)s', it=text) }}",
        "{{ text | upper }}",
        "{{ text | default('nothing') }}",
    ],
)
def test_a_lazy_text_is_escaped_wherever_a_template_prints_it(app, template, text):
    page = rendered(app, template, text=text).casefold()

    assert "<script" not in page
    assert '" onmouseover="' not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("text", lazy_texts().values(), ids=lazy_texts())
@pytest.mark.parametrize(
    "template", ["{{ '<b>' | safe ~ text }}", "{{ [text] | join(', ') }}", "{{ ('<b>{}</b>' | safe).format(text) }}"]
)
def test_a_lazy_text_that_crossed_a_hook_is_escaped_beside_markup_too(app, template, text):
    page = rendered(app, template, text=Remedy(text=text).text)

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_our_lazy_text_is_no_markup_and_says_itself_once():
    text = _("A & B")

    assert escape(text) == Markup("A &amp; B")
    assert repr(text) == "LazyText('A & B')"


def test_a_catalogue_is_read_from_its_source_form_without_compiling(package, spoken, tmp_path):
    text = TextDomain(package).text("The customer is %(name)s.", name="Contoso")

    assert spoken(text, "ru") == "Клиент: Contoso."
    assert list(tmp_path.rglob("*.mo")) == []


def test_a_catalogue_is_read_once(package, spoken, tmp_path):
    text = TextDomain(package).text("The customer is %(name)s.", name="Contoso")
    spoken(text, "ru")

    next(tmp_path.rglob("messages.po")).unlink()

    assert spoken(text, "ru") == "Клиент: Contoso."


@pytest.mark.parametrize("language", ["en", "de", "sv", "zh_Hans_CN", "zh_Hant_TW"])
def test_a_language_without_a_catalogue_falls_back_to_english(package, spoken, language):
    domain = TextDomain(package)

    assert spoken(domain.text("The customer is %(name)s.", name="Contoso"), language) == "The customer is Contoso."
    assert spoken(domain.plural("%(num)s request", "%(num)s requests", 1), language) == "1 request"
    assert spoken(domain.plural("%(num)s request", "%(num)s requests", 2), language) == "2 requests"


def test_what_is_untranslated_or_only_guessed_falls_back_to_english(package, spoken):
    domain = TextDomain(package)

    assert spoken(domain.text("Not translated."), "ru") == "Not translated."
    assert spoken(domain.text("Not in the catalogue."), "ru") == "Not in the catalogue."
    assert spoken(domain.text("Guessed only."), "ru") == "Guessed only."
    assert spoken(domain.plural("%(num)s note", "%(num)s notes", 1), "ru") == "1 note"
    assert spoken(domain.plural("%(num)s note", "%(num)s notes", 5), "ru") == "5 notes"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 запросов"),
        (1, "1 запрос"),
        (2, "2 запроса"),
        (4, "4 запроса"),
        (5, "5 запросов"),
        (11, "11 запросов"),
        (21, "21 запрос"),
        (112, "112 запросов"),
    ],
)
def test_russian_counts_in_three_forms(package, spoken, number, said):
    assert spoken(TextDomain(package).plural("%(num)s request", "%(num)s requests", number), "ru") == said


@pytest.mark.parametrize("name", ["a_package_that_is_not_there", "this", "json"])
def test_a_distribution_without_catalogues_speaks_english(spoken, name):
    assert (
        spoken(TextDomain(name).text("The customer is %(name)s.", name="Contoso"), "ru") == "The customer is Contoso."
    )


def test_outside_the_application_a_text_is_english():
    assert str(_("The customer is %(name)s.", name="Contoso")) == "The customer is Contoso."


def test_a_percent_sign_is_nothing_special_in_a_text_without_holes(spoken):
    assert spoken(_("100% of 5 %s"), "en") == "100% of 5 %s"


def test_two_distributions_may_translate_the_same_words_differently(package, app):
    mine, cores = (
        TextDomain(package).text("The customer is %(name)s.", name="X"),
        _("The customer is %(name)s.", name="X"),
    )

    with app.test_request_context(), flask_babel.force_locale("ru"):
        assert str(mine) == "Клиент: X."
        assert str(cores) == "The customer is X."


def test_what_is_recorded_is_recorded_in_each_language(package, app):
    text = TextDomain(package).text("The customer is %(name)s.", name="Contoso")

    with app.app_context():
        recorded = in_all_languages(text)

    assert set(recorded) == set(LANGUAGES)
    assert recorded["ru"] == "Клиент: Contoso."
    assert recorded["en"] == recorded["sv"] == "The customer is Contoso."


def test_recording_leaves_the_readers_language_as_it_was(package, app):
    text = TextDomain(package).text("The customer is %(name)s.", name="Contoso")

    with app.test_request_context(headers={"Accept-Language": "ru"}):
        assert str(text) == "Клиент: Contoso."
        in_all_languages(text)
        assert str(text) == "Клиент: Contoso."


def test_a_text_inside_a_text_is_recorded_in_the_same_language(package, app):
    outer = _("Said: %(it)s", it=TextDomain(package).text("The customer is %(name)s.", name="X"))

    with app.app_context():
        assert in_all_languages(outer)["ru"].endswith("Клиент: X.")


@pytest.mark.parametrize(
    ("recorded", "language", "read"),
    [
        ({"en": "Yes", "ru": "Да"}, "ru", "Да"),
        ({"en": "Yes", "ru": "Да"}, "sv", "Yes"),
        ({"en": "Yes", "sv": ""}, "sv", "Yes"),
        ({"ru": "Да"}, "sv", ""),
        ({}, "ru", ""),
        (None, "ru", ""),
    ],
)
def test_what_was_recorded_is_read_in_ones_own_language_else_in_english(app, recorded, language, read):
    with app.test_request_context(headers={"Accept-Language": language}):
        assert in_my_language(recorded) == read


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-TW", "zh_Hant_TW"),
        ("zh-HK", "zh_Hant_TW"),
        ("zh-Hant", "zh_Hant_TW"),
        ("zh-Hant-CN", "zh_Hant_TW"),
        ("zh-CN", "zh_Hans_CN"),
        ("zh-Hans-TW", "zh_Hans_CN"),
        ("zh-hant-my", "zh_Hant_TW"),
        ("zh-MY", "zh_Hans_CN"),
        ("zh", "zh_Hans_CN"),
        ("de-AT", "de"),
        ("sv-FI,en;q=0.5", "sv"),
        ("fr-FR,ru;q=0.5,en;q=0.1", "ru"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("'; DROP TABLE", "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_it_asks_for(app, accepted, language):
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert str(flask_babel.get_locale()) == language


def test_every_language_is_one_that_babel_knows_and_html_can_name(app):
    for language in LANGUAGES:
        with app.test_request_context(), flask_babel.force_locale(language):
            assert str(flask_babel.get_locale()) == language
            assert "_" not in HTML_LANG.get(language, language)


def test_a_text_of_core_is_one_of_its_own_domain():
    assert isinstance(_("Anything."), LazyText)
    assert CORE.package == "webapp"


@pytest.fixture
def ill_translated(package, tmp_path):
    """Return the domain of a package whose Russian catalogue names a hole wrongly."""
    catalogue = tmp_path / package / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    catalogue.write_text(
        RUSSIAN.replace("Клиент: %(name)s", "Клиент: %(имя)s").replace("%(num)s запрос", "%(number)d з")
    )
    return TextDomain(package)


def test_a_translation_that_cannot_be_filled_in_is_read_in_english_and_said_in_the_log(ill_translated, spoken, caplog):
    assert spoken(ill_translated.text("The customer is %(name)s.", name="Contoso"), "ru") == "The customer is Contoso."
    assert spoken(ill_translated.plural("%(num)s request", "%(num)s requests", 5), "ru") == "5 requests"
    assert ill_translated.package in caplog.text


def test_a_sentence_that_names_a_hole_nobody_fills_is_read_as_it_was_written(package, spoken):
    assert spoken(TextDomain(package).text("By %(vendor)s.", vendr="Acme"), "en") == "By %(vendor)s."


def test_who_looks_for_texts_that_cannot_be_filled_in_is_told(ill_translated, spoken):
    with strictly(), pytest.raises(KeyError):
        spoken(ill_translated.text("The customer is %(name)s.", name="Contoso"), "ru")
