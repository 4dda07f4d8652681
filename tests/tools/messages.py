"""Write each distribution's translation template and catalogues; ``--check`` only says which are stale.

What is written depends on the texts alone: no dates, no line numbers, no version of the extractor, so a second run
changes nothing. A text that changed is untranslated again: a guessed translation would be a wrong one.
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from webapp.i18n import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
UNSETTLED = (  # header lines that hold dates, versions or placeholders
    b'"POT-Creation-Date:',
    b'"PO-Revision-Date:',
    b'"Last-Translator:',
    b'"Generated-By:',
    b'"Project-Id-Version:',
    b'"Report-Msgid-Bugs-To:',
    b'"Language-Team:',
)
HEADER = "# Texts of %(project)s.\n"


def main() -> int:
    """Write the files, or with ``--check`` name those that would change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    check = parser.parse_args().check
    stale = [(path, content) for path, content in expected() if not path.exists() or path.read_bytes() != content]
    if check and stale:
        print("Stale translations; run `make messages`:", file=sys.stderr)
        print(*(f"  {path.relative_to(ROOT)}" for path, _content in stale), sep="\n", file=sys.stderr)
        return 1
    for path, content in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"wrote {path.relative_to(ROOT)}")
    if not check:
        print(*untranslated(), sep="\n")
    wrong = list(mistakes())
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def packages() -> list[Path]:
    """Return the folders of the packages that bring texts: core, then each plugin."""
    return [ROOT / "webapp", *sorted(path.parent for path in ROOT.glob("plugins/*/onbehalf_*/__init__.py"))]


def expected() -> Iterator[tuple[Path, bytes]]:
    """Yield every template and catalogue with the content it ought to have."""
    for package in packages():
        template = extracted(package)
        yield package / "translations" / "messages.pot", rendered(template)
        for language in languages():
            path = catalogue_path(package, language)
            yield path, rendered(updated(path, template, language))


def languages() -> list[str]:
    """Return the languages that need a catalogue: the code itself is in English."""
    return [language for language in LANGUAGES if language != "en"]


def catalogue_path(package: Path, language: str) -> Path:
    """Return where the package keeps its texts in ``language``."""
    return package / "translations" / language / "LC_MESSAGES" / "messages.po"


def extracted(package: Path) -> Catalog:
    """Return the texts marked in the package's code and templates."""
    template = Catalog(project=package.name, header_comment=HEADER % {"project": package.name}, fuzzy=False)
    found = extract_from_dir(str(package), METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, _line, message, comments, context in found:
        template.add(message, None, [(f"{package.name}/{filename}", 1)], auto_comments=comments, context=context)
    return template


def updated(path: Path, template: Catalog, language: str) -> Catalog:
    """Return the catalogue at ``path`` with the template's texts; a new one if there is none."""
    catalogue = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
    catalogue.project = template.project
    catalogue.header_comment = template.header_comment
    catalogue.fuzzy = False
    catalogue.update(template, no_fuzzy_matching=True)
    return catalogue


def rendered(catalogue: Catalog) -> bytes:
    """Return the file's content, without what would differ from run to run."""
    out = BytesIO()
    write_po(out, catalogue, width=0, ignore_obsolete=True, include_lineno=False, sort_output=True)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(UNSETTLED))


def untranslated() -> Iterator[str]:
    """Yield a line per catalogue that says how much of it has been translated."""
    for package in packages():
        for language in languages():
            with catalogue_path(package, language).open("rb") as source:
                messages = [message for message in read_po(source, locale=language) if message.id]
            done = sum(1 for message in messages if _translated(message.string))
            yield f"{package.name:20} {language:12} {done} of {len(messages)} translated"


def mistakes() -> Iterator[str]:
    """Yield each translation that cannot be filled in: it names another hole, or counts in too few forms."""
    for package in packages():
        for language in languages():
            path = catalogue_path(package, language)
            with path.open("rb") as source:
                for message, errors in read_po(source, locale=language).check():
                    yield f"{path.relative_to(ROOT)}: {message.id!r}: {'; '.join(map(str, errors))}"


def _translated(string: str | list[str] | tuple[str, ...]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    sys.exit(main())
