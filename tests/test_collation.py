"""Short lists stand in the order of the reader's language."""

import flask_babel
import pytest

from webapp.collation import by_name, sort_key


def ordered(names, language):
    return sorted(names, key=lambda name: sort_key(name, language))


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Åke", "Anders", "Azar", "Örjan", "Zoe"]),
        ("sv", ["Anders", "Azar", "Olle", "Zoe", "Åke", "Ärla", "Örjan"]),
        ("de", ["Adler", "Ärzte", "Azur", "Straße", "Strate", "Zoe"]),
        ("ru", ["Ежов", "Ёлкин", "Жуков", "Иванов", "Йорк", "Ким", "Adler"]),
        ("en", ["Adler", "Иванов", "海信"]),
        ("zh_Hans_CN", ["陈静怡", "李娜", "王伟", "张三", "Adler"]),
        ("zh_Hant_TW", ["丁一", "王偉", "李娜", "陳靜怡", "Adler"]),
        ("en", ["(own)", "3M", "Contosa", "Contoso", "contoso"]),
    ],
)
def test_names_stand_in_the_order_of_the_language(language, names):
    assert ordered(reversed(names), language) == names


@pytest.mark.parametrize("language", ["en", "sv", "ru", "zh_Hans_CN", "zh_Hant_TW"])
def test_names_that_differ_have_one_order_whichever_way_they_came(language):
    names = ["resume", "résumé", "Resume", "", "𠮷野", "ﬁsk", "é", "e\u0301"]

    assert ordered(names, language) == ordered(reversed(names), language)
    assert len({sort_key(name, language) for name in names}) == len(names)


def test_a_reader_sees_colleagues_in_the_order_of_their_own_language(make_app):
    app = make_app()
    found = {}
    for language in ("sv", "en"):
        with app.test_request_context(), flask_babel.force_locale(language):
            found[language] = by_name(["Öberg", "Zetterlund", "Åberg", "Nyberg"], name=str)

    assert found["sv"] == ["Nyberg", "Zetterlund", "Åberg", "Öberg"]
    assert found["en"] == ["Åberg", "Nyberg", "Öberg", "Zetterlund"]
