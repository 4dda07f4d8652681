"""The pages for plugin authors are true: every block of code in them runs."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import webapp
from webapp.commands import main
from webapp.config import load_settings
from webapp.i18n import LANGUAGES
from webapp.plugins import asking, help_texts
from webapp.plugins.loading import fitting, load
from webapp.plugins.manifest import Manifest
from webapp.testing import make_draft, make_partner, make_situation
from webapp.testing.conformance import TIERS, TITLES, examine

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", flags=re.DOTALL)
FILED = re.compile(r"^In `([^`]+)`:\n\n```\w+\n(.*?)```", flags=re.DOTALL | re.MULTILINE)
PAGES = ("tutorial.md", "recipes.md", "plugin-quality.md", "plugin-api.md", "hooks.md", "values.md")


def read(name):
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text, language):
    return [code for kind, code in BLOCK.findall(text) if kind == language]


def extending(readme):
    return re.search(r"^## Extend it\n(.*?)^## ", readme, flags=re.DOTALL | re.MULTILINE)[1]


@pytest.mark.parametrize("name", [*PAGES, "README.md"])
def test_no_block_of_code_is_written_so_that_these_tests_would_not_see_it(name):
    text = extending((ROOT / name).read_text("utf-8")) if name == "README.md" else read(name)
    outside = BLOCK.sub("", text)

    fences = re.findall(r"^\s*(?:```|~~~).*$", text, flags=re.MULTILINE)
    assert len(fences) == 2 * len(BLOCK.findall(text)), fences
    assert not re.findall(r"^(?: {4}|\t)\S.*$|<pre|<code", outside, flags=re.MULTILINE)


def test_the_readme_shows_one_plugin_and_its_entry_point_both_of_which_its_own_test_runs():
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [language for language, _code in BLOCK.findall(readme)] == ["python", "toml"]
    assert len(BLOCK.findall(extending(readme))) == 2


def test_each_recipe_has_its_module_and_what_it_does_and_nothing_stands_before_the_first():
    assert not BLOCK.findall(read("recipes.md").partition("\n## ")[0])
    assert {len(recipe) for recipe in recipes()} == {3}
    assert all("assert" in does for _heading, _code, does in recipes())


@pytest.fixture
def plugin_of_the_tutorial(tmp_path, monkeypatch):
    """Write what the tutorial writes, and install it as an installer would; yield the folder."""
    for name, code in FILED.findall(read("tutorial.md")):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") + "\n\n" if file.exists() else ""
        file.write_text(before + code, encoding="utf-8")
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, package),) = project["entry-points"]["onbehalf.plugins"].items()
    info = tmp_path / f"{package}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (info / "entry_points.txt").write_text(f"[onbehalf.plugins]\n{name} = {package}\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop(package, None)


def test_every_block_of_code_in_these_pages_is_one_that_a_test_here_runs():
    told = {name: len(BLOCK.findall(read(name))) for name in PAGES}
    filed, console = len(FILED.findall(read("tutorial.md"))), len(blocks(read("tutorial.md"), "console"))

    assert told["tutorial.md"] == filed + console
    assert told["recipes.md"] == sum(len(recipe[1:]) for recipe in recipes())
    assert told["plugin-quality.md"] == len(blocks(read("plugin-quality.md"), "python")) == 1
    assert told["plugin-api.md"] == len(
        [*blocks(read("plugin-api.md"), "toml"), *blocks(read("plugin-api.md"), "text")]
    )
    assert told["hooks.md"] == len(blocks(read("hooks.md"), "text"))
    assert told["values.md"] == 0


def test_the_tutorial_ends_with_a_plugin_that_files_for_a_vendor_that_is_not_microsoft(plugin_of_the_tutorial):
    assert [finding for finding in examine("acme-paging", "fits") if finding.outcome != "ok"] == []

    plugins = load(load_settings(plugins=("azure", "acme-paging")))
    product = plugins.product("global", "acme_paging")
    contract = webapp.Contract(plan="acme_paging_contract", contract_id="4711")
    draft = make_draft(product, partner=make_partner(contracts=(contract,)), answers={"reach": "site"})
    target = asking.target(plugins, draft, asking.prepared(plugins, draft))
    assert target.door.url == "https://support.acme-paging.example/new"
    refused = asking.checks(plugins, make_situation(product))
    assert "Fabrikam has no contract with Acme Paging." in [str(check.reason) for check in refused]


def test_the_tests_of_the_tutorial_pass(plugin_of_the_tutorial):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONBEHALF_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "tests"]

    ran = subprocess.run(
        command,
        cwd=plugin_of_the_tutorial,
        env=environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_commands_of_the_tutorial_say_what_it_shows(plugin_of_the_tutorial, monkeypatch, capsys):
    seen = []
    for block in blocks(read("tutorial.md"), "console"):
        for line in block.splitlines():
            command = line.removeprefix("$ ").split()
            if not line.startswith("$ "):
                assert line.split() in [printed.split() for printed in seen], line
            elif command[0] == "export":
                monkeypatch.setenv(*command[1].split("="))
            elif command[0] == "onbehalf":
                with pytest.raises(SystemExit) as ended:
                    main(command[1:])
                assert ended.value.code == 0
                seen = capsys.readouterr().out.splitlines()
            else:
                assert command[0] in {"pip", "pytest"}, "installed by the fixture, and run by the test above"


def recipes():
    """Return each recipe: its heading, its module, and what it does."""
    sections = re.split(r"^## ", read("recipes.md"), flags=re.MULTILINE)[1:]
    return [(section.partition("\n")[0], *blocks(section, "python")) for section in sections]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe[0])
def test_each_recipe_is_a_module_that_fits_and_does_what_it_says(recipe):
    _heading, code, does = recipe
    module = ModuleType("recipe")

    exec(code, vars(module))  # noqa: S102
    assert fitting(module) == ()
    exec(does, vars(module))  # noqa: S102


def test_the_reference_of_the_hooks_is_that_of_the_specification():
    tool = runpy.run_path(str(ROOT / "tests" / "tools" / "hooks.py"))

    assert read("hooks.md") == tool["page"](), "run: python tests/tools/hooks.py"
    assert set(tool["ORDER"]) == {hook for hook in TITLES_OF_HOOKS if hook}


def test_the_reference_of_the_values_is_that_of_their_classes():
    tool = runpy.run_path(str(ROOT / "tests" / "tools" / "values.py"))

    assert read("values.md") == tool["page"](), "run: python tests/tools/values.py"


def test_every_public_name_and_every_value_within_one_is_in_the_reference_of_the_values():
    tool = runpy.run_path(str(ROOT / "tests" / "tools" / "values.py"))
    named = set(re.findall(r"`(\w+)`", read("values.md")))

    assert set(webapp.__all__) <= named
    assert tool["offered"]() <= set(tool["listed"]())
    assert set(re.findall(r"\]\(#(\w+)\)", read("values.md"))) <= {name.lower() for name in tool["listed"]()}


TITLES_OF_HOOKS = re.findall(r"^def (\w+)\(", (ROOT / "webapp" / "hookspecs.py").read_text("utf-8"), flags=re.MULTILINE)


def test_the_checklist_names_each_check_of_the_kit_in_its_tier():
    sections = re.split(r"^## ", read("plugin-quality.md"), flags=re.MULTILINE)[1:]
    listed = {
        section.partition("\n")[0].lower(): re.findall(r"^- \[ \] (.*)$", section, re.MULTILINE) for section in sections
    }

    for tier, checks in TIERS.items():
        titles = [TITLES[check.__name__] for check in checks]
        assert [line for line in listed[tier] if line in TITLES.values() and line != TITLES["loads"]] == titles
    assert TITLES["loads"] in listed["works"]


def test_the_kit_is_taken_into_a_test_as_the_checklist_shows():
    (code,) = blocks(read("plugin-quality.md"), "python")
    taken = {}

    exec(code, taken)  # noqa: S102

    taken["test_conformance"]("loads")


def test_the_settings_of_the_manual_are_a_plugins_and_are_handed_in_as_it_shows():
    code, does = blocks(read("settings.md"), "python")
    module = ModuleType("onbehalf_acme")

    exec(code, vars(module))  # noqa: S102
    assert fitting(module) == ()
    exec(does, vars(module))  # noqa: S102


def test_the_manifest_of_the_manual_is_one_and_each_field_is_explained():
    page = read("plugin-api.md")
    (manifest,) = blocks(page, "toml")

    assert Manifest.model_validate(tomllib.loads(manifest)).fits()
    assert [
        re.match(r"\| `(\w+)` \|", line)[1] for line in page.splitlines() if re.match(r"\| `(\w+)` \| (yes|no)", line)
    ] == list(Manifest.model_fields)


def test_the_forms_of_names_in_the_manual_are_those_that_are_held():
    forms = re.findall(r"^\| (?:the plugin's name|a key): [^|]*\| `([^`]+)` \|", read("plugin-api.md"), re.MULTILINE)
    (name,) = (info.pattern for info in Manifest.model_fields["id"].metadata if hasattr(info, "pattern"))
    (key,) = (info.pattern for info in webapp.Choice.model_fields["key"].metadata if hasattr(info, "pattern"))

    assert forms == [name, key]


def test_the_help_text_of_the_manual_shows_every_mark_and_the_languages_are_all_named(tmp_path):
    page = read("plugin-api.md")
    (shown,) = blocks(page, "text")
    (tmp_path / "en.md").write_text(shown, encoding="utf-8")

    text = help_texts.read(tmp_path / "en.md")

    assert text.title == "The title, once, on the first line"
    assert [block.kind for block in text.blocks] == ["heading", "points", "steps", "words"]
    assert [(bool(piece.code), bool(piece.to)) for piece in text.blocks[-1].lines[0] if piece.code or piece.to] == [
        (True, False),
        (False, True),
    ]
    assert all(f"`{language}`" in page for language in LANGUAGES)


def test_every_page_these_pages_point_to_is_there():
    for name in PAGES:
        for link in re.findall(r"\]\((\w[\w.-]*\.md)[#)]", read(name)):
            assert (DOCS / link).is_file(), f"{name}: {link}"
