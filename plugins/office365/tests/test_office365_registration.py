"""Which products the plugin brings, and under which names they are found."""

import pytest

from onbehalf_office365 import register_products
from webapp.config import load_settings
from webapp.errors import StartRefused
from webapp.plugins.asking import prepared, target
from webapp.plugins.loading import load
from webapp.testing import make_cloud, make_draft


@pytest.fixture
def plugins():
    return load(load_settings(plugins=("office365",)))


@pytest.mark.rules("R41")
def test_the_worldwide_cloud_sells_all_three(plugins):
    assert [product.key for product in plugins.products_in("global")] == ["microsoft365", "dynamics365", "ems"]


def test_a_cloud_that_sells_only_one_gets_only_that_one():
    assert [p.key for p in register_products(make_cloud(products=("ems",)))] == ["ems"]


@pytest.mark.parametrize(
    ("old", "key"),
    [
        ("Office 365", "microsoft365"),
        ("Dynamics CRM Online", "dynamics365"),
        ("Common Data Service", "dynamics365"),
        ("Enterprise Mobility Suite", "ems"),
        ("Azure AD", "ems"),
    ],
)
def test_old_names_still_find_the_product(plugins, old, key):
    assert [p.key for p in plugins.products_in("global") if old in p.aliases] == [key]


@pytest.mark.parametrize("key", ["microsoft365", "dynamics365", "ems"])
def test_every_product_answers_all_three_hooks_through_the_loader(plugins, key):
    draft = make_draft(plugins.product("global", key))
    assert target(plugins, draft, prepared(plugins, draft)).steps


def test_the_ordinary_area_of_dynamics_is_the_first_choice(plugins):
    [area] = [q for q in plugins.product("global", "dynamics365").questions if q.key == "dynamics_area"]
    assert area.choices[0].key == "apps"
    assert area not in plugins.product("global", "dynamics365").questions_for("billing")


def test_the_warning_period_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("ONBEHALF_OFFICE365_WARN_DAYS", "45")
    assert load(load_settings(plugins=("office365",))).settings["office365"].warn_days == 45


def test_a_negative_warning_period_stops_the_start(monkeypatch):
    monkeypatch.setenv("ONBEHALF_OFFICE365_WARN_DAYS", "-1")
    with pytest.raises(StartRefused, match="WARN_DAYS"):
        load(load_settings(plugins=("office365",)))
