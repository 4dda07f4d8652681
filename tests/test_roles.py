"""Who may do what: every address as every role, with own and foreign objects, against the one table."""

import itertools
import runpy
import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from webapp import roles
from webapp.permissions import Viewer
from webapp.roles import ENDPOINT_ACTION, TABLE
from webapp.tables.conveniences import BulkAction, CannedText, SavedView
from webapp.tables.customers import AdminRelationship, Customer, Offer, Publisher, Subscription, SupportGroup
from webapp.tables.partners import Member, Partner, SupportContract
from webapp.tables.requests import Draft, ServiceRequest
from webapp.tables.sessions import UserSession
from webapp.testing.desk import Desk
from webapp.views.gate import OPEN

ROOT = Path(__file__).resolve().parents[1]
OPERATOR = "fabrikam-global-admin"
OTHER = "lantian-admin-agent"
OTHERS_CUSTOMER = "蓝天科技"
CUSTOMERS = {
    "fabrikam": "Contoso",
    "northwind": "Margie's Travel",
    "adatum": "Margie's Travel",
    "trey": "Humongous Insurance",
}
READERS = (
    OPERATOR,
    "fabrikam-admin-agent",
    "fabrikam-helpdesk",
    "fabrikam-sales",
    "fabrikam-no-role",
    "northwind-admin-agent",
    "adatum-admin-agent",
    "trey-admin-agent",
)
PARTS = ("subscriptions", "relationships", "groups")
NO_OBJECT = {"assets.file", "example_sign_in.enter", "sign_in.start", "sign_in.arrive"}
LAST = {"sign_in.leave": 1}
DONE = {200, 204, 303, 409, 422}
EVERYBODYS = {"help.of_plugin"}
"""What names something that is nobody's; of our plugins none brings a chapter, so that it is not found."""


def rules_of(app):
    """Return the addresses with a method each; signing out comes last."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        if rule.endpoint not in NO_OBJECT
    ]
    return sorted(found, key=lambda pair: (LAST.get(pair[0].endpoint, 0), "remove" in pair[0].rule, pair[0].rule))


def viewer_of(session, key, *, operator=False):
    member = session.exec(select(Member).where(Member.key == key)).one()
    return Viewer(member, session.get(Partner, member.partner_id), operator=operator)


def objects(app, key, customer_name):
    """Make one of everything that an address can name, for this member; return their ids by the address's words."""
    now = app.extensions["onbehalf"].now()
    with app.extensions["onbehalf"].database.writing() as session:
        who = viewer_of(session, key)
        customer = session.exec(select(Customer).where(Customer.name == customer_name)).one()
        theirs = {"customer_id": customer.id, "partner_id": who.partner_id}
        publisher = Publisher(name=f"Published for {key}")
        request = session.exec(select(ServiceRequest).limit(1)).one()
        taken = {"id", "ref", "request_key", "partner_id", "customer_id", "follower_id", "created_by_id", "owner_id"}
        ref = f"OB-{who.member_id:08d}"
        first = Member.partner_id == who.partner_id
        filer = session.exec(select(Member.id).where(first).order_by(Member.id).limit(1)).one()
        made = {
            "contract_id": SupportContract(partner_id=who.partner_id, plan="asfp"),
            "member_id": Member(
                key=f"made-{key}", partner_id=who.partner_id, name="Made", email="made@example.com", time_zone="UTC"
            ),
            "draft_id": Draft(
                member_id=None,
                to_partner_id=who.partner_id,
                customer_id=customer.id,
                product="azure",
                fields={},
                saved_at=now,
            ),
            "subscriptions": Subscription(customer_id=customer.id, product="azure", name="Made", status="active"),
            "relationships": AdminRelationship(**theirs, kind="delegated", status="active"),
            "groups": SupportGroup(**theirs, name="Made", since=now.date()),
            "publisher_id": publisher,
            "view_id": SavedView(member_id=who.member_id, name="Made", query={"state": "open"}),
            "text_id": CannedText(partner_id=who.partner_id, title="Made", body="Made for {customer}"),
            "action_id": BulkAction(
                member_id=who.member_id, key=f"made-for-{key}-to-walk", kind="note", at=now, done=[], left_out=[]
            ),
            "session_id": UserSession(id=f"made-{key}", member_id=who.member_id, created_at=now, seen_at=now),
            "ref": ServiceRequest(
                **request.model_dump(exclude=taken),
                ref=ref,
                request_key=f"made-for-{key}-to-walk",
                partner_id=who.partner_id,
                customer_id=customer.id,
                created_by_id=filer,
                owner_id=filer,
            ),
        }
        session.add_all(made.values())
        session.flush()
        made["offer_id"] = Offer(publisher_id=publisher.id, name="Made")
        session.add(made["offer_id"])
        session.commit()
        ids = {name: row.id for name, row in made.items()}
    return ids | {"customer_id": customer.id, "ref": ref, "key": "global"}


def addresses(rule, ids):
    """Return the addresses of a rule with these objects: one, or one for each kind of row."""
    words = {name: {"plugin": "azure", **ids}[name] for name in rule.arguments - {"part", "row_id"}}
    parts = [{"part": part} | ({"row_id": ids[part]} if "row_id" in rule.arguments else {}) for part in PARTS]
    for more in parts if "part" in rule.arguments else [{}]:
        built = rule.build(words | more, append_unknown=False)
        assert built is not None, rule
        yield built[1]


def send(reader, method, address, token):
    """Send a request with what every form of its kind has; a search leads to a product where one is asked for."""
    data = None if method == "GET" else {"csrf_token": token, "product": "azure", "first_response_minutes": "x"}
    plain = {"method": method, "data": data, "query_string": {"product": "azure"}}
    if method == "GET":  # a part of a page is as much a page
        part = reader.client.open(address, headers={"HX-Request": "true"}, **plain).status_code
        whole = reader.client.open(address, **plain).status_code
        return whole if part in {whole, 200 if whole == 303 else whole} else f"{part} as a part, {whole} as a page"
    return reader.client.open(address, **plain).status_code


def names(rule, whose):
    """Say whether the address names something that can belong to somebody; publishers and clouds are everybody's."""
    if whose == "foreign":
        return bool(rule.arguments) and not rule.arguments & {"publisher_id", "key"}
    return whose == "own" or "row_id" in rule.arguments


def expected(who, rule, whose):
    """Return the statuses that the table allows for an address."""
    action = ENDPOINT_ACTION[rule.endpoint]
    if whose == "foreign" and rule.arguments & {"customer_id", "ref"}:
        return {404}
    if not roles.may(who, action):
        return {403}
    if whose == "foreign row" or (whose == "foreign" and rule.arguments):
        return {404}
    if rule.endpoint in EVERYBODYS:
        return {404}
    providers = who.partner.kind == "indirect_reseller" and action == "manage_customers"
    return DONE | ({403} if TABLE[action].checklist or providers else set())


@pytest.fixture
def walked(demo_app_on_each_engine):
    """Return the application with everything made that belongs to a partner no reader has anything to do with."""
    app = demo_app_on_each_engine
    return app, objects(app, OTHER, OTHERS_CUSTOMER)


@pytest.mark.parametrize("key", READERS)
def test_every_address_answers_every_role_as_the_table_says(walked, key):
    app, foreign = walked
    own = objects(app, key, CUSTOMERS[key.partition("-")[0]])
    with app.extensions["onbehalf"].database.reading() as session:
        who = viewer_of(session, key, operator=key == OPERATOR)
    reader = Desk(app.test_client(), key)
    token = reader.token()

    mixed = own | {name: foreign[name] for name in PARTS}
    wrong = {}
    for rule, method in rules_of(app):
        for ids, whose in ((foreign, "foreign"), (mixed, "foreign row"), (own, "own")):
            if not names(rule, whose):
                continue
            for address in addresses(rule, ids):
                status = send(reader, method, address, token)
                allowed = DONE | {403} if rule.endpoint in OPEN else expected(who, rule, whose)
                if status not in allowed:
                    wrong[f"{method} {address} ({whose})"] = (status, sorted(allowed))

    assert wrong == {}


RELATED = {
    "northwind-admin-agent": ("adatum-admin-agent", "Margie's Travel", {"customer_id", "ref"}),
    "adatum-admin-agent": ("northwind-admin-agent", "Margie's Travel", {"customer_id"}),
}
"""Provider and reseller of one customer: whose the other's things are, and what of them is shared all the same."""


@pytest.mark.parametrize("key", RELATED)
def test_what_provider_and_reseller_do_not_share_is_not_there_for_the_other(demo_app_on_each_engine, key):
    app = demo_app_on_each_engine
    other, customer, shared = RELATED[key]
    theirs, reader = objects(app, other, customer), Desk(app.test_client(), key)
    token, wrong, tried = reader.token(), {}, set()

    for rule, method in rules_of(app):
        named = rule.arguments - shared - {"part", "publisher_id", "offer_id", "key", "plugin"}
        if not named or ENDPOINT_ACTION[rule.endpoint] == "see_plugins":
            continue
        for address in addresses(rule, theirs):
            if "/subscriptions/" in address:  # what the customer bought is the customer's, and both read it
                continue
            tried |= named
            status = send(reader, method, address, token)
            if status != 404:
                wrong[f"{method} {address}"] = status

    assert {"contract_id", "member_id", "draft_id", "session_id", "row_id"} <= tried
    assert wrong == {}


MARK = "zzyzx"


def mark(app, ids, *, drop=()):
    """Put a word that stands nowhere else into everything that was made."""
    words = {
        "contract_id": (SupportContract, "contract_id"),
        "member_id": (Member, "name"),
        "relationships": (AdminRelationship, "kind"),
        "groups": (SupportGroup, "name"),
        "session_id": (UserSession, "agent"),
        "ref": (ServiceRequest, "title"),
        "draft_id": (Draft, "fields"),
    }
    with app.extensions["onbehalf"].database.writing() as session:
        for name, (table, column) in words.items():
            key = ServiceRequest.ref if name == "ref" else table.id
            row = session.exec(select(table).where(key == ids[name])).one()
            if name not in drop:
                setattr(row, column, {"title": MARK} if column == "fields" else MARK)
                session.add(row)
        session.commit()


@pytest.mark.parametrize(
    ("key", "other", "customer", "shared"),
    [
        ("northwind-admin-agent", "adatum-admin-agent", "Margie's Travel", {"ref"}),
        ("adatum-admin-agent", "northwind-admin-agent", "Margie's Travel", set()),
        (OPERATOR, OTHER, OTHERS_CUSTOMER, set()),
        ("fabrikam-admin-agent", "trey-admin-agent", "Humongous Insurance", set()),
    ],
)
def test_no_page_list_or_search_holds_anything_of_another_partner(demo_app, key, other, customer, shared):
    own, theirs = objects(demo_app, key, CUSTOMERS[key.partition("-")[0]]), objects(demo_app, other, customer)
    mark(demo_app, theirs, drop=shared)
    reader, found, opened = Desk(demo_app.test_client(), key), [], set()

    for rule, method in rules_of(demo_app):
        if method != "GET" or rule.endpoint in OPEN:
            continue
        for address in addresses(rule, own):
            for more in ({}, {"q": MARK[:3]}, {"HX-Request": "true"}):
                fragment = "HX-Request" in more
                query = {"product": "azure"} | ({} if fragment else more)
                answer = reader.client.get(address, query_string=query, headers=more if fragment else {})
                opened |= {rule.endpoint} if answer.status_code == 200 else set()
                if MARK in answer.text:
                    found.append(address)

    assert found == []
    assert {"home.page", "contracts.index", "members.index", "requests.index", "requests.export"} <= opened


def test_a_stranger_sees_nothing_and_writes_nothing(walked):
    app, ids = walked
    reader = Desk(app.test_client())
    token = reader.get("/sign-in").form("/preferences").values()["csrf_token"]

    wrong = {}
    for rule, method in rules_of(app):
        if rule.endpoint in OPEN:
            continue
        for address in addresses(rule, ids):
            status = send(reader, method, address, token)
            if status != ("403 as a part, 303 as a page" if method == "GET" else 403):
                wrong[f"{method} {address}"] = status

    assert wrong == {}


def test_no_address_answers_a_method_it_does_not_have(demo_app):
    reader = Desk(demo_app.test_client(), OPERATOR)
    ids = objects(demo_app, OPERATOR, "Contoso")
    methods = {}
    for rule, method in rules_of(demo_app):
        for address in addresses(rule, ids):
            methods.setdefault(address, set()).add(method)

    answers = {
        (method, address): send(reader, method, address, reader.token())
        for address, has in methods.items()
        for method in ("DELETE", "PATCH", "GET", "POST")
        if method not in has
    }

    assert set(answers.values()) == {405}


def test_every_address_has_a_row_and_every_row_an_address(make_app, demo_app):
    outside_the_demo = {rule.endpoint for rule in demo_app.url_map.iter_rules()}

    assert set(ENDPOINT_ACTION) | OPEN == outside_the_demo
    assert not set(ENDPOINT_ACTION) & OPEN
    assert set(TABLE) - set(ENDPOINT_ACTION.values()) == {"file_azure"}


def test_an_address_without_a_row_is_refused_to_everybody(make_app, demo_app):
    demo_app.add_url_rule("/new-page", "new.page", lambda: "Hello")
    readers = [Desk(demo_app.test_client(), key) for key in READERS]

    answers = [reader.get("/new-page") for reader in readers]

    assert {answer.status for answer in answers} == {403}
    assert all("has no row in its role table" in answer.words for answer in answers)


@pytest.mark.rules("R27", "R72")
def test_the_row_about_azure_says_what_the_checklist_decides(desk):
    rule = TABLE["file_azure"]
    decided = {}
    for key in READERS[:5]:
        reader = desk(key)
        for customer in ("Contoso", "Relecloud"):
            decided[key, customer] = reader.file(customer, "azure").status

    assert rule.roles == ("global_admin", "admin_agent", "sales_agent")
    assert {status for (key, _customer), status in decided.items() if key in READERS[:2] + READERS[3:4]} == {303}
    assert decided["fabrikam-helpdesk", "Contoso"] == 403
    assert decided["fabrikam-helpdesk", "Relecloud"] == 303
    assert {decided["fabrikam-no-role", customer] for customer in ("Contoso", "Relecloud")} == {403}


@pytest.mark.rules("R72")
@pytest.mark.parametrize(("customer", "product"), [("海信贸易", "vianet"), ("Litware", "marketplace")])
def test_who_holds_no_role_goes_on_with_what_they_filed_and_with_nothing_else(desk, customer, product):
    reader, colleague = desk("fabrikam-no-role"), desk("fabrikam-admin-agent")
    mine, theirs = reader.filed(customer, product), colleague.filed(customer, product)

    recorded = reader.send(reader.get(mine).form("/ticket"), ticket_number="CS-104417")
    token = reader.token()

    assert (reader.get(f"{mine}/go").status, recorded.status) == (303, 303)
    assert (reader.get(theirs).status, reader.get(f"{theirs}/go").status) == (200, 403)
    assert reader.post(f"{theirs}/notes", {"csrf_token": token, "text": "Not mine"}).status == 403
    forms = reader.get(theirs).forms
    assert not [form for form in forms if "/requests/" in form.action and form.method == "post"]


def test_only_the_operators_global_admins_see_the_deployments_pages(make_app, demo_database, tmp_path, desk):
    seen = {key: desk(key).get("/admin/plugins").status for key in READERS}
    copy = shutil.copy(demo_database, tmp_path / "unset.sqlite3")
    unset = make_app(database_url=f"sqlite:///{copy}", operator=())

    assert [key for key, status in seen.items() if status == 200] == [OPERATOR]
    assert Desk(unset.test_client(), OPERATOR).get("/admin/plugins").status == 403


def test_a_role_that_is_taken_away_counts_at_the_next_click(demo_app, desk):
    reader = desk("fabrikam-admin-agent")
    before = reader.get("/contracts").status
    with demo_app.extensions["onbehalf"].database.writing() as session:
        session.exec(select(Member).where(Member.key == "fabrikam-admin-agent")).one().roles = ["sales_agent"]
        session.commit()

    assert (before, reader.get("/contracts").status) == (200, 403)


def test_a_refusal_says_whom_to_ask(desk):
    answer = desk("fabrikam-sales").get("/contracts")

    assert answer.status == 403
    assert "Your role does not allow this: See and change support contracts and benefits." in answer.words
    assert "Ask a colleague with one of these roles: Global admin or Admin agent." in answer.words


def test_nobody_is_led_to_a_page_that_refuses_them(desk):
    for key in READERS:
        reader = desk(key)
        customer = reader.customer(CUSTOMERS[key.partition("-")[0]])
        pages = ["/", "/customers", customer, "/requests", "/entitlements", "/manage"]
        links = {link for page in pages for link in reader.get(page).links if link.startswith("/")}

        refused = {link for link in links if reader.get(link).status == 403}

        assert refused == set(), key


def test_the_manual_is_the_table():
    tool = runpy.run_path(str(ROOT / "tests" / "tools" / "roles.py"))

    assert (ROOT / "docs" / "roles.md").read_text(encoding="utf-8") == tool["rendered"]()


def test_no_row_of_the_table_is_looser_than_its_roles_say():
    member = {"key": "x", "partner_id": 1, "name": "X", "email": "x@example.com", "time_zone": "UTC"}
    partner = Partner(id=1, name="P", kind="direct_bill", country="SE", time_zone="UTC")
    for action, count in itertools.product(TABLE, range(3)):
        for held in itertools.combinations(("global_admin", "admin_agent", "helpdesk_agent", "sales_agent"), count):
            who = Viewer(Member(**member, roles=list(held)), partner)
            alone = [roles.may(Viewer(Member(**member, roles=[role]), partner), action) for role in held]
            if held:
                assert roles.may(who, action) == any(alone), (action, held)
