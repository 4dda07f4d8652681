"""The README is true: its plugin runs, and its commands exist."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from webapp.commands import cli
from webapp.config import load_settings
from webapp.plugins import asking
from webapp.plugins.loading import load
from webapp.testing import make_situation

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)[1]


@pytest.fixture
def plugin_of_the_readme(tmp_path, monkeypatch):
    """Install what the README shows, as an installer would: a package, and its entry points beside it."""
    project = tomllib.loads(block("toml"))["project"]
    ((name, package),) = project["entry-points"]["onbehalf.plugins"].items()
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(block("python"), encoding="utf-8")
    told = tmp_path / f"{package}-{project['version']}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (told / "entry_points.txt").write_text(f"[onbehalf.plugins]\n{name} = {package}\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(package, None)


@pytest.mark.parametrize(("severity", "warned"), [("A", True), ("B", False)])
def test_the_plugin_of_the_readme_adds_its_warning_to_the_checklist(plugin_of_the_readme, severity, warned):
    plugins = load(load_settings(plugins=("azure", plugin_of_the_readme)))

    checks = asking.checks(plugins, make_situation(plugins.product("global", "azure"), severity=severity))

    assert ("Severity A wakes people up, at the vendor and here." in [str(check.reason) for check in checks]) is warned
    assert len(checks) > 1


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    targets = set(re.findall(r"\bmake ([a-z]+)\b", README))

    assert {"demo", "test"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)] == []


def test_every_command_of_the_readme_exists():
    commands = set(re.findall(r"(?:^ +|`)onbehalf ([a-z-]+)", README, flags=re.MULTILINE))

    assert {"serve", "plugins"} <= commands <= set(cli.commands)


def test_every_file_the_readme_points_to_is_there():
    linked = set(re.findall(r"\]\(([\w./]+)\)", README))

    assert [name for name in linked if not (ROOT / name).exists()] == []
