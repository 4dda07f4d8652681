"""What is loaded is what was named. What the deployer got wrong stops the start; a bad plugin is left out by name."""

from __future__ import annotations

import sys

import pytest

from webapp.config import load_settings
from webapp.errors import StartRefused
from webapp.plugins.loading import installed, load

PRODUCT = """
    from webapp import Check, Product, hookimpl

    @hookimpl
    def register_products(cloud):
        return [Product(key="{key}", label="{key} of this plugin", vendor="Vendor", portal="azure")]

    @hookimpl
    def entitlement_check(situation):
        return [Check(outcome="pass", reason="Fine.")]
"""
CLOUD = """
    from webapp import hookimpl
    from webapp.worldwide import GLOBAL

    @hookimpl
    def register_clouds():
        return [GLOBAL.model_copy(update={{"key": "{key}", "products": ("azure", "widget")}})]
"""
WITH_SETTINGS = """
    from pydantic import BaseModel, ConfigDict

    class Settings(BaseModel):
        model_config = ConfigDict(frozen=True)
        days: int = 30
        token: str = ""
"""


def started(**settings):
    return load(load_settings(**settings))


def left_out(name, **settings):
    """Start with azure beside the plugin; azure has to go on, whichever comes first."""
    for names in ((name, "azure"), ("azure", name)):
        plugins = started(plugins=names, **settings)
        assert plugins.product("global", "azure")
        assert name not in plugins.running
    why = plugins.left_out[name]
    assert name in str(why.reason)
    assert str(why.remedy)
    return why


def refusal(**settings):
    with pytest.raises(StartRefused) as refused:
        started(**settings)
    assert str(refused.value.remedy)
    return refused.value


def test_without_plugins_there_is_the_worldwide_cloud_and_nothing_to_file():
    plugins = started()

    assert list(plugins.clouds) == ["global"]
    assert not plugins.products


def test_our_plugins_bring_four_clouds_and_the_products_sold_in_each():
    plugins = started(plugins=("azure", "office365", "vianet", "marketplace", "usgov", "germany"))

    assert set(plugins.clouds) == {"global", "usgov", "germany", "china"}
    assert {product.key for product in plugins.products_in("china")} == {"vianet"}
    assert plugins.product("china", "azure") is None
    assert plugins.product_anywhere("azure").key == "azure"
    assert plugins.product_anywhere("nothing") is None


def test_a_plugin_is_found_by_its_entry_point_with_the_version_of_its_distribution(install_plugin):
    install_plugin("widget", PRODUCT.format(key="azure"))

    found = installed()["widget"]

    assert (found.distribution, found.version) == ("onbehalf-widget", "1.2")
    assert started(plugins=("widget",)).owners == {("global", "azure"): "widget"}


def test_a_plugin_that_is_installed_but_not_named_is_never_imported(install_plugin):
    left_out = install_plugin("widget", "raise RuntimeError('this must not run')")

    installed()
    started(plugins=("azure",))

    assert left_out not in sys.modules


def test_a_name_is_checked_before_any_plugin_is_imported(install_plugin):
    module = install_plugin("widget", PRODUCT.format(key="azure"))

    refusal(plugins=("missing", "widget"))

    assert module not in sys.modules


def test_a_name_that_is_not_installed_stops_the_start_with_the_names_that_are():
    refused = refusal(plugins=("azrue",))

    assert "azrue" in str(refused.message)
    assert "azure" in str(refused.remedy)


@pytest.mark.parametrize("names", [("azure", "azure"), ("azure", "office365", "azure"), ("worldwide",), ("programme",)])
def test_a_name_given_twice_or_built_in_stops_the_start(names):
    refused = refusal(plugins=names)

    assert names[-1] in str(refused.message)


def test_two_distributions_with_a_plugin_of_one_name_stop_the_start_and_both_are_named(install_plugin):
    first = install_plugin("widget", PRODUCT.format(key="azure"), distribution="onbehalf-widget")
    second = install_plugin("widget", PRODUCT.format(key="azure"), distribution="evil-widget")

    refused = refusal(plugins=("widget",))

    assert "onbehalf-widget" in str(refused.message)
    assert "evil-widget" in str(refused.message)
    assert not {first, second} & set(sys.modules)


def test_no_distribution_can_take_the_name_of_a_built_in_plugin(install_plugin):
    install_plugin("programme", "", distribution="evil-programme")

    assert "evil-programme" in str(refusal().message)


@pytest.mark.parametrize(
    "code",
    [
        "import a_module_that_is_not_there",
        "raise RuntimeError('boom')",
        "def broken(:",
        "1 / 0",
        "raise SystemExit(1)",
        "def f(): f()\nf()",
    ],
)
def test_a_plugin_that_cannot_be_imported_is_left_out_by_its_name(install_plugin, code):
    install_plugin("widget", code)

    why = left_out("widget")

    assert why.state == "failed"
    assert "onbehalf-widget" in str(why.remedy)


def test_a_plugin_with_a_hook_that_is_not_in_the_specification_is_incompatible(install_plugin):
    install_plugin(
        "widget",
        """
        from webapp import hookimpl

        @hookimpl
        def entitlement_chek(situation):
            return []
        """,
    )

    why = left_out("widget")

    assert why.state == "incompatible"
    assert "entitlement_chek" in str(why.reason)


def test_a_plugin_with_an_argument_that_is_not_in_the_specification_is_incompatible(install_plugin):
    install_plugin(
        "widget",
        """
        from webapp import hookimpl

        @hookimpl
        def entitlement_check(situation, database):
            return []
        """,
    )

    assert "database" in str(left_out("widget").reason)


def test_a_policy_whose_mark_was_forgotten_is_incompatible_instead_of_objecting_to_nothing(install_plugin):
    install_plugin(
        "widget",
        """
        from webapp import Check, Remedy

        def entitlement_check(situation):
            return [Check(outcome="fail", reason="No.", remedy=Remedy(text="Stop."))]
        """,
    )

    why = left_out("widget")

    assert "entitlement_check lacks @hookimpl" in str(why.reason)
    assert why.policy


@pytest.mark.parametrize(
    "judge",
    [
        "@hookimpl(specname='entitlement_check')\ndef judge(situation):\n    return []",
        "@hookimpl(optionalhook=True)\ndef entitlement_chek(situation):\n    return []",
        "@hookimpl(wrapper=True)\ndef entitlement_check(situation):\n    return (yield)",
        "@hookimpl(hookwrapper=True)\ndef entitlement_check(situation):\n    yield",
    ],
)
def test_a_policy_whose_mark_would_keep_it_from_being_asked_is_incompatible(install_plugin, judge):
    install_plugin("rule", f"from webapp import *\n\n{judge}\n", manifest='id = "rule"\napi = ">=1.0,<2"\n')

    plugins = load(load_settings(plugins=("rule",)))

    assert plugins.left_out["rule"].state == "incompatible"
    assert "write @hookimpl alone" in str(plugins.left_out["rule"].reason)
    assert "rule" in plugins.policies, "so that nothing is filed past it"


def test_a_product_registered_by_two_plugins_for_one_cloud_stops_the_start_and_both_are_named(install_plugin):
    install_plugin("widget", PRODUCT.format(key="azure"))

    message = str(refusal(plugins=("azure", "widget")).message)

    assert "global/azure" in message
    assert "azure and widget" in message


def test_one_key_may_belong_to_different_plugins_in_different_clouds(install_plugin):
    owned = PRODUCT.format(key="azure").replace("return [Product", "return cloud.key == '{where}' and [Product")
    owned = owned.replace('portal="azure")]', 'portal="azure")] or []')
    install_plugin("mars", owned.replace("{where}", "global"))
    install_plugin("moon", CLOUD.format(key="space") + owned.replace("{where}", "space"))

    owners = started(plugins=("mars", "moon")).owners

    assert owners == {("global", "azure"): "mars", ("space", "azure"): "moon"}


def test_a_cloud_registered_by_two_plugins_stops_the_start_and_both_are_named(install_plugin):
    install_plugin("mars", CLOUD.format(key="space"))
    install_plugin("moon", CLOUD.format(key="space"))

    message = str(refusal(plugins=("mars", "moon")).message)

    assert "space" in message
    assert "mars and moon" in message


def test_a_product_that_its_cloud_does_not_sell_is_left_out(install_plugin):
    install_plugin("widget", PRODUCT.format(key="something_else"))

    assert not started(plugins=("widget",)).products


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def register_clouds():\n    return ['global']", "str instead of Cloud"),
        ("def register_clouds():\n    raise RuntimeError('boom')", "failed in register_clouds"),
        ("def register_products(cloud):\n    return 7", "int instead of Product"),
        ("def register_products(cloud):\n    yield None", "NoneType instead of Product"),
    ],
)
def test_a_plugin_that_registers_nonsense_is_left_out_by_its_name(install_plugin, code, said):
    install_plugin("widget", f"from webapp import hookimpl\n\n@hookimpl\n{code}\n")

    why = left_out("widget")

    assert why.state == "failed"
    assert said in str(why.reason)


def test_nothing_is_left_of_a_plugin_that_fails_halfway_through_the_start(install_plugin):
    fails_in_the_second_cloud = PRODUCT.format(key="ems").replace(
        "return [Product", "cloud.key == 'space' and 1 / 0; return [Product"
    )
    install_plugin("widget", CLOUD.format(key="space") + fails_in_the_second_cloud)

    plugins = started(plugins=("widget", "azure"))

    assert list(plugins.clouds) == ["global"]
    assert plugins.owners == {("global", "azure"): "azure"}


def test_a_cloud_may_be_missing_while_the_plugin_that_brings_it_is_left_out(install_plugin):
    install_plugin("widget", "1 / 0")

    plugins = started(
        plugins=("widget", "azure"), clouds=("global", "space"), cloud_overrides={"space": {"operator": "Nobody"}}
    )

    assert list(plugins.clouds) == ["global"]


def test_a_class_of_settings_that_raises_leaves_its_plugin_out(install_plugin):
    install_plugin(
        "widget",
        """
        from pydantic import BaseModel, model_validator

        class Settings(BaseModel):
            @model_validator(mode="after")
            def broken(self):
                raise RuntimeError("boom")
        """,
    )

    assert left_out("widget").state == "failed"


def test_safe_mode_starts_with_the_built_in_plugins_alone_whatever_is_named(install_plugin):
    module = install_plugin("widget", "raise RuntimeError('this must not run')")
    install_plugin("twice", distribution="first-twice")
    install_plugin("twice", distribution="second-twice")

    plugins = started(plugins=("widget", "gone", "azure"), clouds=("global", "china"), safe_mode=True)

    assert set(plugins.running) == {"worldwide", "programme"}
    assert not plugins.products
    assert module not in sys.modules


def test_a_plugins_settings_come_from_its_own_variables(install_plugin, monkeypatch):
    install_plugin("widget", WITH_SETTINGS)
    monkeypatch.setenv("ONBEHALF_WIDGET_DAYS", "45")

    assert started(plugins=("widget",)).settings["widget"].days == 45


def test_a_plugins_settings_come_from_its_own_table_and_a_variable_wins(install_plugin, monkeypatch, tmp_path):
    install_plugin("widget", WITH_SETTINGS)
    file = tmp_path / "onbehalf.toml"
    file.write_text('[plugins.widget]\ndays = 45\ntoken = "from the file"\n')
    monkeypatch.setenv("ONBEHALF_CONFIG", str(file))
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", "from the variable")

    settings = started(plugins=("widget",)).settings["widget"]

    assert (settings.days, settings.token) == (45, "from the variable")


def test_a_plugin_with_a_hyphen_in_its_name_has_variables_with_an_underscore(install_plugin, monkeypatch):
    install_plugin("wid-get", WITH_SETTINGS)
    monkeypatch.setenv("ONBEHALF_WID_GET_DAYS", "45")

    assert started(plugins=("wid-get",)).settings["wid-get"].days == 45


def test_a_setting_the_plugin_does_not_know_stops_the_start_with_those_it_knows(install_plugin, monkeypatch):
    install_plugin("widget", WITH_SETTINGS)
    monkeypatch.setenv("ONBEHALF_WIDGET_DAIS", "45")

    refused = refusal(plugins=("widget",))

    assert "dais" in str(refused.message)
    assert "days" in str(refused.remedy)


def test_a_setting_for_a_plugin_that_has_none_stops_the_start(install_plugin, monkeypatch):
    install_plugin("widget", PRODUCT.format(key="azure"))
    monkeypatch.setenv("ONBEHALF_WIDGET_DAYS", "45")

    assert "days" in str(refusal(plugins=("widget",)).message)


def test_a_bad_value_for_a_plugin_names_the_variable_and_keeps_the_value_to_itself(install_plugin, monkeypatch):
    install_plugin("widget", WITH_SETTINGS)
    monkeypatch.setenv("ONBEHALF_WIDGET_DAYS", "hunter2")

    refused = refusal(plugins=("widget",))

    assert "ONBEHALF_WIDGET_DAYS" in str(refused.message)
    assert "hunter2" not in str(refused)


def test_a_cloud_that_no_enabled_plugin_brings_stops_the_start_with_those_that_are_known():
    refused = refusal(plugins=("azure",), clouds=("global", "china"))

    assert "china" in str(refused.message)
    assert "global" in str(refused.remedy)


def test_only_the_clouds_named_are_enabled_in_the_order_named():
    plugins = started(plugins=("azure", "vianet", "usgov"), clouds=("china", "global"))

    assert list(plugins.clouds) == ["china", "global"]
    assert plugins.product("usgov", "azure") is None


def test_an_override_replaces_an_address_and_one_portal_and_keeps_the_rest():
    override = {"graph": {"url": "https://graph.example"}, "portals": {"intune": {"url": "https://intune.example"}}}
    usual = started(plugins=("usgov",)).clouds["usgov"]

    changed = started(plugins=("usgov",), cloud_overrides={"usgov": override}).clouds["usgov"]

    assert changed.graph.url == "https://graph.example"
    assert changed.portals["intune"].url == "https://intune.example"
    assert changed.portals["intune"].label == usual.portals["intune"].label
    assert changed.portals["azure"] == usual.portals["azure"]
    assert changed.authority == usual.authority


def test_an_override_may_add_a_portal_of_a_new_kind():
    lifecycle = {"url": "https://lcs.dynamics.com", "label": "Lifecycle Services"}

    cloud = started(cloud_overrides={"global": {"portals": {"lifecycle": lifecycle}}}).clouds["global"]

    assert str(cloud.portals["lifecycle"].label) == "Lifecycle Services"
    assert "azure" in cloud.portals


def test_an_override_of_the_products_decides_what_is_sold():
    plugins = started(plugins=("azure", "office365"), cloud_overrides={"global": {"products": ["ems"]}})

    assert [product.key for product in plugins.products_in("global")] == ["ems"]


def test_an_override_is_read_from_the_file_as_well(monkeypatch, tmp_path):
    file = tmp_path / "onbehalf.toml"
    file.write_text('[cloud_overrides.global.portals.azure]\nurl = "https://portal.example"\nconfirmed = false\n')
    monkeypatch.setenv("ONBEHALF_CONFIG", str(file))

    azure = started().clouds["global"].portals["azure"]

    assert (azure.url, azure.confirmed, azure.enter) == ("https://portal.example", False, "/{domain}")


@pytest.mark.parametrize(
    "override",
    [
        {"portals": {"azure": {"url": "http://portal.azure.com"}}},
        {"portals": {"azure": {"url": "javascript:alert(1)"}}},
        {"portals": {"azure": {"enter": "/{password}"}}},
        {"portals": {"azure": "https://portal.azure.com"}},
        {"portals": {"azure": None}},
        {"portals": "https://portal.azure.com"},
        {"portals": {"new": {"url": "https://portal.azure.com"}}},
        {"portal": {"azure": {}}},
        {"status": "closed"},
        {"authority": None},
        {"key": "other"},
    ],
)
def test_an_override_that_does_not_fit_stops_the_start_and_names_the_cloud(override):
    refused = refusal(cloud_overrides={"global": override})

    assert "global" in str(refused.message)
    assert "cloud_overrides" in str(refused.remedy)
    assert "\n" not in str(refused.message)
    assert "pydantic" not in str(refused.message)


def test_an_override_that_does_not_fit_is_named_by_its_path():
    refused = refusal(cloud_overrides={"global": {"authority": {"url": "http://x"}}})

    assert "global does not fit: authority.url: " in str(refused.message)


def test_an_override_of_a_cloud_that_is_not_there_stops_the_start():
    assert "moon" in str(refusal(cloud_overrides={"moon": {"operator": "Nobody"}}).message)


@pytest.mark.parametrize("safe_mode", [False, True])
def test_an_entry_point_that_names_no_module_stops_nothing_and_is_left_out_where_it_is_enabled(
    tmp_path, monkeypatch, safe_mode
):
    info = tmp_path / "onbehalf_slip-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: onbehalf-slip\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[onbehalf.plugins]\nslip = acme-telephony\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert started(plugins=("azure",), safe_mode=safe_mode).running
    assert "acme-telephony is no module" in str(left_out("slip").reason)
