"""A request renders for ever from what it recorded: with its plugin gone, its cloud gone, and in every language."""

import csv
import io

import pytest
from sqlmodel import select

from webapp.labels import TIMELINE
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import ServiceRequest
from webapp.testing.desk import Desk

LANGUAGES = {"en": "en", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "ru": "ru", "sv": "sv", "de": "de"}
KEYS = {"en": "en", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW", "ru": "ru", "sv": "sv", "de": "de"}
MEMBERS = {
    "Fabrikam": "fabrikam-admin-agent",
    "Northwind": "northwind-admin-agent",
    "Adatum": "adatum-admin-agent",
    "蓝天云": "lantian-admin-agent",
    "Trey": "trey-admin-agent",
}


@pytest.fixture
def bare_app(make_app, demo_database, tmp_path):
    """Return the demo without a single plugin: no product is known, and only the worldwide cloud."""
    copy = tmp_path / "bare.sqlite3"
    copy.write_bytes(demo_database.read_bytes())
    return make_app(database_url=f"sqlite:///{copy}", plugins=())


@pytest.fixture
def kinds(bare_app):
    """Return one request of each cloud and product with its partner's name: every shape that is recorded."""
    statement = select(ServiceRequest, Partner.name).join(Partner, Partner.id == ServiceRequest.partner_id)
    with bare_app.extensions["onbehalf"].database.reading() as session:
        return {(row.cloud, row.product): (row, name) for row, name in session.exec(statement)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_request_renders_without_its_plugin(bare_app, kinds, language):
    for row, partner in kinds.values():
        reader = Desk(bare_app.test_client(), MEMBERS[partner])

        page = reader.get(f"/requests/{row.ref}", Accept_Language=language)

        assert page.status == 200
        assert (page.tags[0][0], page.tags[0][1]["lang"]) == ("html", LANGUAGES[language])
        for recorded in (row.product_name, row.cloud_name, row.review, *row.steps, row.answers[0]["label"]):
            assert " ".join(recorded[KEYS[language]].split()) in page.words
        assert all(" ".join(answer["value"][KEYS[language]].split()) in page.words for answer in row.answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_of_every_kind_of_request_renders_without_its_plugin(bare_app, kinds, language):
    for row, partner in kinds.values():
        pack = Desk(bare_app.test_client(), MEMBERS[partner]).get(f"/requests/{row.ref}/pack", Accept_Language=language)

        assert pack.status == 200
        for recorded in (row.product_name, row.cloud_name, row.answers[0]["label"], *row.steps):
            assert " ".join(recorded[KEYS[language]].split()) in pack.words


def test_there_is_a_request_of_every_product_and_cloud_to_look_at(kinds):
    assert {cloud for cloud, _product in kinds} == {"global", "usgov", "china"}
    assert {product for _cloud, product in kinds} == {
        "azure", "microsoft365", "dynamics365", "ems", "vianet", "marketplace"
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_home_and_csv_render_without_any_plugin(bare_app, language):
    reader = Desk(bare_app.test_client(), "fabrikam-admin-agent")

    for address in ("/", "/requests", "/customers", "/entitlements", "/help"):
        assert reader.get(address, Accept_Language=language).status == 200
    text = reader.get("/requests.csv", Accept_Language=language).response.get_data().decode()
    assert len(list(csv.reader(io.StringIO(text)))) > 100


def test_a_door_of_a_cloud_that_is_gone_is_refused_with_what_to_do(bare_app, kinds):
    row, partner = next(kind for (cloud, _product), kind in kinds.items() if cloud == "usgov")
    reader = Desk(bare_app.test_client(), MEMBERS[partner])

    answer = reader.get(f"/requests/{row.ref}/go")

    assert answer.status == 409
    assert "Ask whoever runs this desk to enable it again" in answer.words
    assert not answer.location
    assert row.title in answer.words


@pytest.mark.parametrize(("cloud", "product"), [("global", "azure"), ("global", "marketplace")])
def test_a_door_of_a_cloud_that_is_there_opens_without_the_plugin(bare_app, kinds, cloud, product):
    row, partner = kinds[cloud, product]

    answer = Desk(bare_app.test_client(), MEMBERS[partner]).get(f"/requests/{row.ref}/go")

    assert answer.status == 303
    assert answer.location == row.doors[0]["url"]


def test_the_vendors_number_notes_and_states_go_on_without_the_plugin(bare_app):
    with bare_app.extensions["onbehalf"].database.reading() as session:
        statement = select(ServiceRequest).join(Member, Member.id == ServiceRequest.created_by_id)
        row = session.exec(
            statement.where(ServiceRequest.state == "handed_over", Member.key == "fabrikam-admin-agent")
        ).first()
    reader = Desk(bare_app.test_client(), "fabrikam-admin-agent")
    address = f"/requests/{row.ref}"

    answers = [
        reader.send(reader.get(address).form("/ticket"), ticket_number="118032014183770"),
        reader.send(reader.get(address).form("/notes"), text="Still here."),
        reader.post(f"{address}/state", {"state": "answered"}),
    ]

    assert [answer.status for answer in answers] == [303, 303, 303]
    page = reader.get(address)
    assert all(str(TIMELINE[kind]) in page.words for kind in ("filed", "note", "answered"))
    assert row.promise is None or "First answer" in page.words


@pytest.mark.parametrize("page", ["", "/requests/new?product=azure", "/pass?product=azure"])
def test_a_customer_of_a_cloud_that_is_gone_says_what_to_do(demo_app, bare_app, page):
    address = Desk(demo_app.test_client(), "fabrikam-admin-agent").customer("Litware Federal")

    answer = Desk(bare_app.test_client(), "fabrikam-admin-agent").get(address + page)

    assert answer.status == 404
    assert "enable the cloud's plugin" in answer.words


def test_a_draft_of_a_product_that_is_gone_stays_and_home_still_renders(demo_app, make_app):
    reader = Desk(demo_app.test_client(), "fabrikam-admin-agent")
    reader.file("Contoso", "azure", title="Half a sentence", action="save")
    deployment = demo_app.extensions["onbehalf"]
    bare = make_app(database_url=deployment.settings.database_url, plugins=())
    there = Desk(bare.test_client(), "fabrikam-admin-agent")

    home = there.get("/")

    assert "Half a sentence" in home.words
    draft = next(link for link in home.links if "/requests/new?product=azure" in link)
    assert there.get(draft).status == 404
    assert reader.new("Contoso", "azure").values()["title"] == "Half a sentence"


def test_a_request_renders_where_no_promise_and_no_shape_of_a_number_were_recorded(bare_app, kinds):
    row, partner = kinds["global", "azure"]
    with bare_app.extensions["onbehalf"].database.writing() as session:
        stored = session.get(ServiceRequest, row.id)
        stored.sqlmodel_update({"promise": None, "ticket_shape": None, "telephone": None, "subscription": ""})
        session.add(stored)
        session.commit()

    assert Desk(bare_app.test_client(), MEMBERS[partner]).get(f"/requests/{row.ref}").status == 200


def test_a_plugin_that_is_installed_again_picks_its_requests_up(bare_app, kinds, make_app):
    row, partner = kinds["usgov", "azure"]
    address = f"/requests/{row.ref}"
    assert Desk(bare_app.test_client(), MEMBERS[partner]).get(f"{address}/go").status == 409

    again = make_app(database_url=bare_app.extensions["onbehalf"].settings.database_url)
    reader = Desk(again.test_client(), MEMBERS[partner])

    assert reader.get(f"{address}/go").location == row.doors[0]["url"]
    assert reader.get(f"/customers/{row.customer_id}/requests/new?product=azure").status == 200


@pytest.mark.parametrize("how", ["failed at import", "paused", "safe mode"])
def test_requests_are_read_listed_and_exported_while_their_plugin_does_not_run(
    make_app, demo_database, tmp_path, install_plugin, how
):
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(demo_database.read_bytes())
    install_plugin("shaky", "1 / 0" if how == "failed at import" else SHAKY)
    app = make_app(database_url=f"sqlite:///{copy}", plugins=("shaky",), safe_mode=how == "safe mode")
    reader = Desk(app.test_client(), "fabrikam-admin-agent")
    if how == "paused":
        for _unused in range(6):
            page = reader.get(f"{reader.customer('Contoso')}/entitlement?product=azure")
        assert "paused" in page.words

    rows = list(csv.reader(io.StringIO(reader.get("/requests.csv?product=azure").response.get_data().decode())))

    assert len(rows) > 10
    assert reader.get("/requests?product=azure").status == 200
    link = next(link for link in reader.get("/requests?product=azure").links if "/requests/OB-" in link)
    assert reader.get(link).status == 200


SHAKY = """
from webapp import Product, hookimpl

@hookimpl
def register_products(cloud):
    return [Product(key="azure", label="Azure", vendor="Microsoft", portal="azure")]

@hookimpl
def entitlement_check(situation):
    raise RuntimeError("boom")
"""
