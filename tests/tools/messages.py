"""Write each distribution's translation template and catalogues; ``--check`` writes nothing and fails if one is stale,
incomplete or cannot be filled in.

What is written depends on the texts alone: no dates, no line numbers, no version of the extractor, so a second run
changes nothing. A text that changed is untranslated again: a guessed translation would be a wrong one.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
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


HOLE = re.compile(r"%\((\w+)\)[sd]")
MISSING = "not translated"


def main() -> int:
    """Write the files, or with ``--check`` name those that would change and what is not translated, or wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale or incomplete")
    check = parser.parse_args().check
    stale = [(path, content) for path, content in expected() if not path.exists() or path.read_bytes() != content]
    if check:
        return said([*(f"{named(path)}: stale; run `make messages`" for path, _content in stale), *faults()])
    for path, content in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"wrote {named(path)}")
    print(*done(), sep="\n")
    return said([fault for fault in faults() if not fault.endswith(MISSING)])


def said(faults: list[str]) -> int:
    """Print what is wrong, and return the exit status for it."""
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


def named(path: Path) -> str:
    """Return a file's name from the top of the repository, or the whole of it if it lies elsewhere."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def packages() -> list[Path]:
    """Return the folders of the packages that bring texts: core, then each plugin."""
    return [ROOT / "webapp", *sorted(path.parent for path in ROOT.glob("plugins/*/onbehalf_*/__init__.py"))]


def expected(of: Iterable[Path] | None = None) -> Iterator[tuple[Path, bytes]]:
    """Yield every template and catalogue with the content it ought to have."""
    for package in of or packages():
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


def done(of: Iterable[Path] | None = None) -> Iterator[str]:
    """Yield a line per catalogue that says how much of it has been translated."""
    for package in of or packages():
        for language in languages():
            messages = [message for message in read(package, language) if message.id]
            count = sum(1 for message in messages if all(forms(message)))
            yield f"{package.name:20} {language:12} {count} of {len(messages)} translated"


def faults(of: Iterable[Path] | None = None) -> Iterator[str]:
    """Yield each translation that is missing, only guessed, counts in too few or too many forms, or has other holes."""
    for package in of or packages():
        for language in languages():
            path = catalogue_path(package, language)
            if not path.exists():
                yield f"{named(path)}: there is none"
                continue
            catalogue = read(package, language)
            for message in catalogue:
                if message.id:
                    yield from (f"{named(path)}: {fault}" for fault in faults_of(message, catalogue.num_plurals))


def faults_of(message: Message, plural_forms: int) -> Iterator[str]:
    """Yield what is wrong with one translation; missing comes last in a line, since writing lets it be."""
    source = message.id if isinstance(message.id, str) else message.id[0]
    if message.fuzzy:
        yield f"{source!r}: only guessed (fuzzy)"
    if not all(forms(message)):
        yield f"{source!r}: {MISSING}"
        return
    if message.pluralizable and len(forms(message)) != plural_forms:
        yield f"{source!r}: {len(forms(message))} plural forms, not {plural_forms}"
    for form in forms(message):
        if wrong := holes_wrong(message, form):
            yield f"{source!r}: {wrong} in {form!r}"


def holes_wrong(message: Message, form: str) -> str:
    """Return what keeps a form from being filled in as its source is; a form that counts may leave the number out."""
    sources = (message.id,) if isinstance(message.id, str) else message.id
    wanted = {hole for source in sources for hole in HOLE.findall(source)}
    found = set(HOLE.findall(form))
    if unknown := found - wanted:
        return f"unknown holes {sorted(unknown)}"
    if left_out := wanted - found - ({"num"} if message.pluralizable else set()):
        return f"holes left out {sorted(left_out)}"
    if wanted and "%" in HOLE.sub("", form).replace("%%", ""):
        return "a percent sign that is no hole"
    return ""


def read(package: Path, language: str) -> Catalog:
    """Return the catalogue as it lies there."""
    with catalogue_path(package, language).open("rb") as source:
        return read_po(source, locale=language)


def forms(message: Message) -> tuple[str, ...]:
    """Return the translation's forms: one, or as many as the language counts in."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


if __name__ == "__main__":
    sys.exit(main())
