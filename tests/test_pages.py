"""Every page for everybody: up, whole, in the reader's language, safe, and nothing typed is ever run."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import update
from sqlmodel import select

from webapp.app import create_app
from webapp.tables.customers import Customer, Offer, Publisher, Subscription
from webapp.tables.partners import Member, Partner
from webapp.testing.desk import Desk

MEMBERS = (
    "fabrikam-admin-agent",
    "fabrikam-helpdesk",
    "fabrikam-global-admin",
    "fabrikam-sales",
    "fabrikam-no-role",
    "northwind-admin-agent",
    "adatum-admin-agent",
    "lantian-admin-agent",
    "trey-admin-agent",
)
FABRIKAM = MEMBERS[0]
LANGUAGES = {"en": "en", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "ru": "ru", "sv": "sv", "de": "de"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def addresses(reader):
    """Return the pages a reader can reach: those of the menu, of a customer and of a request."""
    customer = next(link for link in reader.get("/customers").links if re.match(r"/customers/\d+", link))
    customer = customer.partition("?")[0]
    forms = [link for link in reader.get(customer).links if "/requests/new" in link]
    passing = [form.replace("/requests/new", f"/{page}") for form in forms[:1] for page in ("pass", "ask-for-access")]
    request = next((link for link in reader.get("/requests").links if "/requests/OB-" in link), "/requests")
    return ["/", "/customers", "/requests", "/entitlements", "/help", customer, request, *forms, *passing]


@pytest.mark.parametrize("member", MEMBERS)
def test_every_page_is_whole_for_every_member(desk, member):
    reader = desk(member)

    for address in addresses(reader):
        page = reader.get(address)

        assert page.status == 200, address
        assert len(page.headings) == 1, address
        assert page.headings[0].strip(), address
        assert page.title.strip(" ·").removesuffix("Onbehalf").strip(" ·"), address
        assert (page.tags[0][0], page.tags[0][1]["lang"]) == ("html", "en")
        ids = [given["id"] for _tag, given in page.tags if given.get("id")]
        assert len(ids) == len(set(ids)), address


@pytest.mark.parametrize("member", [FABRIKAM, "adatum-admin-agent", "lantian-admin-agent"])
def test_every_link_of_ours_leads_to_a_page(desk, member):
    reader = desk(member)
    links = {link for address in addresses(reader) for link in reader.get(address).links}

    ours = {link.partition("#")[0] for link in links if link.startswith("/") and "/go" not in link}
    broken = {link: status for link in ours if (status := reader.get(link).status) != 200}

    assert broken == {}


def test_what_leads_away_says_so_and_gives_no_address_of_ours(desk):
    reader = desk(FABRIKAM)
    for address in addresses(reader):
        for tag, given in reader.get(address).tags:
            if tag == "a" and given.get("href", "").startswith("http"):
                assert "noopener" in given.get("rel", ""), (address, given)


@pytest.mark.parametrize("browser", LANGUAGES)
def test_the_pages_speak_the_browsers_language(desk, browser):
    reader = desk(FABRIKAM)

    for address in ("/", "/customers", "/requests", "/entitlements", "/help", "/nothing"):
        assert reader.get(address, Accept_Language=browser).tags[0][1]["lang"] == LANGUAGES[browser]


def test_a_language_and_a_theme_that_were_chosen_stay(desk):
    reader = desk(FABRIKAM)

    answer = reader.send(reader.get("/requests?state=filed").form("/preferences"), language="sv", theme="dark")

    assert answer.location == "/requests?state=filed"
    page = reader.get("/", Accept_Language="de")
    assert page.tags[0][1]["lang"] == "sv"
    assert 'data-theme="dark"' in page.text


def test_a_choice_that_is_none_changes_nothing(desk):
    reader = desk(FABRIKAM)

    reader.post("/preferences", {"language": "tlh", "theme": "<b>"})

    assert reader.get("/").tags[0][1]["lang"] == "en"


def test_choosing_a_language_on_a_refused_form_leads_back_to_the_form(desk):
    reader = desk(FABRIKAM)
    refused = reader.file("Wingtip Toys", "azure", title="Half a sentence")

    back = reader.get(reader.send(refused.form("/preferences"), language="de").location)

    assert refused.status == 403
    assert back.status == 200
    assert back.form("/requests").values()["title"] == "Half a sentence"


def test_choosing_a_language_on_a_refused_note_leads_back_to_the_request(desk):
    reader = desk(FABRIKAM)
    request = reader.filed("Contoso", "azure")
    refused = reader.post(f"{request}/notes", {"text": ""})

    assert reader.send(refused.form("/preferences"), language="de").location == request


@pytest.mark.parametrize("address", ["/", "/customers", "/requests", "/nothing", "/sign-in", "/customers/999999"])
def test_every_page_carries_the_headers_that_protect_it(desk, address):
    for reader in (desk(FABRIKAM), desk()):
        page = reader.get(address)

        assert {name: page.headers.get(name) for name in HEADERS} == HEADERS
        assert {"private", "no-store"} & set(re.findall(r"[\w-]+", page.headers["Cache-Control"]))
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_no_page_holds_what_its_policy_forbids(desk):
    reader = desk(FABRIKAM)

    for address in addresses(reader):
        tags = reader.get(address).tags
        assert not [given for tag, given in tags if tag == "script" and "src" not in given], address
        assert not [(tag, given) for tag, given in tags if tag == "style" or "style" in given], address
        assert not [given for _tag, given in tags if any(name.startswith("on") for name in given)], address
        sources = [given[name] for _tag, given in tags for name in ("src", "action") if given.get(name)]
        assert all(source.startswith("/") for source in sources), address


def test_a_cookie_is_read_by_no_script_and_sent_by_no_other_site(desk):
    stranger = desk()

    cookie = stranger.get("/sign-in").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "address", ["/customers", "/requests", "/entitlements", "{customer}/requests/new?product=azure"]
)
def test_an_address_has_a_page_and_a_fragment_and_says_that_they_differ(desk, address):
    reader = desk(FABRIKAM)
    address = address.format(customer=reader.customer("Contoso"))

    page, fragment = reader.get(address), reader.get(address, HX_Request="true")

    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert len(fragment.text) < len(page.text)
    assert "HX-Request" in page.headers["Vary"]
    assert "HX-Request" in fragment.headers["Vary"]


@pytest.mark.parametrize("header", [{"HX_Boosted": "true"}, {"HX_History_Restore_Request": "true"}], ids=str)
def test_htmx_gets_the_whole_page_where_it_swaps_the_whole(desk, header):
    assert "<html" in desk(FABRIKAM).get("/customers", HX_Request="true", **header).text


def test_htmx_is_led_to_another_page_by_a_header(desk):
    reader = desk(FABRIKAM)
    form = reader.new("Contoso", "azure")

    answer = reader.post(form.action, form.filled(action="file"), HX_Request="true")

    assert answer.status == 200
    assert answer.headers["HX-Redirect"].startswith("/requests/OB-")


@pytest.fixture
def served_app(demo_app):
    """Return the application as ``serve`` makes it: the same data, and not the demo."""
    app = create_app(demo_app.extensions["onbehalf"].settings)
    app.testing = True
    yield app
    app.extensions["onbehalf"].database.engine.dispose()


def test_the_example_members_sign_in_nowhere_but_in_the_demo(served_app):
    stranger = Desk(served_app.test_client())

    page = stranger.get("/sign-in")
    with_token = stranger.post("/sign-in/demo", {"member": FABRIKAM})
    without = stranger.client.post("/sign-in/demo", data={"member": FABRIKAM})

    assert page.status == 200
    assert not any(member in page.text for member in MEMBERS)
    assert "Astrid" not in page.text
    assert "No way to sign in is set up" in page.words
    assert (with_token.status, without.status_code) == (404, 404)
    assert stranger.get("/").status == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        " //evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
    ],
    ids=repr,
)
def test_nobody_is_sent_to_another_site(desk, target):
    stranger, reader = desk(), desk(FABRIKAM)
    form = stranger.get(f"/sign-in?next={quote(target)}").form("/sign-in/demo")

    answers = [
        stranger.send(form, member=FABRIKAM),
        desk().post("/sign-in/demo", {"member": FABRIKAM, "next": target}),
        reader.post("/preferences", {"language": "en", "next": target}),
        reader.get(f"/sign-in?next={quote(target)}"),
    ]

    assert [answer.location for answer in answers] == ["/"] * 4


HOSTILE = "<script>alert(1)</script>{{7*7}}${7*7}\" onmouseover='x' =1+1 \u202egpj.exe"


def test_what_somebody_typed_is_shown_and_never_run(demo_app, desk):
    reader = desk(FABRIKAM)
    request = reader.filed("Contoso", "azure", title=HOSTILE.replace("\u202e", ""), description=HOSTILE)
    reader.send(reader.get(request).form("/notes"), text=HOSTILE)
    reader.send(reader.get(request).form("/ticket"), ticket_number="<b>{{7*7}}</b>")
    reader.get(f"{request}/go")
    kept = reader.file("Contoso", "microsoft365", title=HOSTILE, action="save")

    pages = [reader.get(address) for address in ("/", "/requests", "/requests?q=script", request, kept.location)]

    assert all(page.status == 200 for page in pages)
    assert all(safe(page) for page in pages)
    assert all("{{7*7}}" in page.text for page in pages)
    assert HOSTILE in pages[3].words


def test_what_stands_in_the_database_is_shown_and_never_run(demo_app, desk):
    reader = desk(FABRIKAM)
    request = reader.filed("Litware", "marketplace")
    marker = HOSTILE[:190]
    with demo_app.extensions["onbehalf"].database.writing() as session:
        for table in (Customer, Subscription, Publisher, Offer, Member, Partner):
            for row in session.exec(select(table)).all():
                if row.name in {"Litware", "Alpenglow Software", "Alpenglow Reporting", "Astrid Nyberg", "Fabrikam"}:
                    row.name = marker
                    session.add(row)
        session.commit()
        customer = session.exec(select(Customer).where(Customer.name == marker)).one()
    there = f"/customers/{customer.id}"

    pages = [
        reader.get(address)
        for address in (
            "/",
            "/customers",
            "/requests",
            "/entitlements?q=litware",
            there,
            request,
            f"{there}/requests/new?product=marketplace",
            f"{there}/requests/new?product=azure",
            f"{there}/pass?product=azure",
            f"{there}/ask-for-access?product=azure",
        )
    ]

    assert all(page.status == 200 for page in pages)
    assert all(safe(page) for page in pages)
    assert all("{{7*7}}" in page.text for page in pages)


@pytest.mark.parametrize(
    "address", ["/customers?q={}", "/requests?q={}", "/entitlements?q={}", "/sign-in?next=/{}", "/{}", "/requests/{}"]
)
def test_what_stands_in_the_address_is_shown_and_never_run(desk, address):
    for reader in (desk(FABRIKAM), desk()):
        page = reader.get(address.format(quote(HOSTILE)))

        assert page.status in {200, 303, 404}
        assert safe(page)


def safe(page):
    """Say that no script, no handler and no result of a template stands on a page."""
    inside = [tag for tag, given in page.tags if tag == "script" and "src" not in given]
    handlers = [name for _tag, given in page.tags for name in given if name.startswith("on")]
    return not inside and not handlers and "49${" not in page.text and "<b>{{" not in page.text


def test_a_page_of_trouble_carries_the_reference_of_its_log_line(demo_app, desk, caplog):
    reader = desk(FABRIKAM)
    demo_app.testing = False
    with demo_app.extensions["onbehalf"].database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE draft RENAME TO lost")
        session.commit()

    page = reader.get("/")

    (reference,) = re.findall(r"Reference for whoever runs this desk: ([0-9a-f]{12})", page.words)
    assert page.status in {500, 503}
    assert any(reference in record.getMessage() for record in caplog.records)
    assert "draft" not in page.words.lower()


def test_signing_out_ends_it(desk):
    reader = desk(FABRIKAM)

    answer = reader.send(reader.get("/").form("/sign-out"))

    assert answer.status == 303
    assert reader.get("/").location.startswith("/sign-in")


def test_a_member_who_is_gone_is_signed_out(demo_app, desk):
    reader = desk("trey-admin-agent")
    with demo_app.extensions["onbehalf"].database.writing() as session:
        session.exec(update(Member).where(Member.key == "trey-admin-agent").values(active=False))
        session.commit()

    assert reader.get("/").location.startswith("/sign-in")


def test_only_the_members_of_the_demo_are_offered_each_with_company_and_role(desk):
    page = desk().get("/sign-in")

    offered = [value for name, value in page.form("/sign-in/demo").buttons if name == "member"]
    assert offered == list(MEMBERS)
    assert "Direct-bill partner" in page.words
    assert "No role" in page.words
