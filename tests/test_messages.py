"""The tool behind `make messages` and `make check`: a catalogue that is stale, incomplete or unfit does not pass."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOL = runpy.run_path(str(ROOT / "tests" / "tools" / "messages.py"))
CODE = """
from webapp.i18n import _, ngettext

GREETING = _("The customer is %(name)s.")
COUNT = ngettext("%(num)s request", "%(num)s requests", 1)
"""
RUSSIAN = {
    "The customer is %(name)s.": "Клиент: %(name)s.",
    "%(num)s request": ("%(num)s запрос", "%(num)s запроса", "%(num)s запросов"),
}
OTHERS = {
    "The customer is %(name)s.": "Kund: %(name)s.",
    "%(num)s request": ("%(num)s begäran", "%(num)s begäranden"),
}


@pytest.fixture
def package(tmp_path):
    """Return a function that makes a package with two texts, and its catalogues with what is given for Russian."""

    def make(russian=None, *, fuzzy=False):
        folder = tmp_path / "made"
        folder.mkdir()
        (folder / "__init__.py").write_text(CODE)
        template = TOOL["extracted"](folder)
        for path, content in TOOL["expected"]([folder]):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for language in TOOL["languages"]():
            path = TOOL["catalogue_path"](folder, language)
            catalogue = TOOL["updated"](path, template, language)
            for message in catalogue:
                fill(message, {"ru": RUSSIAN | (russian or {})}.get(language, OTHERS), catalogue.num_plurals)
                if fuzzy and language == "ru" and message.id:
                    message.flags.add("fuzzy")
            path.write_bytes(TOOL["rendered"](catalogue))
        return folder

    return make


def fill(message, words, plural_forms):
    source = message.id if isinstance(message.id, str) else message.id[0]
    string = words.get(source, message.string)
    exact = isinstance(string, str) or words is not OTHERS
    message.string = string if exact else string[:plural_forms]


def faults(folder):
    return [fault.partition("messages.po: ")[2] for fault in TOOL["faults"]([folder])]


def test_a_complete_catalogue_passes(package):
    folder = package()

    assert faults(folder) == []
    assert [path for path, content in TOOL["expected"]([folder]) if path.read_bytes() != content] == []


def test_a_new_text_makes_the_catalogues_stale(package):
    folder = package()
    (folder / "more.py").write_text('from webapp.i18n import _\n\nMORE = _("One more.")\n')

    stale = [path for path, content in TOOL["expected"]([folder]) if path.read_bytes() != content]

    assert len(stale) == 1 + len(TOOL["languages"]())


@pytest.mark.parametrize(
    ("russian", "fault"),
    [
        ({"The customer is %(name)s.": ""}, "'The customer is %(name)s.': not translated"),
        ({"%(num)s request": ("%(num)s запрос", "", "")}, "'%(num)s request': not translated"),
        ({"%(num)s request": ("%(num)s запрос", "%(num)s запроса")}, "'%(num)s request': not translated"),
        ({"The customer is %(name)s.": "Клиент."}, "holes left out ['name']"),
        ({"The customer is %(name)s.": "Клиент: %(nom)s."}, "unknown holes ['nom']"),
        ({"The customer is %(name)s.": "Клиент: %(name)s, 5 %."}, "a percent sign that is no hole"),
        ({"The customer is %(name)s.": "Клиент: %(name) s."}, "holes left out ['name']"),
    ],
)
def test_a_translation_that_is_missing_or_cannot_be_filled_in_is_named(package, russian, fault):
    found = faults(package(russian))

    assert len(found) == 1
    assert fault in found[0]


def test_a_guess_is_no_translation(package):
    found = faults(package(fuzzy=True))

    assert len(found) == 2
    assert all("only guessed" in fault for fault in found)


def test_a_form_that_counts_may_leave_the_number_out(package):
    one = {"%(num)s request": ("один запрос", "%(num)s запроса", "%(num)s запросов")}

    assert faults(package(one)) == []


def test_a_language_without_a_catalogue_is_named(package):
    folder = package()
    TOOL["catalogue_path"](folder, "sv").unlink()

    assert next(fault for fault in TOOL["faults"]([folder]) if "sv" in fault).endswith("there is none")


def test_the_check_fails_on_what_it_finds_and_writes_nothing(package, monkeypatch, capsys):
    folder = package({"The customer is %(name)s.": ""})
    before = {path: path.read_bytes() for path in folder.rglob("*.po")}
    monkeypatch.setitem(TOOL["main"].__globals__, "packages", lambda: [folder])
    monkeypatch.setattr(sys, "argv", ["messages.py", "--check"])

    assert TOOL["main"]() == 1
    assert "not translated" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*.po")} == before
