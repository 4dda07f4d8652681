"""Bad input and broken plugins: a clear message, what to do next, the right status, and every typed word kept."""

import re

import pytest
from sqlmodel import select

from webapp.tables.customers import Customer, Publisher
from webapp.tables.requests import ServiceRequest
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS

FABRIKAM = "fabrikam-admin-agent"
WORDS = {
    "title": "It is broken, “quoted” & <b>bold</b>",
    "description": "First\n\n  second — всё 坏了",
    "answer_tried": "All.",
}


@pytest.fixture
def reader(desk):
    return desk(FABRIKAM)


def count(app):
    with app.extensions["onbehalf"].database.reading() as session:
        return len(session.exec(select(ServiceRequest.id)).all())


def change(app, table, name, **changes):
    with app.extensions["onbehalf"].database.writing() as session:
        row = session.exec(select(table).where(table.name == name)).one()
        row.sqlmodel_update(changes)
        session.add(row)
        session.commit()


def kept(page):
    values = page.form("/requests").values()
    return {name: values.get(name) for name in WORDS}


@pytest.mark.rules("R24", "R32")
@pytest.mark.parametrize("address", ["it@Malmö.example", "it@post.malmö.example", "it@xn--malm-8qa.example"])
def test_the_customers_contact_is_known_in_its_own_script_too(demo_app, reader, address):
    change(demo_app, Customer, "Contoso", domain="xn--malm-8qa.example")

    answer = reader.file("Contoso", "azure", contact_email=address)

    assert answer.status == 422
    assert "enter your own contact" in answer.words


MALFORMED = [
    "",
    "undefined",
    "contoso com",
    " contoso.com",
    "contoso..com",
    "javascript:alert(1)",
    "../../evil.example",
]


def test_no_door_opens_for_a_malformed_domain(demo_app, reader):
    before = count(demo_app)

    for domain in MALFORMED:
        change(demo_app, Customer, "Contoso", domain=domain)
        answer = reader.file("Contoso", "azure", **WORDS)

        assert answer.status == 409, domain
        assert "Correct it on the customer's page" in answer.words
        assert kept(answer) == WORDS
    assert count(demo_app) == before
    assert reader.get(reader.customer("Contoso")).status == 200


def test_no_door_opens_for_a_malformed_tenant(demo_app, reader):
    for tenant in ("", "undefined", "00000000-0000-0000-0000-000000000000", "not-a-guid"):
        change(demo_app, Customer, "Contoso", tenant_id=tenant)
        answer = reader.file("Contoso", "dynamics365", **WORDS)

        assert answer.status == 409, tenant
        assert "tenant id" in answer.words
        assert kept(answer) == WORDS


@pytest.mark.rules("R39")
@pytest.mark.parametrize(
    "url", ["http://plain.example", "javascript:alert(1)", "https://user:x@evil.example", "https:///"]
)
def test_no_door_opens_to_a_publisher_without_a_proper_address(demo_app, reader, url):
    change(demo_app, Publisher, "Alpenglow Software", support_url=url, support_email=None, support_phone=None)

    answer = reader.file("Litware", "marketplace", **WORDS)

    assert answer.status == 403
    assert "Look on the Marketplace page" in answer.words
    assert f'href="{url}' not in answer.text
    assert answer.form("/requests").values()["title"] == WORDS["title"]


def test_a_hundred_kilobytes_of_text_come_back_with_what_to_do(demo_app, reader):
    long = {"title": "t" * 100_000, "description": "d" * 100_000, "answer_tried": "ы" * 50_000}
    before = count(demo_app)

    answer = reader.file("Contoso", "azure", **long)

    assert answer.status == 422
    assert {name: answer.form("/requests").values()[name] for name in long} == long
    assert "longer than" in answer.words
    assert count(demo_app) == before


def test_more_than_the_desk_takes_is_refused_by_size(reader):
    answer = reader.file("Contoso", "azure", description="x" * (2 * 1024 * 1024 + 1))

    assert answer.status == 413
    assert "Shorten it" in answer.words


LINES = ("title", "contact_name", "contact_phone", "answer_support_topic")


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b", "\u202e", "\u2028"], ids=repr)
def test_a_line_with_an_invisible_character_is_refused_and_kept(reader, character):
    typed = dict.fromkeys(LINES, f"Before{character}after")

    answer = reader.file("Contoso", "microsoft365", **typed)

    assert answer.status == 422
    assert answer.words.count("invisible character") == 2 * len(LINES)
    values = answer.form("/requests").values()
    assert {name: values[name] for name in LINES} == typed


@pytest.mark.parametrize("name", ["description", "answer_tried"])
def test_a_text_keeps_its_lines_and_refuses_control_characters(reader, name):
    refused = reader.file("Contoso", "azure", **{name: "One\x1b[31m\nTwo"})
    taken = reader.file("Contoso", "azure", **{name: "One\r\nTwo\tthree"})

    assert refused.status == 422
    assert refused.form("/requests").values()[name] == "One\x1b[31m\nTwo"
    assert taken.status == 303


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", "sabotage"),
        ("category", ""),
        ("severity", "D"),
        ("severity", ""),
        ("language", "tlh"),
        ("language", ""),
        ("subscription", "999999"),
        ("subscription", "' or 1=1 --"),
        ("answer_health_checked", "never"),
        ("answer_issue_kind", "\0"),
        ("answer_problem_started", "yesterday"),
        ("answer_problem_started", "0001-01-01T00:00"),
        ("contact_email", "nobody"),
        ("contact_email", "a@b"),
        ("contact_email", "two@a.example two@b.example"),
    ],
)
def test_a_value_that_is_none_of_the_choices_is_refused_and_the_rest_kept(demo_app, reader, name, value):
    before = count(demo_app)

    answer = reader.file("Contoso", "azure", **WORDS | {name: value})

    assert answer.status in {403, 422}
    assert answer.status == 422 or name == "subscription"
    assert kept(answer) == WORDS
    assert count(demo_app) == before


@pytest.mark.parametrize("missing", ["title", "description", "severity", "answer_tried", "contact_name", "category"])
def test_a_field_that_was_not_sent_is_asked_for_by_name(reader, missing):
    answer = reader.file("Contoso", "azure", **WORDS | {missing: None})

    taken_for_granted = {"category", "contact_name"}
    assert answer.status == (303 if missing in taken_for_granted else 422)


def test_a_subscription_of_another_customer_is_not_taken(demo_app, desk, reader):
    theirs = desk("trey-admin-agent").new("Humongous Insurance", "azure").values()["subscription"]

    answer = reader.file("Contoso", "azure", **WORDS | {"subscription": theirs})

    assert answer.status in {403, 422}
    assert kept(answer) == WORDS


STRANGE = [
    "after=x&q=%00&state=%00&customer=99999999999999999999&owner=%00",
    "after=99999999999999999999~a&q=%25_%5C%25_%5C&state=open&customer=%D9%A1",
    "after=1~%00&q=%ff%fe&product=%00&cloud=%F0%9F%92%A9",
    "after=0001-01-01T00:00:00%2B14:00~1",
    "after=9999-12-31T23:59:59-12:00~999999999999999999",
    "after=999999999999999999~z&q=%27%20OR%201=1",
    "after=2026-01-01T00:00:00%2B00:00~999999999999999999",
    "&&&=&a[]=1&a[]=2&passed=1&door=%00&next=//evil.example&q=" + "a" * 5000,
    "category=%00&severity=Z&subscription=%00&language=x&answer_tried=%00&contact_email=%00",
]


@pytest.fixture(scope="module")
def pages():
    """Return the addresses of all pages, with holes for a customer and a request."""
    ours = ("/", "/customers", "/requests", "/requests.csv", "/entitlements", "/entitlements.csv", "/help", "/sign-in")
    products = ("requests/new", "entitlement", "pass", "ask-for-access")
    theirs = (*(f"{{customer}}/{page}?product=azure" for page in products), "{customer}/requests/new", "{customer}")
    return (*ours, *theirs, "{request}")


def test_no_page_breaks_under_a_strange_query(demo_app_on_each_engine, desk_on_each_engine, pages):
    reader = desk_on_each_engine(FABRIKAM)
    with demo_app_on_each_engine.extensions["onbehalf"].database.reading() as session:
        request = session.exec(select(ServiceRequest).join(Customer).where(Customer.name == "Contoso")).first()
    places = {"customer": f"/customers/{request.customer_id}", "request": f"/requests/{request.ref}"}

    answers = {}
    for page in pages:
        for query in STRANGE:
            address = page.format(**places)
            address += f"{'&' if '?' in address else '?'}{query}"
            answers[address] = reader.get(address).status

    assert {address: status for address, status in answers.items() if status >= 500} == {}
    assert set(answers.values()) <= {200, 303, 404}


NOWHERE = (
    "/customers/0",
    "/customers/-1",
    "/customers/%00",
    "/requests/%00",
    "/requests/OB-%F0%9F%92%A9",
    "/requests/" + "x" * 3000,
    "/drafts/1/take",
    "/nothing",
    "/static/../config.py",
    "/%2e%2e/%2e%2e/etc/passwd",
)


def test_an_address_that_leads_nowhere_says_what_to_do(desk_on_each_engine):
    reader = desk_on_each_engine(FABRIKAM)

    answers = {address: reader.get(address) for address in NOWHERE}

    assert {address: a.status for address, a in answers.items() if a.status not in {404, 405}} == {}
    assert all(len(answer.headings) == 1 and "/" in answer.links for answer in answers.values())


def test_nobody_signs_in_as_a_member_who_is_none(desk_on_each_engine):
    stranger = desk_on_each_engine()
    members = ("", "nobody", "\0", "x" * 5000, "1 or 1=1")

    assert [stranger.post("/sign-in/demo", {"member": member}).status for member in members] == [404] * len(members)
    assert stranger.get("/").status == 303


# Plugins of strangers: installed as pip would, each with one fault.

PLUGIN = """
from webapp import Answer, Check, PortalDoor, PreparedRequest, Product, Question, RedirectTarget, hookimpl

@hookimpl
def register_products(cloud):
    tried = Question(key="tried", label="What was tried?", kind="text")
    azure = Product(key="azure", label="Azure", vendor="Microsoft", portal="azure", questions=(tried,))
    return [azure] if cloud.key == "global" else []

@hookimpl
def entitlement_check(situation):
    {entitlement_check}

@hookimpl
def build_request(draft):
    {build_request}

@hookimpl
def redirect_target(draft, prepared):
    {redirect_target}
"""
SOUND = {
    "entitlement_check": 'return [Check(outcome="pass", reason="It is owed.")]',
    "build_request": 'return PreparedRequest(answers=(Answer(label="Title", value=draft.title),))',
    "redirect_target": 'return RedirectTarget(door=PortalDoor(portal="azure"), steps=("Go.",), review="There.")',
}
FAULTS = {
    "raises": 'raise RuntimeError("a secret of the plugin")',
    "answers with another type": "return 42",
    "answers with the wrong things": 'return ["yes", 1]',
    "answers with nothing": "return None",
}
OTHERS = tuple(name for name in ALL_PLUGINS if name != "azure")


@pytest.fixture
def broken(install_plugin, make_app, demo_database, tmp_path, caplog):
    """Return a function that opens a desk whose Azure plugin has faults in the hooks named."""

    def start(**faults):
        install_plugin("shaky", PLUGIN.format(**SOUND | faults))
        copy = tmp_path / "broken.sqlite3"
        copy.write_bytes(demo_database.read_bytes())
        app = make_app(database_url=f"sqlite:///{copy}", plugins=(*OTHERS, "shaky"))
        caplog.clear()
        return Desk(app.test_client(), FABRIKAM)

    return start


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "onbehalf.plugins"]


def test_a_sound_plugin_of_a_stranger_files(broken):
    reader = broken()

    request = reader.filed("Contoso", "azure", **WORDS)

    assert reader.get(f"{request}/go").location == "https://portal.azure.com/contoso.com"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("hook", SOUND)
def test_a_plugin_that_fails_is_named_logged_once_and_costs_no_word(broken, caplog, hook, fault):
    reader = broken(**{hook: FAULTS[fault]})
    form = reader.new("Contoso", "azure")
    caplog.clear()

    answer = reader.send(form, **WORDS, action="file")

    assert answer.status == 500
    assert "shaky" in answer.words
    assert hook in answer.words
    assert "Tell whoever runs this desk the name of the plugin" in answer.words
    assert "a secret of the plugin" not in answer.text
    assert kept(answer) == WORDS
    (line,) = lines(caplog)
    assert re.search(rf"plugin=shaky hook={hook} product=azure reference=[0-9a-f]{{12}} ", line)


def test_nothing_is_recorded_of_a_request_that_a_plugin_dropped(broken):
    reader = broken(redirect_target=FAULTS["raises"])
    before = count(reader.client.application)

    reader.file("Contoso", "azure", **WORDS)

    assert count(reader.client.application) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_products_pages_and_lists_stay_up_beside_a_plugin_that_fails(broken, pages, fault):
    reader = broken(entitlement_check=FAULTS[fault])
    customer = reader.customer("Contoso")

    request = reader.filed("Contoso", "microsoft365")
    answers = {page: reader.get(page.format(customer=customer, request=request)) for page in pages}

    assert {page for page, answer in answers.items() if answer.status >= 500} == set()
    assert "Could not be checked" in answers["{customer}"].words
    assert "Could not be checked" in answers["{customer}/requests/new?product=azure"].words
    assert "Could not be checked" in answers["/entitlements.csv"].text


@pytest.mark.parametrize(
    "door",
    [
        'ExternalDoor(url="https://evil.example")',
        'PortalDoor(portal="nowhere")',
        'PortalDoor(portal="azure", path="//evil.example/")',
        'PortalDoor(portal="azure", path="/../..//evil.example")',
        'PortalDoor(portal="azure", path="@evil.example/")',
    ],
)
def test_a_plugins_door_never_leads_off_the_cloud(broken, door):
    sound = SOUND["redirect_target"].replace('PortalDoor(portal="azure")', door)
    reader = broken(redirect_target=f"from webapp import ExternalDoor\n    {sound}")

    answer = reader.file("Contoso", "azure", **WORDS)

    if answer.status == 303:
        assert reader.get(f"{answer.location}/go").location.startswith("https://portal.azure.com/")
    else:
        assert answer.status in {409, 500}
        assert kept(answer) == WORDS


def test_a_plugins_words_are_escaped(broken):
    reader = broken(entitlement_check='return [Check(outcome="pass", reason="<script>alert(1)</script> {{7*7}}")]')

    page = reader.get(f"{reader.customer('Contoso')}/requests/new?product=azure")

    assert "<script>alert(1)" not in page.text
    assert "<script>alert(1)</script> {{7*7}}" in page.words
