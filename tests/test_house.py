"""The shape of the code: sizes, the direction of imports, and manuals that are kept true."""

import ast
import inspect
import re
import runpy
from pathlib import Path

import pytest
from pydantic import BaseModel

from webapp import hookspecs
from webapp.config import PREFIX, Settings
from webapp.plugins.loading import BUILT_IN, installed

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(
    path
    for path in [*ROOT.glob("webapp/**/*.py"), *ROOT.glob("plugins/*/onbehalf_*/**/*.py")]
    if "_migrations" not in path.parts
)
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "lib"}
WEB = {
    "flask",
    "flask_babel",
    "werkzeug",
    "jinja2",
    "wtforms",
    "markupsafe",
    "htmx_flask",
    "flask_wtf",
    "flask_compress",
    "flask_bootstrap",
}
WITHOUT_WEB = ("contracts", "plugins", "entitlements", "filing", "response_clock", "service_requests")
SPECIFIED = [
    hook
    for _name, hook in inspect.getmembers(hookspecs, inspect.isfunction)
    if hook.__module__ == hookspecs.__name__ and not hook.__name__.startswith("_")
]


def named(path):
    return str(path.relative_to(ROOT))


def functions_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def packages_imported_by(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def is_without_web(path):
    top = path.relative_to(ROOT).parts
    if top[0] == "plugins":
        return True
    return Path(top[1]).stem in WITHOUT_WEB or top[1].startswith("programme")


def test_no_module_is_longer_than_250_lines():
    longer = {named(path): lines for path in CODE if (lines := len(path.read_text("utf-8").splitlines())) > 250}

    assert longer == {}


def test_no_function_is_longer_than_40_lines():
    longer = {
        f"{named(path)}:{function.name}": lines
        for path in CODE
        for function in functions_in(path)
        if (lines := function.end_lineno - function.lineno + 1) > 40
    }

    assert longer == {}


def test_half_of_the_functions_are_shorter_than_11_lines():
    lengths = [node.end_lineno - node.lineno + 1 for path in CODE for node in functions_in(path)]

    assert sorted(lengths)[len(lengths) // 2] < 11


def test_no_module_is_a_drawer_of_unrelated_things():
    assert [named(path) for path in CODE if path.stem in DRAWERS] == []


def test_rules_and_plugins_know_nothing_of_the_web_but_what_a_text_is():
    strangers = {
        named(path): found for path in CODE if is_without_web(path) and (found := WEB & set(packages_imported_by(path)))
    }

    assert strangers == {"webapp/contracts/values.py": {"flask_babel"}}


def test_only_the_settings_read_the_environment():
    reading = {
        named(path)
        for path in CODE
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8")) and "testing" not in path.parts
    }

    assert {path.rpartition("/")[0] for path in reading} == {"webapp/config"}


def test_only_two_modules_know_pluggy_beside_the_hooks():
    using = {named(path) for path in CODE if "pluggy" in packages_imported_by(path)}

    assert using == {"webapp/hookspecs.py", "webapp/plugins/loading.py", "webapp/plugins/asking.py"}


@pytest.mark.parametrize("hook", SPECIFIED, ids=lambda hook: hook.__name__)
def test_a_hooks_manual_names_every_argument_and_the_answer(hook):
    manual = inspect.getdoc(hook)

    described = re.findall(r"^:param (\w+):", manual, flags=re.MULTILINE)

    assert described == list(inspect.signature(hook).parameters)
    assert ":returns:" in manual


@pytest.mark.parametrize("hook", SPECIFIED, ids=lambda hook: hook.__name__)
def test_a_plugin_we_ship_uses_every_hook(hook):
    shipped = [plugin.entry_point.load() for plugin in installed().values() if plugin.entry_point] + [
        *BUILT_IN.values()
    ]

    assert any(hasattr(module, hook.__name__) for module in shipped)


def settings_of_deployment_and_plugins():
    yield from ((PREFIX + name.upper(), field) for name, field in Settings.model_fields.items())
    for plugin in installed().values():
        schema = getattr(plugin.entry_point.load(), "Settings", None) if plugin.entry_point else None
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            prefix = f"{PREFIX}{plugin.name.upper()}_"
            yield from ((prefix + name.upper(), field) for name, field in schema.model_fields.items())


@pytest.mark.parametrize(("variable", "field"), list(settings_of_deployment_and_plugins()))
def test_every_setting_is_in_the_manual_with_a_meaning(variable, field):
    manual = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert field.description
    assert f"| `{variable}` |" in manual


def test_the_manual_of_the_settings_is_what_the_settings_say():
    tool = runpy.run_path(str(ROOT / "tests" / "tools" / "settings.py"))

    assert tool["page"]() == tool["PAGE"].read_text(encoding="utf-8")
