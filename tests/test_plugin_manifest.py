"""What a plugin says of itself is read before its code runs, and the API it was made for is kept."""

import re
import shutil
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pluggy
import pytest
from hatchling.builders.wheel import WheelBuilder

import webapp
from webapp import entitlements, hookspecs
from webapp.config import load_settings
from webapp.deployment import Deployment
from webapp.plugins import asking, loading
from webapp.plugins.finding import installed
from webapp.plugins.loading import fitting, load
from webapp.plugins.manifest import FILE, Manifest
from webapp.testing import make_draft, make_situation
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS

ROOT = Path(__file__).resolve().parents[1]
FINE = 'id = "widget"\napi = ">=1.0,<2"\n'
ROCKET = 'id = "rocket"\napi = ">=1.0,<2"\nclouds = ["space"]\nproducts = ["rocket"]\nsold_in = ["space"]\n'
FIRST_API = """
from webapp import (
    Answer, Check, Choice, Cloud, ExternalDoor, LabelledDoor, PortalDoor, PreparedRequest, Product, Question,
    RedirectTarget, Remedy, ResponseTable, StaffedHours, Target, TextDomain, TicketShape, hookimpl, partner_center_door
)
from webapp.worldwide import GLOBAL

_ = TextDomain(__name__).text


@hookimpl
def register_clouds():
    return [GLOBAL.model_copy(update={"key": "space", "products": ("rocket",)})]


@hookimpl
def register_products(cloud):
    return [
        Product(
            key="rocket",
            label=_("Rocket"),
            vendor="Rocket works",
            portal="azure",
            aliases=("Missile",),
            categories=("break_fix",),
            severities=("A", "B"),
            questions=(
                Question(key="stage", label="Stage", kind="choice", choices=(Choice(key="one", label="One"),)),
            ),
            responses=(
                ResponseTable(targets={"A": Target(minutes=5)}, staffed=StaffedHours(), source="Its own page"),
            ),
        )
    ]


@hookimpl
def entitlement_check(situation):
    yield Check(outcome="pass", reason=situation.customer.name, rules=("house",))
    yield Check(outcome="warn", reason="Late.", remedy=Remedy(text="Hurry.", action="add_contract"))


@hookimpl
def build_request(draft):
    return PreparedRequest(answers=(Answer(label="Title", value=draft.title),), checklist=("Look at it.",))


@hookimpl
def redirect_target(draft, prepared):
    return RedirectTarget(
        door=PortalDoor(portal="azure", path="/support"),
        others=(partner_center_door(draft.situation, "Send it."),),
        steps=(prepared.answers[0].value,),
        review="There.",
        ticket_shape=TicketShape(pattern="[0-9]+", example="7"),
    )
"""


def left_out(name="widget"):
    plugins = load(load_settings(plugins=(name, "azure")))
    assert plugins.product("global", "azure")
    assert name not in plugins.running
    return plugins.left_out[name]


@pytest.mark.parametrize("name", ALL_PLUGINS)
def test_each_of_our_plugins_has_a_manifest_that_says_what_it_registers(name):
    plugins = load(load_settings(plugins=ALL_PLUGINS))
    manifest = plugins.found[name].manifest

    assert manifest.fits()
    assert set(manifest.clouds) == {cloud for cloud, by in plugins.brought.items() if by == name}
    owned = [at for at, owner in plugins.owners.items() if owner == name]
    assert set(manifest.products) == {product for _cloud, product in owned}
    assert set(manifest.sold_in) == {cloud for cloud, _product in owned}
    assert not plugins.running[name].notes


@pytest.mark.parametrize("name", ALL_PLUGINS)
def test_the_wheel_of_each_plugin_holds_its_manifest(name):
    files = {file.distribution_path for file in WheelBuilder(str(ROOT / "plugins" / name)).recurse_included_files()}

    assert f"onbehalf_{name}/{FILE}" in files


def test_a_manifest_is_read_without_running_the_plugins_code(install_plugin):
    module = install_plugin(
        "widget", "raise RuntimeError('this must not run')", manifest=FINE + 'hosts = ["a.example"]\n'
    )

    assert installed()["widget"].manifest.hosts == ("a.example",)
    assert module not in sys.modules


def test_a_package_with_two_plugins_has_a_manifest_for_each(install_plugin, tmp_path):
    module = install_plugin("widget", "", manifest='id = "other"\napi = ">=1.0,<2"\n')
    (tmp_path / "onbehalf-widget" / module / "onbehalf-plugin-widget.toml").write_text(FINE)

    assert installed()["widget"].manifest.id == "widget"


def test_a_plugin_without_a_manifest_is_loaded_as_before(install_plugin):
    install_plugin("widget", "")

    plugins = load(load_settings(plugins=("widget",)))

    assert "widget" in plugins.running
    assert plugins.found["widget"].manifest is None


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("id = ", "onbehalf-plugin.toml"),
        ('api = ">=1.0,<2"', "id: Field required"),
        ('id = "widget"', "api: Field required"),
        ('id = "other"\napi = ">=1.0,<2"', "'other'"),
        (FINE + "color = 'red'", "color: Extra inputs"),
        (FINE.replace(">=1.0,<2", "1.0"), 'written like ">=1.0,<2"'),
        (FINE.replace(">=1.0,<2", "*"), "written like"),
        (FINE + 'clouds = "global"', "clouds"),
        (FINE + 'products = ["Not A Key"]', "products.0"),
        (FINE + 'hosts = ["https://api.example.com/v1"]', "without scheme"),
        (FINE + 'hosts = ["localhost"]', "hosts.0"),
    ],
)
def test_a_manifest_that_cannot_be_read_leaves_its_plugin_out_without_running_it(install_plugin, manifest, said):
    module = install_plugin("widget", "raise RuntimeError('this must not run')", manifest=manifest)

    why = left_out()

    assert why.state == "failed"
    assert said in str(why.reason)
    assert "onbehalf-widget" in str(why.remedy)
    assert module not in sys.modules


@pytest.mark.parametrize(
    ("api", "version", "fits"),
    [
        (">=1.0,<2", "1.0", True),
        (">=1.0,<2", "1.9", True),
        (">=1.0,<2", "1.10", True),
        (">=1.0,<2", "2.0", False),
        (">=1.2,<2", "1.1", False),
        (">=1,<1.5", "1.5", False),
        (">=1, <3", "2.7", True),
        (">=0.9,<1", "1.0", False),
    ],
)
def test_a_range_holds_its_lower_end_and_leaves_out_its_upper_one(api, version, fits):
    assert Manifest(id="widget", api=api).fits(version) is fits


def test_a_plugin_for_another_api_is_incompatible_and_never_imported(install_plugin):
    module = install_plugin(
        "widget", "raise RuntimeError('this must not run')", manifest=FINE.replace("1.0", "2.0").replace("<2", "<3")
    )

    why = left_out()

    assert why.state == "incompatible"
    assert webapp.API_VERSION in str(why.reason)
    assert webapp.API_VERSION in str(why.remedy)
    assert module not in sys.modules


def test_a_plugin_written_for_the_first_api_still_does_its_whole_job(install_plugin):
    """The code above is that of API 1.0 and never changes: what it uses is what a stranger's plugin may rely on."""
    install_plugin("rocket", FIRST_API, manifest=ROCKET)
    plugins = load(load_settings(plugins=("rocket",)))
    cloud, product = plugins.clouds["space"], plugins.product("space", "rocket")
    draft = make_draft(product, cloud=cloud)

    checklist = entitlements.check(
        Deployment(load_settings(), plugins, database=None), make_situation(product, cloud=cloud)
    )
    prepared = asking.prepared(plugins, draft)
    target = asking.target(plugins, draft, prepared)

    assert [str(check.reason) for check in checklist.checks][-2:] == ["Contoso", "Late."]
    assert str(prepared.answers[0].value) == "VM does not start"
    assert target.ticket_shape.example == "7"
    assert plugins.running["rocket"].notes == ()


DEPRECATED = "redirect_target: prepared is deprecated since API 1.4 and goes with 3.0; use draft."
SAID = re.compile(r"(\w+): .+ is deprecated since API (\d+)\.\d+ and goes with (\d+)\.0; use .+\.")


def later_specification():
    """Return our specification as of some 1.4, where one argument is deprecated."""
    later = ModuleType("later")
    for name in ("register_clouds", "register_products", "entitlement_check", "build_request"):
        setattr(later, name, getattr(hookspecs, name))
    marker = pluggy.HookspecMarker("onbehalf")(
        firstresult=True, warn_on_impl_args={"prepared": DeprecationWarning(DEPRECATED)}
    )

    def redirect_target(draft, prepared): ...

    later.redirect_target = marker(redirect_target)
    return later


def deprecations(specification):
    manager = pluggy.PluginManager("onbehalf")
    for name in dir(specification):
        options = manager.parse_hookspec_opts(specification, name)
        if options:
            warned = [options.get("warn_on_impl"), *(options.get("warn_on_impl_args") or {}).values()]
            yield from (str(warning) for warning in warned if warning)


def overdue(specification, major):
    """Return the deprecations whose words are not those of the policy, or that ought to be gone, or go too early."""
    found = [(words, SAID.fullmatch(words)) for words in deprecations(specification)]
    return [w for w, said in found if not said or int(said[3]) != int(said[2]) + 2 or int(said[3]) <= major]


def test_every_deprecation_warns_for_one_whole_major_and_is_gone_after_it():
    assert overdue(hookspecs, int(webapp.API_VERSION.partition(".")[0])) == []
    assert list(deprecations(later_specification())) == [DEPRECATED]
    assert [overdue(later_specification(), major) for major in (1, 2, 3)] == [[], [], [DEPRECATED]]


def test_a_plugin_that_uses_what_is_deprecated_is_named_with_its_version_and_goes_on_working(
    install_plugin, make_app, demo_database, tmp_path, monkeypatch, caplog
):
    install_plugin("rocket", FIRST_API, manifest=ROCKET)
    monkeypatch.setattr(loading, "hookspecs", later_specification())
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")

    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # pytest would take them for errors
        app = make_app(database_url=f"sqlite:///{copy}", plugins=(*ALL_PLUGINS, "rocket"))

    assert f"plugin=rocket version=1.2 deprecated: {DEPRECATED}" in caplog.messages
    page = Desk(app.test_client(), "fabrikam-global-admin").get("/admin/plugins")
    assert f"rocket onbehalf-rocket 1.2 enabled {DEPRECATED}" in page.words
    plugins = app.extensions["onbehalf"].plugins
    draft = make_draft(plugins.product("space", "rocket"), cloud=plugins.clouds["space"])
    assert asking.target(plugins, draft, asking.prepared(plugins, draft)).steps == ("VM does not start",)


def test_an_argument_that_a_hook_gains_reaches_no_plugin_that_does_not_ask_for_it():
    """Arguments are only ever added: that is why an old plugin goes on."""
    later = pluggy.PluginManager("onbehalf")
    spec, old = ModuleType("later"), ModuleType("old")
    code = "import pluggy\n@pluggy.HookspecMarker('onbehalf')\ndef entitlement_check(situation, weather): ..."
    exec(code, vars(spec))  # noqa: S102
    exec("from webapp import hookimpl\n@hookimpl\ndef entitlement_check(situation): return situation", vars(old))  # noqa: S102
    later.add_hookspecs(spec)
    later.register(old)

    assert later.hook.entitlement_check(situation="as before", weather="fine") == ["as before"]
    assert fitting(old, spec) == ()


def test_what_is_deprecated_is_said_by_name_and_version_and_goes_on_working():
    spec, old = ModuleType("later"), ModuleType("old")
    code = """
import pluggy
leaves = DeprecationWarning("redirect_target: prepared is deprecated since API 1.4 and goes with 3.0; use draft.")
@pluggy.HookspecMarker("onbehalf")
def build_request(draft): ...
@pluggy.HookspecMarker("onbehalf")(warn_on_impl_args={"prepared": leaves})
def redirect_target(draft, prepared): ...
"""
    exec(code, vars(spec))  # noqa: S102
    exec("from webapp import hookimpl\n@hookimpl\ndef redirect_target(draft, prepared): return 1", vars(old))  # noqa: S102

    assert fitting(old, spec) == (
        "redirect_target: prepared is deprecated since API 1.4 and goes with 3.0; use draft.",
    )
