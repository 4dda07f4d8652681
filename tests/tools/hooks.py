"""Write docs/hooks.md from the specification of the hooks; a test holds it to that."""

import inspect
import re
import sys
from pathlib import Path

from webapp import API_VERSION, hookspecs

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "hooks.md"
HEAD = f"""# The hooks

Written from `webapp/hookspecs.py` by `python tests/tools/hooks.py`; do not edit it by hand. Plugin API {API_VERSION};
what may change, and how, is in [plugin-api.md](plugin-api.md). A hook is a function of your plugin's module, marked
with `@hookimpl`, without options. It names the arguments it wants, without defaults, and leaves the others out.
What the arguments and the answers hold is in [values.md](values.md).

| hook | who implements it | asked |
|---|---|---|
| `register_clouds` | who brings a cloud | at the start |
| `register_products` | an owner: who has products | at the start, once a cloud |
| `entitlement_check` | every owner, and every policy | in the form, on submission, and in lists |
| `build_request` | every owner | on submission |
| `redirect_target` | every owner | on submission, after `build_request` |
"""
ORDER = ("register_clouds", "register_products", "entitlement_check", "build_request", "redirect_target")


def page() -> str:
    """Return the page as it ought to be."""
    return "\n".join([HEAD, *(section(getattr(hookspecs, name)) for name in ORDER)])


def section(hook) -> str:
    """Return the manual of one hook."""
    manual = inspect.getdoc(hook)
    prose, *fields = re.split(r"^:", manual, flags=re.MULTILINE)
    lines = [f"## `{hook.__name__}`", "", "```text", signature(hook), "```", "", unwrapped(prose), ""]
    rows = [(name_of(field), unwrapped(field.partition(":")[2])) for field in fields]
    lines += ["| | |", "|---|---|", *(f"| {name} | {words} |" for name, words in rows), ""]
    return "\n".join(lines)


def signature(hook) -> str:
    """Return the hook as a plugin writes it."""
    found = inspect.signature(hook)
    arguments = ", ".join(f"{name}: {parameter.annotation}" for name, parameter in found.parameters.items())
    return f"@hookimpl\ndef {hook.__name__}({arguments}) -> {found.return_annotation}: ..."


def name_of(field: str) -> str:
    """Return what a field of the manual is about."""
    kind, _space, name = field.partition(":")[0].partition(" ")
    return f"`{name}`" if kind == "param" else "returns"


def unwrapped(text: str) -> str:
    """Return paragraphs on a line each."""
    return "\n\n".join(" ".join(part.split()).replace("``", "`") for part in text.strip().split("\n\n"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
