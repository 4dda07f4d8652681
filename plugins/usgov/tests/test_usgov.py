"""The US Government cloud: its hosts, its doors, and where its service health stands."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from webapp.config import load_settings
from webapp.doors import is_confirmed, opens_in_customer, require_host, url_of
from webapp.errors import DoorRefused
from webapp.plugins.asking import checks, prepared, target
from webapp.plugins.loading import load
from webapp.testing import make_cloud, make_customer, make_draft, make_situation
from webapp.worldwide import GLOBAL

ENDPOINTS = Path(__file__).resolve().parents[3].parent / "shared/fixtures/clouds/azure-cli-core-2.91.0-clouds.json"


def host(url):
    return urlsplit(url).hostname


@pytest.fixture
def plugins():
    return load(load_settings(plugins=("azure", "office365", "usgov")))


@pytest.fixture
def cloud(plugins):
    return plugins.clouds["usgov"]


def test_the_addresses_are_those_the_azure_command_line_uses(cloud):
    if not ENDPOINTS.exists():
        pytest.skip("the endpoints of azure-cli-core do not lie beside this checkout")
    known = json.loads(ENDPOINTS.read_text(encoding="utf-8"))["clouds"]["AZURE_US_GOV_CLOUD"]["endpoints"]
    assert host(cloud.portals["azure"].url) == host(known["portal"])
    assert host(cloud.authority.url) == host(known["active_directory"])
    assert host(cloud.graph.url) == host(known["microsoft_graph_resource_id"])
    assert host(cloud.resource_manager.url) == host(known["resource_manager"])


@pytest.mark.rules("R19")
@pytest.mark.parametrize("key", ["azure", "microsoft365", "dynamics365", "ems"])
def test_every_door_leads_to_a_government_host_or_to_partner_center(plugins, cloud, key):
    draft = make_draft(plugins.product("usgov", key), cloud=cloud)
    found = target(plugins, draft, prepared(plugins, draft))
    assert host(url_of(found.door, cloud, draft.situation.customer)).endswith(".us")
    for other in found.others:
        url = url_of(other.door, cloud, draft.situation.customer)
        assert host(url).endswith(".us") or other.door.portal == "partner_center"


@pytest.mark.rules("R29")
def test_the_azure_portal_is_entered_at_the_customers_domain_which_is_only_an_analogy(plugins, cloud):
    draft = make_draft(plugins.product("usgov", "azure"), cloud=cloud)
    door = target(plugins, draft, prepared(plugins, draft)).door
    assert url_of(door, cloud, draft.situation.customer) == "https://portal.azure.us/contoso.com"
    assert not is_confirmed(door, cloud)


@pytest.mark.rules("R57")
def test_the_admin_center_opens_in_the_partners_own_context_since_no_way_in_is_known(plugins, cloud):
    draft = make_draft(plugins.product("usgov", "microsoft365"), cloud=cloud)
    assert not opens_in_customer(target(plugins, draft, prepared(plugins, draft)).door, cloud)


def test_no_host_is_shared_with_the_worldwide_cloud_but_partner_centers(cloud):
    ours = {host(portal.url) for kind, portal in cloud.portals.items() if kind != "partner_center"}
    assert ours.isdisjoint({host(portal.url) for portal in GLOBAL.portals.values()})


@pytest.mark.rules("R50", "R51", "R52")
def test_microsoft_promises_the_same_as_worldwide(cloud):
    assert cloud.responses == GLOBAL.responses


@pytest.mark.rules("R63")
@pytest.mark.parametrize(("category", "said"), [("break_fix", True), ("advisory", True), ("billing", False)])
def test_whoever_is_asked_about_service_health_is_told_where_it_stands(plugins, cloud, category, said):
    situation = make_situation(plugins.product("usgov", "azure"), cloud=cloud, category=category)
    lines = [check for check in checks(plugins, situation) if "R63" in check.rules]
    assert bool(lines) is said
    assert all(check.outcome == "pass" for check in lines)


@pytest.mark.rules("R63")
def test_the_worldwide_cloud_hears_nothing_of_it(plugins):
    situation = make_situation(plugins.product("global", "azure"))
    assert not [check for check in checks(plugins, situation) if "R63" in check.rules]


def test_the_marketplace_is_not_sold_here_and_what_is_can_be_overridden():
    narrow = load(
        load_settings(plugins=("azure", "office365", "usgov"), cloud_overrides={"usgov": {"products": ["azure"]}})
    )
    assert [product.key for product in narrow.products_in("usgov")] == ["azure"]


@pytest.mark.parametrize("whom", [{"domain": ""}, {"domain": "undefined"}, {"domain": "two words.com"}], ids=str)
def test_a_customer_without_a_proper_domain_is_sent_nowhere(plugins, cloud, whom):
    draft = make_draft(plugins.product("usgov", "azure"), cloud=cloud)
    door = target(plugins, draft, prepared(plugins, draft)).door
    with pytest.raises(DoorRefused):
        url_of(door, cloud, make_customer(**whom))


def test_a_door_into_the_worldwide_portal_is_refused_for_a_government_customer(cloud):
    with pytest.raises(DoorRefused):
        require_host("https://portal.azure.com/contoso.com", cloud)
    require_host("https://portal.azure.com/contoso.com", make_cloud())
