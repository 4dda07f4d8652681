"""What a page weighs over the wire, compressed as a browser asks for it; and assets that are fetched once."""

import http.client
import re
from urllib.parse import urlsplit

import brotli
import pytest

from webapp import assets
from webapp.testing.desk import Desk

FIRST_VISIT, LATER_PAGE = 150_000, 15_000
MEMBER = "fabrikam-admin-agent"
PAGES = (
    *("/", "/customers", "/requests", "/figures?weeks=52", "/entitlements", "/help", "/help/clouds/global"),
    *("/find?q=con", "/shortcuts"),
)
LANGUAGES = ("en", "zh-CN", "zh-TW", "ru", "sv", "de")


@pytest.fixture
def fetch(served, demo_app):
    """Return a function that fetches an address of the served demo as a signed-in browser does: status, head, body."""
    client = Desk(demo_app.test_client(), MEMBER).client
    cookie = client.get_cookie("onbehalf").value

    def get(path, language="en"):
        connection = http.client.HTTPConnection(urlsplit(served).netloc, timeout=30)
        headers = {"Cookie": f"onbehalf={cookie}", "Accept-Encoding": "gzip, deflate, br, zstd"}
        headers["Accept-Language"] = language
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        connection.close()
        return answer, head, body

    return get


@pytest.fixture
def weigh(fetch):
    """Return a function that says how many bytes an answer takes, its head included."""

    def bytes_of(path, language="en"):
        answer, head, body = fetch(path, language)
        assert answer.status == 200, path
        return head + len(body)

    return bytes_of


def assets_of(page):
    return sorted(set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)))


@pytest.fixture
def pages(desk):
    """Return the pages to weigh: the lists, and of each kind one customer, form, request and pack."""
    reader = desk(MEMBER)
    customer = reader.customer("Contoso")
    request = reader.filed("Contoso", "azure")
    return [*PAGES, customer, f"{customer}/requests/new?product=azure", request, f"{request}/pack"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_visit_is_light(weigh, desk, language):
    page = desk(MEMBER).get("/").text
    found = assets_of(page)

    assert len(found) >= 4
    assert weigh("/", language) + sum(map(weigh, found)) <= FIRST_VISIT


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_later_page_is_lighter(weigh, pages, language):
    heavy = {path: weight for path in pages if (weight := weigh(path, language)) > LATER_PAGE}

    assert heavy == {}


def test_an_asset_is_kept_for_ever_under_the_name_of_its_content(fetch, desk):
    for path in assets_of(desk(MEMBER).get("/").text):
        answer, _head, body = fetch(path)
        assert answer.getheader("Cache-Control") == assets.FOREVER
        assert answer.getheader("Content-Encoding") == "br"
        assert brotli.decompress(body)


def test_an_address_of_older_content_is_not_kept(desk):
    answer = desk(MEMBER).get("/assets/0123456789abcdef/app.css")

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.css", "..%2fapp.py", "vendor%2fhtmx.min.js"])
def test_nothing_else_is_served(desk, name):
    assert desk(MEMBER).get(f"/assets/0123456789abcdef/{name}").status == 404


def test_a_browser_that_knows_no_compression_gets_the_plain_file(desk):
    answer = desk(MEMBER).get("/assets/x/app.css", Accept_Encoding="identity")

    assert "Content-Encoding" not in answer.headers
    assert answer.response.text == assets.text_of("app.css")


def test_every_asset_is_there():
    for name in assets.FILES:
        assert assets.text_of(name)
