"""Lists of names stand in the order of the reader's language."""

import flask_babel
import pytest
from sqlmodel import select

from webapp import search
from webapp.collation import KEPT, by_name, sort_key
from webapp.customers import search_customers
from webapp.i18n import LANGUAGES
from webapp.partners import viewer_of
from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner


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


EARLIER = "Recorded by an earlier version"
NAMES = ["Ärla", "Azar", "Öberg", "Zoe", "Åke", "Ким", "Йорк", "Иванов", "Ёлкин", "张三", "李娜", "陳靜怡"]


@pytest.fixture
def listed(demo_app_on_each_engine):
    """Return a function that reads the names of a search from page to page, three at a time, in a language."""
    app = demo_app_on_each_engine
    with app.extensions["onbehalf"].database.writing() as session:
        fabrikam = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one().id
        for number, name in enumerate([*NAMES, EARLIER]):
            tenant = f"00000000-0000-4000-8000-{number:012d}"
            domain = {"domain": f"listed{number}.example"}
            customer = Customer(
                name=name, cloud="global", tenant_id=tenant, country="SE", partner_id=fabrikam, **domain
            )
            session.add(customer)
            session.flush()
            search.index(session, customer)
        customer.sqlmodel_update(dict.fromkeys(KEPT.values()))
        session.commit()
        astrid = viewer_of(session, session.exec(select(Member).where(Member.key == "fabrikam-admin-agent")).one().id)

    def read(language):
        with app.test_request_context(), flask_babel.force_locale(language):
            page = search_customers(session, astrid, "listed", size=3)
            found = [row.name for row in page.rows]
            while page.after and len(found) < 100:
                page = search_customers(session, astrid, "listed", after=page.after, size=3)
                found += [row.name for row in page.rows]
        return found

    return read


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_customers_stands_in_that_order_from_page_to_page(listed, language):
    found = listed(language)

    assert sorted(found) == sorted([*NAMES, EARLIER])
    known = [name for name in found if name != EARLIER]
    assert known == ordered(NAMES, language)
