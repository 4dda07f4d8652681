"""Microsoft Cloud Germany is closed: every product is refused, with where its customers went."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from webapp.config import load_settings
from webapp.doors import url_of
from webapp.plugins.asking import checks, prepared, target
from webapp.plugins.loading import load
from webapp.testing import make_draft, make_situation
from webapp.worldwide import GLOBAL

ENDPOINTS = Path(__file__).resolve().parents[3].parent / "shared/fixtures/clouds/azure-cli-core-2.91.0-clouds.json"
PRODUCTS = ("azure", "microsoft365", "dynamics365", "ems")


def host(url):
    return urlsplit(url).hostname


@pytest.fixture
def plugins():
    return load(load_settings(plugins=("azure", "office365", "germany")))


@pytest.fixture
def cloud(plugins):
    return plugins.clouds["germany"]


@pytest.mark.parametrize("key", PRODUCTS)
@pytest.mark.parametrize("category", ["break_fix", "advisory", "billing", "fraud"])
def test_every_request_is_refused_with_the_day_and_the_worldwide_tenant_to_look_for(plugins, cloud, key, category):
    situation = make_situation(plugins.product("germany", key), cloud=cloud, category=category)
    refusal = next(check for check in checks(plugins, situation) if check.outcome == "fail")
    assert "October 29, 2021" in str(refusal.reason)
    assert "worldwide" in str(refusal.remedy.text)


def test_the_remedy_tells_the_old_cloud_from_the_new_ones(cloud):
    assert "Delos" in str(cloud.moved_to)
    assert "Bleu" in str(cloud.moved_to)


def test_the_addresses_are_those_the_azure_command_line_still_knows(cloud):
    if not ENDPOINTS.exists():
        pytest.skip("the endpoints of azure-cli-core do not lie beside this checkout")
    known = json.loads(ENDPOINTS.read_text(encoding="utf-8"))["clouds"]["AZURE_GERMAN_CLOUD"]["endpoints"]
    assert host(cloud.portals["azure"].url) == host(known["portal"])
    assert host(cloud.authority.url) == host(known["active_directory"])
    assert host(cloud.graph.url) == host(known["microsoft_graph_resource_id"])
    assert host(cloud.resource_manager.url) == host(known["resource_manager"])


@pytest.mark.parametrize("key", ["azure", "microsoft365"])
def test_even_an_old_request_never_leads_to_a_worldwide_portal(plugins, cloud, key):
    draft = make_draft(plugins.product("germany", key), cloud=cloud)
    door = target(plugins, draft, prepared(plugins, draft)).door
    url = url_of(door, cloud, draft.situation.customer)
    assert host(url).endswith(".de")
    assert host(url) not in {host(portal.url) for portal in GLOBAL.portals.values()}
