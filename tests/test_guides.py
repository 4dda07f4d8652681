"""The guides are true: what they link to is there, each command parses with its options, each variable is a setting."""

import re
import shlex
from pathlib import Path

import click
import pytest

from webapp.commands import cli
from webapp.config import PREFIX, Settings
from webapp.plugins.loading import installed

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SAMPLES = sorted((ROOT / "docs" / "samples").iterdir())
ABOUT_MADE_UP_PLUGINS = {"tutorial.md", "recipes.md", "plugin-api.md", "plugin-quality.md"}
"""Pages whose commands a test of theirs runs, and whose plugins need not be installed."""
OWN_PAGES = [page for page in PAGES if page.name not in ABOUT_MADE_UP_PLUGINS]
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```$|((?:^(?: {4}|\t)[^\n]*\n)+)", flags=re.DOTALL | re.MULTILINE)
COMMAND = re.compile(
    r"(?:.* && )?(?:\$ )?(?:desk )?(?:[A-Z_]+=\S* +)*(?:/opt/onbehalf/bin/)?onbehalf ((?!.*\.sh)[a-z].*)"
)


def name_of(path):
    return path.name


def in_blocks(text):
    """Yield each command in a block of code; a line that ends in a backslash goes on."""
    for fenced, indented in BLOCK.findall(text):
        for line in (fenced or indented).replace("\\\n", " ").splitlines():
            if found := COMMAND.fullmatch(line.strip()):
                yield re.split(r" (?:2?>|\||#) ", found[1])[0]


def in_words(text):
    """Yield each command that stands within a sentence."""
    yield from re.findall(r"`onbehalf ([a-z][^`\n]*)`", BLOCK.sub("", text))


def refused(line, *, whole):
    """Return why a command is not taken; of one that is not ``whole`` what it needs may be missing."""
    words = shlex.split(re.sub(r"<[^>]*>|…", "SOMETHING", line))
    command = cli
    while words and isinstance(command, click.Group):
        name = words.pop(0)
        if name not in command.commands:
            return f"there is no command {name}"
        command = command.commands[name]
    if isinstance(command, click.Group):
        return ""
    try:
        command.make_context(command.name, words)
    except click.MissingParameter as missing:
        return str(missing) if whole else ""
    except click.UsageError as error:
        return "" if "does not exist" in str(error) else str(error)
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_links_to_is_there(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)

    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert gone == []


@pytest.mark.parametrize("page", OWN_PAGES, ids=name_of)
def test_each_command_on_a_page_is_one_with_these_options(page):
    text = page.read_text(encoding="utf-8")
    said = {line: refused(line, whole=True) for line in in_blocks(text)}
    said |= {line: refused(line, whole=False) for line in in_words(text)}

    assert {line: why for line, why in said.items() if why} == {}


def test_a_command_that_there_is_not_would_be_noticed():
    page = "Run `onbehalf db upgrade --now`.\n\n```sh\nA=b onbehalf partner add X \\\n  --kind y\n$ onbehalf dbb\n```\n"

    assert [*in_words(page), *in_blocks(page)] == ["db upgrade --now", "partner add X    --kind y", "dbb"]
    assert "--now" in refused("db upgrade --now", whole=False)
    assert "cloud" in refused("partner add X --kind y", whole=True)
    assert refused("partner add X --kind y", whole=False) == ""
    assert "dbb" in refused("dbb", whole=True)


def test_enough_commands_are_found_in_the_guides():
    found = {page.name: [*in_blocks(page.read_text(encoding="utf-8"))] for page in PAGES}

    assert any(line.startswith("partner add") for line in found["one-machine.md"])
    assert any(line.startswith("backup") for line in found["backup.md"])
    assert sum(map(len, found.values())) > 15


@pytest.mark.parametrize("page", [*OWN_PAGES, *SAMPLES], ids=name_of)
def test_each_variable_on_a_page_is_a_setting(page):
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG", PREFIX + "SECRETS"}
    plugins = tuple(f"{PREFIX}{name.upper().replace('-', '_')}_" for name in (*installed(), "acme"))
    named = set(re.findall(rf"\b{PREFIX}[A-Z][A-Z0-9_]*[A-Z0-9]\b", page.read_text(encoding="utf-8")))

    assert [name for name in sorted(named - known) if not name.startswith(plugins)] == []
