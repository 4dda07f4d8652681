"""Write the tables of docs/settings.md from the settings; a test holds the page to that.

A table stands behind a line ``<!-- settings: first second -->`` that names its fields, or behind
``<!-- settings of: plugin -->``. The words around the tables are written by hand.
"""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from webapp.config import PREFIX
from webapp.config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "settings.md"
MARK = re.compile(r"(<!-- settings(?P<of> of)?: (?P<names>[^>]+) -->\n)(?:\n?\|.*\n)*")
HEAD = "| variable | default | meaning |\n|---|---|---|\n"
SAID = {"clouds": "all", "sign_in_roles": "the role keys", "allowed_hosts": "any", "staffed_time_zone": "the partner's"}
"""What an empty or a long default means."""


def page() -> str:
    """Return the page as it ought to be."""
    return MARK.sub(table, PAGE.read_text(encoding="utf-8"))


def named() -> list[str]:
    """Return the fields of the deployment that the page tells about, in its order."""
    marks = MARK.finditer(PAGE.read_text(encoding="utf-8"))
    return [name for mark in marks if not mark["of"] for name in mark["names"].split()]


def table(mark: re.Match[str]) -> str:
    """Return a table with the line that asks for it."""
    if mark["of"]:
        plugin = mark["names"].strip()
        fields = import_module(f"onbehalf_{plugin}").Settings.model_fields
        rows = [row(f"{plugin}_{name}", field) for name, field in fields.items()]
    else:
        rows = [row(name, Settings.model_fields[name]) for name in mark["names"].split()]
    return mark[1] + "\n" + HEAD + "".join(rows)


def row(name: str, field: FieldInfo) -> str:
    """Return the row of a setting."""
    limits = bounds(field)
    meaning = f"{field.description} {limits}." if limits else field.description
    return f"| `{PREFIX}{name.upper()}` | {default(name, field)} | {meaning} |\n"


def default(name: str, field: FieldInfo) -> str:
    """Return a default as one would write it into a variable."""
    value = field.get_default(call_default_factory=True)
    if name in SAID:
        return SAID[name]
    if value in ("", (), {}):
        return "none"
    if isinstance(value, bool):
        return f"`{value!s}`".lower()
    return (
        f"`{','.join(map(str, value))}`"
        if isinstance(value, tuple)
        else f"`{value:g}`"
        if isinstance(value, float)
        else f"`{value}`"
    )


def bounds(field: FieldInfo) -> str:
    """Return between which numbers a value lies, or which words it may be."""
    said = {Ge: "at least {0.ge}", Gt: "more than {0.gt}", Le: "at most {0.le}", Lt: "less than {0.lt}"}
    words = [said[type(limit)].format(limit) for limit in field.metadata if type(limit) in said]
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    text = " or ".join(f"`{choice}`" for choice in choices) or ", ".join(words)
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
