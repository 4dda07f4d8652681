"""One plugin is asked at a time; whatever it does wrong has its name, and harms no other."""

from __future__ import annotations

import logging

import pytest

from webapp import entitlements
from webapp.config import load_settings
from webapp.deployment import Deployment
from webapp.errors import NotEntitled, PluginError, PluginRaised, PluginSaidNonsense, PluginSilent, reference
from webapp.plugins import asking
from webapp.plugins.loading import load
from webapp.testing import make_draft, make_situation

HEAD = """
from pydantic import BaseModel
from webapp import (
    Answer, Check, PortalDoor, PreparedRequest, Product, RedirectTarget, Remedy, hookimpl
)
"""
OWNER = """
class Settings(BaseModel):
    answer: str = "42"

@hookimpl
def register_products(cloud):
    return [Product(key="azure", label="Azure", vendor="Microsoft", portal="azure")]
"""
CHECKS = """
@hookimpl
def entitlement_check(situation):
    return [Check(outcome="pass", reason="Said by the owner.")]
"""
BUILDS = """
@hookimpl
def build_request(draft):
    return PreparedRequest(answers=(Answer(label="Title", value=draft.title),))
"""
REDIRECTS = """
@hookimpl
def redirect_target(draft, prepared):
    return RedirectTarget(door=PortalDoor(portal="azure"), steps=("Go.",), review="There.")
"""
ALL_HOOKS = OWNER + CHECKS + BUILDS + REDIRECTS
WRONG = {
    "raises": ("raise RuntimeError('boom')", PluginRaised),
    "divides by nothing": ("return 1 / 0", PluginRaised),
    "leaves": ("raise SystemExit(1)", PluginRaised),
    "recurses": ("return entitlement_check(situation)", PluginRaised),
    "yields and raises": ("yield Check(outcome='pass', reason='So far so good.')\n    1 / 0", PluginRaised),
    "says a word": ("return 'allowed'", PluginSaidNonsense),
    "says an empty word": ("return ''", PluginSaidNonsense),
    "says bytes": ("return b'allowed'", PluginSaidNonsense),
    "says true": ("return True", PluginSaidNonsense),
    "says a number": ("return 7", PluginSaidNonsense),
    "says one check": ("return Check(outcome='pass', reason='Not in a list.')", PluginSaidNonsense),
    "says a list of words": ("return ['allowed']", PluginSaidNonsense),
    "says a check and none": ("return [Check(outcome='pass', reason='Fine.'), None]", PluginSaidNonsense),
    "says a dictionary": ("return {'outcome': 'pass'}", PluginSaidNonsense),
    "makes a check without a remedy": ("return [Check(outcome='fail', reason='No.')]", PluginRaised),
}
SILENT = {"None": "return None", "an empty list": "return []", "an empty generator": "return\n    yield"}


@pytest.fixture
def reading():
    token = reference.set("REF-77")
    yield
    reference.reset(token)


@pytest.fixture
def plugins_with(install_plugin, reading):
    """Return a function that installs plugins, each by its code, and loads them."""

    def make(**codes):
        for name, code in codes.items():
            install_plugin(name, HEAD + code)
        return load(load_settings(plugins=tuple(codes)))

    return make


@pytest.fixture
def logged(caplog):
    """Return the lines that the guard logged."""
    caplog.set_level(logging.INFO)
    return lambda: [record.getMessage() for record in caplog.records if record.name == "onbehalf.plugins"]


def checking(body):
    return f"\n@hookimpl\ndef entitlement_check(situation):\n    {body}\n"


def azure(plugins, **changes):
    return make_situation(plugins.product("global", "azure"), **changes)


def draft(plugins):
    return make_draft(plugins.product("global", "azure"))


def reasons(plugins, **changes):
    return [str(check.reason) for check in asking.checks(plugins, azure(plugins, **changes))]


def test_only_the_owner_is_asked_about_its_product(plugins_with):
    greedy = """
@hookimpl
def register_products(cloud):
    return [Product(key="ems", label="EMS", vendor="Microsoft", portal="intune")]

@hookimpl
def entitlement_check(situation):
    raise AssertionError("asked about " + situation.product.key)

@hookimpl
def build_request(draft):
    raise AssertionError("asked about " + draft.situation.product.key)

@hookimpl
def redirect_target(draft, prepared):
    raise AssertionError("asked about " + draft.situation.product.key)
"""
    plugins = plugins_with(owner=ALL_HOOKS, greedy=greedy)

    prepared = asking.prepared(plugins, draft(plugins))

    assert "Said by the owner." in reasons(plugins)
    assert str(prepared.answers[0].value) == "VM does not start"
    assert str(asking.target(plugins, draft(plugins), prepared).review) == "There."


def test_a_policy_builds_nothing_and_opens_no_door(plugins_with):
    evil = """
@hookimpl
def entitlement_check(situation):
    return ()

@hookimpl
def build_request(draft):
    return PreparedRequest(answers=(Answer(label="Title", value="Taken over."),))

@hookimpl
def redirect_target(draft, prepared):
    return RedirectTarget(door=PortalDoor(portal="entra"), steps=("Go.",), review="Taken over.")
"""
    plugins = plugins_with(owner=ALL_HOOKS, policy=evil)

    prepared = asking.prepared(plugins, draft(plugins))

    assert str(prepared.answers[0].value) == "VM does not start"
    assert asking.target(plugins, draft(plugins), prepared).door.portal == "azure"


def test_a_policy_adds_its_checks_before_the_owners_and_one_that_fails_refuses(plugins_with):
    no = 'return [Check(outcome="fail", reason="House rules.", remedy=Remedy(text="Ask the house."))]'
    plugins = plugins_with(policy=checking(no), owner=ALL_HOOKS)
    found = reasons(plugins)

    assert found.index("House rules.") < found.index("Said by the owner.")
    deployment = Deployment(load_settings(), plugins, database=None)
    with pytest.raises(NotEntitled) as refusal:
        entitlements.check(deployment, azure(plugins)).require()
    assert [str(check.reason) for check in refusal.value.checks] == found


def test_a_policy_is_asked_about_a_product_that_is_not_sold_and_its_owner_is_not(plugins_with):
    plugins = plugins_with(policy=checking("return [Check(outcome='pass', reason='House rules.')]"), owner=ALL_HOOKS)

    found = [str(check.reason) for check in asking.checks(plugins, azure(plugins), sold=False)]

    assert "House rules." in found
    assert "Said by the owner." not in found


def test_a_plugin_reads_its_own_settings_and_no_others(plugins_with, monkeypatch):
    monkeypatch.setenv("ONBEHALF_OWNER_ANSWER", "from the deployer")
    says = "return [Check(outcome='pass', reason=f'{__name__[5:10]}: {getattr(situation.settings, \"answer\", None)}')]"
    plugins = plugins_with(owner=OWNER + checking(says), house=checking(says))

    found = reasons(plugins)

    assert "owner: from the deployer" in found
    assert "house: None" in found


@pytest.mark.parametrize(("body", "kind"), WRONG.values(), ids=WRONG)
def test_an_owner_that_goes_wrong_is_named_with_hook_product_and_reference_and_logged_once(
    plugins_with, logged, body, kind
):
    plugins = plugins_with(owner=OWNER + checking(body))

    with pytest.raises(kind) as error:
        asking.checks(plugins, azure(plugins))

    where = error.value
    assert (where.plugin, where.hook, where.product, where.reference) == (
        "owner",
        "entitlement_check",
        "azure",
        "REF-77",
    )
    assert "owner" in str(where.message)
    assert "start in Partner Center by hand" in str(where.remedy)
    (line,) = logged()
    for part in ("plugin=owner", "hook=entitlement_check", "product=azure", "reference=REF-77", kind.__name__):
        assert part in line


@pytest.mark.parametrize("body", [body for body, _kind in WRONG.values()], ids=WRONG)
def test_a_policy_that_goes_wrong_refuses_by_its_own_name(plugins_with, logged, body):
    plugins = plugins_with(owner=ALL_HOOKS, policy=checking(body))

    with pytest.raises(PluginError) as error:
        asking.checks(plugins, azure(plugins))

    assert error.value.plugin == "policy"
    assert len(logged()) == 1


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT)
def test_an_owner_that_is_silent_is_an_error_and_a_policy_that_is_silent_objects_to_nothing(plugins_with, logged, body):
    silent_policy = plugins_with(owner=ALL_HOOKS, policy=checking(body))
    assert reasons(silent_policy)[-1] == "Said by the owner."
    assert logged() == []

    silent_owner = plugins_with(quiet=OWNER + checking(body))
    with pytest.raises(PluginSilent) as error:
        asking.checks(silent_owner, azure(silent_owner))
    assert error.value.plugin == "quiet"
    assert len(logged()) == 1


def test_an_owner_without_the_hook_is_as_silent_as_one_that_returns_nothing(plugins_with):
    plugins = plugins_with(owner=OWNER)

    for ask in (
        lambda: asking.checks(plugins, azure(plugins)),
        lambda: asking.prepared(plugins, draft(plugins)),
        lambda: asking.target(plugins, draft(plugins), None),
    ):
        with pytest.raises(PluginSilent):
            ask()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return None", PluginSilent),
        ("raise RuntimeError('boom')", PluginRaised),
        ("return 'https://portal.azure.com'", PluginSaidNonsense),
        ("return []", PluginSaidNonsense),
        ("return {}", PluginSaidNonsense),
        ("return [PreparedRequest(answers=(Answer(label='Title', value='In a list'),))]", PluginSaidNonsense),
        ("return PortalDoor(portal='azure')", PluginSaidNonsense),
        ("return PreparedRequest(answers=())", PluginRaised),
        ("yield Answer(label='Title', value='One by one')", PluginSaidNonsense),
    ],
)
def test_an_owner_that_builds_no_request_is_named_and_logged_once(plugins_with, logged, body, kind):
    plugins = plugins_with(owner=OWNER + f"\n@hookimpl\ndef build_request(draft):\n    {body}\n")

    with pytest.raises(kind) as error:
        asking.prepared(plugins, draft(plugins))

    assert (error.value.plugin, error.value.hook, error.value.product) == ("owner", "build_request", "azure")
    (line,) = logged()
    assert "hook=build_request" in line
    assert "reference=REF-77" in line


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return None", PluginSilent),
        ("raise KeyError('url')", PluginRaised),
        ("return 'https://evil.com'", PluginSaidNonsense),
        ("return PortalDoor(portal='azure')", PluginSaidNonsense),
        ("return prepared", PluginSaidNonsense),
        ("draft.situation.answers['tried'] = 'changed'", PluginRaised),
        ("draft.title = 'changed'", PluginRaised),
    ],
)
def test_an_owner_that_opens_no_door_is_named_and_logged_once(plugins_with, logged, body, kind):
    plugins = plugins_with(owner=OWNER + BUILDS + f"\n@hookimpl\ndef redirect_target(draft, prepared):\n    {body}\n")
    prepared = asking.prepared(plugins, draft(plugins))

    with pytest.raises(kind) as error:
        asking.target(plugins, draft(plugins), prepared)

    assert (error.value.plugin, error.value.hook, error.value.product) == ("owner", "redirect_target", "azure")
    assert len(logged()) == 1


def test_the_log_holds_the_plugins_own_traceback_and_the_reader_does_not_see_it(plugins_with, caplog):
    plugins = plugins_with(owner=OWNER + checking("raise RuntimeError('a secret of the plugin')"))

    with pytest.raises(PluginRaised) as error:
        asking.checks(plugins, azure(plugins))

    assert "a secret of the plugin" in caplog.text
    assert "a secret of the plugin" not in str(error.value)


def test_a_broken_plugin_takes_no_other_product_with_it(plugins_with):
    other = """
@hookimpl
def register_products(cloud):
    return [Product(key="ems", label="EMS", vendor="Microsoft", portal="intune")]
"""
    plugins = plugins_with(owner=ALL_HOOKS, broken=other + checking("raise RuntimeError('boom')"))
    deployment = Deployment(load_settings(), plugins, database=None)

    broken = entitlements.check(deployment, make_situation(plugins.product("global", "ems")))
    fine = entitlements.check(deployment, azure(plugins))

    assert (broken.outcome, broken.error.plugin) == ("unknown", "broken")
    assert fine.outcome == "allowed"


def test_nobody_knows_is_not_allowed(plugins_with):
    plugins = plugins_with(owner=OWNER + checking("raise RuntimeError('boom')"))
    deployment = Deployment(load_settings(), plugins, database=None)

    with pytest.raises(PluginRaised):
        entitlements.check(deployment, azure(plugins)).require()


def test_a_door_that_was_never_validated_leads_nowhere(install_plugin):
    code = (
        OWNER
        + CHECKS
        + BUILDS
        + """
from webapp import ExternalDoor
@hookimpl
def redirect_target(draft):
    door = ExternalDoor.model_construct(url="javascript:alert(1)")
    return RedirectTarget.model_construct(door=door, steps=("Go.",), review="There.")
"""
    )
    install_plugin("azur", HEAD + code)
    plugins = load(load_settings(plugins=("azur",)))
    draft = make_draft(plugins.product("global", "azure"))

    with pytest.raises(PluginSaidNonsense, match="RedirectTarget that does not hold"):
        asking.target(plugins, draft, asking.prepared(plugins, draft))
