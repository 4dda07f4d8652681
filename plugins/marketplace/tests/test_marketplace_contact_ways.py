from urllib.parse import parse_qs, urlsplit

import pytest

from onbehalf_marketplace.contact_ways import unusable, ways
from webapp.contracts.situation import Publisher


def publisher(**changes):
    return Publisher(name="Wide World Importers", **changes)


def urls(**changes):
    return [way.door.url for way in ways(publisher(**changes))]


@pytest.mark.rules("R39")
def test_page_comes_before_e_mail_before_telephone():
    found = ways(
        publisher(
            support_phone="+46 8 555 01 00",
            support_email="help@wideworldimporters.com",
            support_url="https://support.wideworldimporters.com/help?from=partner",
        )
    )

    assert [way.kind for way in found] == ["page", "email", "phone"]
    assert found[0].door.url == "https://support.wideworldimporters.com/help?from=partner"


@pytest.mark.rules("R39")
@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+46 8 555 01 00", "tel:+46-8-555-01-00"),
        ("(86) 400-089-0365", "tel:86-400-089-0365"),
        ("+46 (0)8 555 01 00", "tel:+46-8-555-01-00"),
        ("+1 (425) 555.0100 ext. 12", "tel:+1-425-555-0100"),
        ("+1 425 555 0100 x12", "tel:+1-425-555-0100"),
        ("+4685550100", "tel:+4685550100"),
        ("＋46 8 555 01 00", "tel:+46-8-555-01-00"),
    ],
)
def test_a_telephone_number_is_brought_into_the_form_that_can_be_dialled(written, dialled):
    (way,) = ways(publisher(support_phone=written))

    assert way.door.url == dialled
    assert way.shown == written


@pytest.mark.parametrize(
    "phone",
    ["ask reception", "1-800-FLOWERS", "+46 8 1 / +46 8 2", "+46\r\n8 555", "12", "javascript:alert(1)", "1" * 80],
)
def test_what_is_no_telephone_number_leads_nowhere(phone):
    its = publisher(support_phone=phone)

    assert ways(its) == ()
    assert unusable(its) == ("phone",)


@pytest.mark.rules("R39")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(document.cookie)",
        "data:text/html,<script>alert(1)</script>",
        "http://support.wideworldimporters.com",
        "support.wideworldimporters.com",
        "//evil.example/",
        "https://",
        "https://[broken",
        "https://admin:secret@evil.example/",
        "https://good.example\\.evil.example/",
        "https://good.example/\r\nSet-Cookie: a=b",
        "mailto:someone@evil.example",
    ],
)
def test_a_page_that_is_not_a_plain_https_address_leads_nowhere(url):
    its = publisher(support_url=url)

    assert ways(its) == ()
    assert unusable(its) == ("page",)


@pytest.mark.parametrize(
    "email",
    [
        "help@wideworldimporters.com\r\nBcc: everyone@evil.example",
        "help@wideworldimporters.com?bcc=everyone@evil.example",
        "help@wideworldimporters.com&cc=everyone@evil.example",
        "help@wideworldimporters.com,everyone@evil.example",
        "help@wideworldimporters.com%0D%0ABcc:everyone@evil.example",
        "Help <help@wideworldimporters.com>",
        "mailto:help@wideworldimporters.com",
        "help.wideworldimporters.com",
        "help@localhost",
        "help@@wideworldimporters.com",
        "help@-.com..",
    ],
)
def test_an_address_that_smuggles_in_more_or_is_none_leads_nowhere(email):
    its = publisher(support_email=email)

    assert ways(its) == ()
    assert unusable(its) == ("email",)


def test_one_malformed_way_does_not_take_the_others_away():
    its = publisher(
        support_url="javascript:alert(1)", support_email="a\r\nb@c.example", support_phone="+46 8 555 01 00"
    )

    assert [way.kind for way in ways(its)] == ["phone"]
    assert unusable(its) == ("page", "email")


def test_blanks_count_as_never_recorded():
    its = publisher(support_url="  ", support_email="", support_phone=None)

    assert ways(its) == ()
    assert unusable(its) == ()


def test_the_subject_survives_the_way_into_the_mail_program():
    (way,) = ways(publisher(support_email="help+eu@wideworldimporters.com"), subject="Größe & Preis? 100% 错误")

    parts = urlsplit(way.door.url)

    assert parts.path == "help+eu@wideworldimporters.com"
    assert parse_qs(parts.query) == {"subject": ["Größe & Preis? 100% 错误"]}


def test_a_title_cannot_add_headers_to_the_e_mail():
    (url,) = urls(support_email="help@wideworldimporters.com")
    (way,) = ways(publisher(support_email="help@wideworldimporters.com"), subject="Hi\r\nBcc: x@evil.example&cc=y")

    assert way.door.url.startswith(url + "?subject=")
    assert "%0D" not in way.door.url
    assert "%0A" not in way.door.url
    assert list(parse_qs(urlsplit(way.door.url).query)) == ["subject"]


def test_a_very_long_title_is_cut_so_that_the_mail_program_takes_it():
    (way,) = ways(publisher(support_email="help@wideworldimporters.com"), subject="错" * 5000)

    assert len(way.door.url) < 2000
