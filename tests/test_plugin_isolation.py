"""A bad plugin harms nobody else: the pages stay up, the others go on, and the operator reads what to do."""

import json
import shutil
import sys

import pytest

from webapp import entitlements
from webapp.commands import main
from webapp.config import load_settings
from webapp.deployment import Deployment
from webapp.errors import PluginPaused, StartRefused
from webapp.plugins import asking, report
from webapp.plugins.breaker import Records, Times
from webapp.plugins.loading import load, look
from webapp.testing import make_draft, make_situation
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS

OPERATOR, FILER = "fabrikam-global-admin", "fabrikam-admin-agent"
HEAD = "from webapp import *\n\n"
EMS = """
@hookimpl
def register_products(cloud):
    return [Product(key="ems", label="EMS", vendor="Microsoft", portal="intune")]
"""
FINE = """
@hookimpl
def entitlement_check(situation):
    return [Check(outcome="pass", reason="Fine.")]

@hookimpl
def build_request(draft):
    return PreparedRequest(answers=(Answer(label="Title", value=draft.title),))

@hookimpl
def redirect_target(draft, prepared):
    return RedirectTarget(door=PortalDoor(portal="intune"), steps=("Go.",), review="There.")
"""
BAD = {
    "at import": "raise RuntimeError('boom')",
    "at import, leaving": "raise SystemExit(3)",
    "by its syntax": "def broken(:",
    "at start": "@hookimpl\ndef register_products(cloud):\n    raise RuntimeError('boom')",
    "at start, with nonsense": "@hookimpl\ndef register_products(cloud):\n    return [7]",
    "by a hook nobody knows": "@hookimpl\ndef entitlement_chek(situation):\n    return []",
    "in a hook": EMS + "@hookimpl\ndef entitlement_check(situation):\n    raise RuntimeError('boom')",
    "in a hook, with nonsense": EMS + "@hookimpl\ndef entitlement_check(situation):\n    return 'yes'",
    "in a hook, leaving": EMS + "@hookimpl\ndef entitlement_check(situation):\n    raise SystemExit(3)",
    "at import, by what is no ordinary error": "import asyncio\nraise asyncio.CancelledError",
    "at start, by what is no ordinary error": "@hookimpl\ndef register_products(cloud):\n    raise GeneratorExit",
    "in a hook, by what is no ordinary error": EMS
    + "import asyncio\n@hookimpl\ndef entitlement_check(situation):\n    raise asyncio.CancelledError",
    "with a check whose outcome does not exist": EMS
    + "@hookimpl\ndef entitlement_check(situation):\n"
    + "    return [Check(outcome='pass', reason='x').model_copy(update={'outcome': 'maybe', 'reason': None})]",
    "with a product that was never validated": "@hookimpl\ndef register_products(cloud):\n"
    + "    return [Product.model_construct(key='ems', label=None, third_party=True)]",
    "by registering one product twice": EMS.replace("return [", "return 2 * ["),
    "by a module that raises when it is looked at": "def __getattr__(name):\n    raise RuntimeError(name)",
    "by silence": EMS + "@hookimpl\ndef entitlement_check(situation):\n    return []",
}
OTHERS = tuple(name for name in ALL_PLUGINS if name != "office365")


class Timer:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def desk_with(install_plugin, make_app, demo_database, tmp_path):
    """Return a function that installs a bad plugin beside ours and returns the application with the example data."""

    def make(code, **settings):
        install_plugin("bad", HEAD + code)
        copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
        return make_app(database_url=f"sqlite:///{copy}", plugins=("bad", *OTHERS), **settings)

    return make


@pytest.fixture
def loaded(install_plugin):
    """Return a function that loads one plugin with a timer of the test's, and the timer."""

    def make(code, name="widget"):
        install_plugin(name, HEAD + code)
        timer = Timer()
        return load(load_settings(plugins=(name,)), records=Records(times=Times(timer))), timer

    return make


@pytest.fixture
def slow_clock(monkeypatch):
    """Return a timer that the application made next reads instead of the machine's."""
    timer = Timer()
    monkeypatch.setattr("webapp.app.Times", lambda now: Times(timer, now))
    return timer


def module_of(plugins, name):
    return sys.modules[plugins.found[name].entry_point.module]


def ems(plugins):
    return make_situation(plugins.product("global", "ems"))


def reported(plugins, name="widget"):
    return next(plugin for plugin in report.of(plugins) if plugin.name == name)


@pytest.mark.parametrize("code", BAD.values(), ids=BAD)
def test_pages_stay_up_and_other_products_are_filed_with_a_plugin_that_fails(desk_with, code):
    app = desk_with(code)
    filer = Desk(app.test_client(), FILER)

    for _unused in range(7):
        pages = [filer.get(address) for address in ("/", "/customers", "/entitlements", "/requests", "/help")]
        assert [page.status for page in pages] == [200] * 5
    assert filer.get(filer.customer("Contoso")).status == 200
    assert filer.filed("Contoso", "azure")
    assert app.test_client().get("/readyz").json["parts"]["plugins"] == "degraded"
    page = Desk(app.test_client(), OPERATOR).get("/admin/plugins")
    assert page.status == 200
    assert any(state in page.words for state in ("bad onbehalf-bad 1.2 failed", "1.2 paused", "1.2 incompatible"))


def pages_are_up(app, reader):
    pages = [reader.get(address) for address in ("/", "/customers", "/entitlements", "/requests", "/help")]
    contoso = reader.get(reader.customer("Contoso"))
    return [page.status for page in (*pages, contoso)] == [200] * 6 and bool(reader.filed("Contoso", "azure"))


def told_of_bad(app):
    return Desk(app.test_client(), OPERATOR).get("/admin/plugins").words.partition("bad onbehalf-bad")[2][:300]


def test_a_plugin_that_is_slow_three_times_is_paused_with_a_reason_and_the_pages_go_on(desk_with, slow_clock):
    app = desk_with(EMS + FINE.replace("return [Check", "timer.seconds += 2.5; return [Check"))
    plugins = app.extensions["onbehalf"].plugins
    module_of(plugins, "bad").timer = slow_clock
    filer = Desk(app.test_client(), FILER)
    checklist = f"{filer.customer('Contoso')}/entitlement?product=ems"

    seen = [filer.get(checklist) for _unused in range(5)]

    assert [page.status for page in seen] == [200] * 5
    assert ["Fine." in page.words for page in seen] == [True, True, True, False, False]
    assert "The plugin bad is paused for a while: entitlement_check took longer than 2 s" in seen[-1].words
    assert "1.2 paused entitlement_check took longer than 2 s several times." in told_of_bad(app)
    assert pages_are_up(app, filer)


def test_after_the_pause_one_call_is_let_through_and_a_plugin_that_is_mended_files_again(desk_with, slow_clock):
    app = desk_with(
        EMS + "working, asked = [], []\n" + FINE.replace("return [Check", "asked.append(1); working[0]; return [Check")
    )
    bad = module_of(app.extensions["onbehalf"].plugins, "bad")
    filer = Desk(app.test_client(), FILER)
    checklist = f"{filer.customer('Contoso')}/entitlement?product=ems"
    for _unused in range(8):
        filer.get(checklist)
    assert "1.2 paused" in told_of_bad(app)
    asked = len(bad.asked)

    slow_clock.seconds += 61
    for _unused in range(3):
        assert filer.get(checklist).status == 200
    assert (len(bad.asked), "1.2 paused" in told_of_bad(app)) == (asked + 1, True)
    assert pages_are_up(app, filer)

    bad.working.append(True)
    slow_clock.seconds += 61
    assert filer.filed("Contoso", "ems")
    assert "1.2 enabled" in told_of_bad(app)


def test_a_request_of_a_paused_plugin_is_refused_by_name_and_keeps_what_was_typed(desk_with):
    app = desk_with(EMS + FINE.replace("return PreparedRequest", "1 / 0; return PreparedRequest"))
    filer = Desk(app.test_client(), FILER)
    form = filer.new("Contoso", "ems")

    answers = [filer.send(form, action="file", title="Phones do not enrol") for _unused in range(6)]

    assert [answer.status for answer in answers] == [500] * 5 + [503]
    for words in ("bad", "paused", "build_request failed 5 times in a row", "start in Partner Center by hand"):
        assert words in answers[-1].words
    assert "Phones do not enrol" in answers[-1].text
    assert filer.filed("Contoso", "azure")


def test_entitlement_and_door_fail_closed_while_a_plugin_is_paused(loaded):
    plugins, _timer = loaded(EMS + FINE.replace("return [Check", "1 / 0; return [Check"))
    deployment = Deployment(load_settings(), plugins, database=None)
    for _unused in range(5):
        assert entitlements.check(deployment, ems(plugins)).outcome == "unknown"

    paused = entitlements.check(deployment, ems(plugins))

    assert isinstance(paused.error, PluginPaused)
    draft = make_draft(plugins.product("global", "ems"))
    for ask in (paused.require, lambda: asking.prepared(plugins, draft), lambda: asking.target(plugins, draft, None)):
        with pytest.raises(PluginPaused) as refused:
            ask()
        assert refused.value.plugin == "widget"
        assert "paused" in str(refused.value.message)
        assert str(refused.value.remedy)


def test_a_plugin_that_is_mended_comes_back_when_its_pause_is_over(loaded):
    plugins, timer = loaded(EMS + "working = []\n" + FINE.replace("return [Check", "working[0]; return [Check"))
    deployment = Deployment(load_settings(), plugins, database=None)
    for _unused in range(6):
        entitlements.check(deployment, ems(plugins))
    assert "asked again in 60 s" in str(reported(plugins).remedy)

    timer.seconds += 61
    assert entitlements.check(deployment, ems(plugins)).error.hook == "entitlement_check"
    assert reported(plugins).state == "paused"

    timer.seconds += 61
    module_of(plugins, "widget").working.append(True)
    assert entitlements.check(deployment, ems(plugins)).outcome == "allowed"
    assert reported(plugins).state == "enabled"


def test_a_plugin_over_its_budget_three_times_is_paused_and_its_answers_until_then_count(loaded):
    plugins, timer = loaded(EMS + FINE.replace("return [Check", "timer.seconds += 2.5; return [Check"))
    module_of(plugins, "widget").timer = timer
    deployment = Deployment(load_settings(), plugins, database=None)

    outcomes = [entitlements.check(deployment, ems(plugins)).outcome for _unused in range(4)]

    assert outcomes == ["allowed"] * 3 + ["unknown"]
    assert "took longer than 2 s" in str(reported(plugins).reason)


@pytest.mark.parametrize(
    ("code", "manifest"),
    [
        ("def entitlement_check(situation):\n    return []", ""),
        ("@hookimpl\ndef entitlement_check(situation, form):\n    return []", ""),
        (
            "@hookimpl\ndef register_clouds():\n    1 / 0\n\n@hookimpl\ndef entitlement_check():\n    return []",
            "",
        ),
        ("1 / 0", 'id = "rule"\napi = ">=1.0,<2"\n'),
        ("", 'id = "rule"\napi = ">=7.0,<8"\n'),
    ],
    ids=["without its mark", "unfit", "at start", "at import, known by its manifest", "for another API"],
)
def test_nothing_is_filed_past_a_policy_that_was_left_out(install_plugin, code, manifest):
    install_plugin("rule", HEAD + code, manifest=manifest)
    plugins = load(load_settings(plugins=("rule", "azure")))
    deployment = Deployment(load_settings(), plugins, database=None)

    refused = entitlements.check(deployment, make_situation(plugins.product("global", "azure")))

    assert refused.outcome == "unknown"
    assert refused.error.plugin == "rule"
    assert "judges every request" in str(refused.error.message)


def test_an_owner_that_was_left_out_keeps_nobody_elses_request_from_being_filed(install_plugin):
    install_plugin("mine", "1 / 0", manifest='id = "mine"\napi = ">=1.0,<2"\nproducts = ["ems"]\n')
    plugins = load(load_settings(plugins=("mine", "azure")))
    deployment = Deployment(load_settings(), plugins, database=None)

    assert entitlements.check(deployment, make_situation(plugins.product("global", "azure"))).outcome != "unknown"


def test_the_report_asks_no_plugin(loaded):
    plugins, _timer = loaded(EMS + FINE)
    asked = {call.hook: call.calls for call in reported(plugins).calls}
    module_of(plugins, "widget").Product = None  # were it asked once more, it would fail

    again = reported(plugins)

    assert {call.hook: call.calls for call in again.calls} == asked == {"register_clouds": 1, "register_products": 1}
    assert (again.products, again.hooks[0]) == (("ems",), "build_request")
    assert again.last_error is None


RINGING = """
from pydantic import BaseModel
rung, fails = [], []

class Settings(BaseModel):
    days: int = 3

@hookimpl
def register_clouds():
    rung.append("register_clouds")
    return []

@hookimpl
def register_products(cloud):
    rung.append("register_products")
    return [Product(key="ems", label="EMS", vendor="Microsoft", portal="intune")] if cloud.key == "global" else []

@hookimpl
def entitlement_check(situation):
    rung.append("entitlement_check")
    fails and fails[0] / 0
    return [Check(outcome="pass", reason="Fine.")]

@hookimpl
def build_request(draft):
    rung.append("build_request")

@hookimpl
def redirect_target(draft):
    rung.append("redirect_target")
"""


def test_the_operators_page_shows_every_state_and_rings_no_plugin(install_plugin, make_app, demo_database, tmp_path):
    install_plugin("widget", HEAD + RINGING)
    install_plugin("shaky", HEAD + RINGING.replace("ems", "dynamics365"))
    install_plugin("broken", "1 / 0")
    install_plugin(
        "old", "1 / 0", manifest='id = "old"\napi = ">=0.1,<0.9"\nclouds = ["moon"]\nproducts = ["rocket"]\n'
    )
    install_plugin("asleep", "1 / 0")
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    app = make_app(database_url=f"sqlite:///{copy}", plugins=("usgov", "widget", "shaky", "broken", "old"))
    plugins = app.extensions["onbehalf"].plugins
    widget, shaky = (module_of(plugins, name) for name in ("widget", "shaky"))
    shaky.fails.append(1)
    filer = Desk(app.test_client(), FILER)
    for _unused in range(6):
        filer.get(filer.customer("Contoso"))
    operator = Desk(app.test_client(), OPERATOR)
    operator.get("/admin/plugins")
    for module in (widget, shaky):
        module.rung.clear()

    words = operator.get("/admin/plugins").words

    assert widget.rung == shaky.rung == []
    for said in (
        "widget onbehalf-widget 1.2 enabled ems build_request entitlement_check 6 calls,",
        "shaky onbehalf-shaky 1.2 paused entitlement_check failed 5 times in a row, last with PluginRaised.",
        "Last error: PluginRaised in entitlement_check",
        "broken onbehalf-broken 1.2 failed The plugin broken could not be imported: ZeroDivisionError",
        "old onbehalf-old 1.2 incompatible The plugin old works with the plugin API >=0.1,<0.9",
        "would bring moon would bring rocket",
        "asleep onbehalf-asleep 1.2 disabled",
        "days default",
        "usgov onbehalf-usgov",
    ):
        assert said in words, (said, words)


def told_by_command(capsys, name):
    with pytest.raises(SystemExit):
        main(["plugins", "--json"])
    return next(plugin for plugin in json.loads(capsys.readouterr().out)["plugins"] if plugin["name"] == name)


def test_the_command_asks_no_plugin_and_says_what_its_manifest_says(install_plugin, monkeypatch, capsys):
    module = install_plugin("widget", HEAD + RINGING, manifest='id = "widget"\napi = ">=1.0,<2"\nproducts = ["ems"]\n')
    monkeypatch.setenv("ONBEHALF_PLUGINS", "widget")

    told = told_by_command(capsys, "widget")

    assert sys.modules[module].rung == []
    assert told["hooks"] == [
        "build_request", "entitlement_check", "redirect_target", "register_clouds", "register_products"
    ]  # fmt: skip
    assert {key: told[key] for key in ("version", "state", "products", "known_settings", "settings", "last_error")} == {
        "version": "1.2",
        "state": "enabled",
        "products": ["ems"],
        "known_settings": ["days"],
        "settings": [],
        "last_error": None,
    }
    assert (told["calls"], told["in_processes"]) == ({}, [])


def test_what_a_plugin_prints_at_its_import_does_not_stand_in_the_json(install_plugin, monkeypatch, capsys):
    install_plugin("widget", "print('hello from the widget')\n" + HEAD + EMS + FINE)
    monkeypatch.setenv("ONBEHALF_PLUGINS", "widget")

    for command in (["plugins", "--json"], ["doctor", "--offline", "--json"]):
        with pytest.raises(SystemExit):
            main(command)

        assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("sold_in", "clouds", "refused"),
    [("global", "", True), ("usgov", "", False), ("usgov", "global,usgov", False), ("global", "global", True)],
)
def test_the_command_refuses_two_plugins_that_by_their_manifests_bring_one_product_to_a_cloud(
    install_plugin, monkeypatch, sold_in, clouds, refused
):
    told = 'id = "{}"\napi = ">=1.0,<2"\nproducts = ["ems"]\nsold_in = ["{}"]\n'
    install_plugin("one", HEAD + EMS, manifest=told.format("one", "global"))
    install_plugin("two", HEAD + EMS, manifest=told.format("two", sold_in))
    settings = load_settings(plugins=("one", "two"), clouds=tuple(filter(None, clouds.split(","))))

    if refused:
        with pytest.raises(StartRefused, match="global/ems is registered by two plugins: one and two"):
            look(settings)
    else:
        assert {"one", "two"} <= set(look(settings).running)


def test_a_name_with_the_wrong_dash_is_put_right(install_plugin):
    install_plugin("two-words", HEAD + EMS)

    with pytest.raises(StartRefused) as refused:
        look(load_settings(plugins=("two_words",)))

    assert str(refused.value.remedy) == "Write two-words, which is."


def test_a_product_whose_plugin_was_left_out_names_the_plugin_and_keeps_what_was_typed(
    install_plugin, make_app, demo_database, tmp_path
):
    install_plugin("bad", "1 / 0", manifest='id = "bad"\napi = ">=1.0,<2"\nproducts = ["ems"]\nsold_in = ["global"]\n')
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    app = make_app(database_url=f"sqlite:///{copy}", plugins=("azure", "bad"))
    filer = Desk(app.test_client(), FILER)
    form = f"{filer.customer('Contoso')}/requests/new?product=ems"

    page = filer.get(form)

    assert page.status == 503
    assert "its plugin bad does not run" in page.words
    assert "ZeroDivisionError" in page.words
    assert filer.get(form.replace("ems", "nothing")).status == 404


def test_for_another_vendors_product_the_way_round_is_that_vendor(desk_with):
    app = desk_with(
        EMS.replace('vendor="Microsoft", portal="intune"', 'vendor="Acme", portal=None, third_party=True')
        + FINE.replace("return [Check", "1 / 0; return [Check")
    )

    filer = Desk(app.test_client(), FILER)
    words = filer.get(f"{filer.customer('Contoso')}/entitlement?product=ems").words

    assert "turn to the vendor by hand" in words
    assert "Partner Center by hand" not in words


def test_the_command_says_in_json_what_runs_what_does_not_and_why(install_plugin, monkeypatch, capsys):
    install_plugin("broken", "raise RuntimeError('boom')")
    install_plugin(
        "old", "", manifest='id = "old"\napi = ">=0.1,<0.9"\nproducts = ["azure"]\nhosts = ["api.example.com"]\n'
    )
    install_plugin("asleep", "raise RuntimeError('this must not run')")
    install_plugin("widget", HEAD + EMS + FINE)
    monkeypatch.setenv("ONBEHALF_PLUGINS", "broken,old,widget")

    with pytest.raises(SystemExit):
        main(["plugins", "--json"])
    told = {plugin["name"]: plugin for plugin in json.loads(capsys.readouterr().out)["plugins"]}

    states = {name: told[name]["state"] for name in ("broken", "old", "asleep", "widget")}
    assert states == {"broken": "failed", "old": "incompatible", "asleep": "disabled", "widget": "enabled"}
    assert "RuntimeError" in told["broken"]["reason"]
    assert told["broken"]["remedy"]
    assert "0.9" in told["old"]["reason"]
    assert told["old"]["manifest"]["hosts"] == ["api.example.com"]
    assert told["widget"]["hooks"] == ["build_request", "entitlement_check", "redirect_target", "register_products"]
    assert told["widget"]["at_next_start"] == "enabled"
    assert told["widget"]["reason"] is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from webapp import Product\n\nProduct(key='ems', label=None, vendor='M', portal=None)", "Product: label: "),
        ("x = {}\nx['a secret of mine']", "KeyError ("),
        ("def broken(:", "SyntaxError ("),
        ("raise SystemExit('a secret of mine')", "SystemExit ("),
    ],
    ids=["a value that does not fit", "a mistake", "no Python", "an end"],
)
def test_what_failed_at_import_is_named_with_its_line_and_without_its_words(install_plugin, code, said):
    module = install_plugin("broken", code)
    last = len(code.splitlines())

    reason = str(load(load_settings(plugins=("broken",))).left_out["broken"].reason)

    assert said in reason
    assert f"{module}.py:{last})" in reason
    assert "a secret of mine" not in reason


@pytest.mark.parametrize("code", ["def entitlement_chek(situation)", "def entitlement_check(situation, mood)"])
def test_a_hook_that_does_not_fit_is_told_without_the_place_of_its_files(install_plugin, code):
    module = install_plugin("odd", f"from webapp import hookimpl\n\n@hookimpl\n{code}:\n    return []")

    why = load(load_settings(plugins=("odd",))).left_out["odd"]

    assert "entitlement_chek" in str(why.reason) or "mood" in str(why.reason)
    assert module not in str(why.reason)
    assert "ONBEHALF_PLUGINS" in str(why.remedy)


def test_the_command_prints_the_reason_and_the_remedy_for_people(install_plugin, monkeypatch, capsys):
    install_plugin("broken", "raise RuntimeError('boom')")
    monkeypatch.setenv("ONBEHALF_PLUGINS", "broken")

    with pytest.raises(SystemExit):
        main(["plugins"])

    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:3] == ["broken", "1.2", "failed"] for line in lines)
    assert "RuntimeError" in lines[-1]
    assert "onbehalf-broken" in lines[-1]


def test_safe_mode_serves_the_pages_and_says_so(desk_with):
    app = desk_with("raise RuntimeError('this must not run')", safe_mode=True)

    page = Desk(app.test_client(), OPERATOR).get("/admin/plugins")

    assert "Unset ONBEHALF_SAFE_MODE" in page.words
    assert app.test_client().get("/readyz").json["parts"]["plugins"] == "degraded"
    filer = Desk(app.test_client(), FILER)
    assert [filer.get(address).status for address in ("/", "/requests", "/entitlements")] == [200] * 3


def test_a_desk_whose_only_cloud_is_gone_still_serves_its_pages(install_plugin, make_app, demo_database, tmp_path):
    install_plugin("bad", "1 / 0", manifest='id = "bad"\napi = ">=1.0,<2"\nclouds = ["china"]\n')
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")

    app = make_app(database_url=f"sqlite:///{copy}", plugins=("bad",), clouds=("china",))

    reader = Desk(app.test_client(), OPERATOR)
    pages = [
        reader.get(address) for address in ("/", "/customers", "/entitlements", "/requests", "/help", "/admin/plugins")
    ]
    assert [page.status for page in pages] == [200] * 6
