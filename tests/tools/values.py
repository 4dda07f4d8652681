"""Write docs/values.md from the values of the plugin API; a test holds it to that."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import webapp
from webapp.contracts import situation
from webapp.contracts.clouds import Key
from webapp.contracts.values import Text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "values.md"
GROUPS = {
    "What a plugin registers": "Product Question Choice ResponseTable Target StaffedHours",
    "What a plugin answers": "Check Remedy PreparedRequest Answer RedirectTarget LabelledDoor PortalDoor "
    "ExternalDoor TicketShape",
    "What a hook is given": "Situation Draft Contact Customer Relationship Subscription Offer Publisher AzureAccess "
    "SupportGroup Partner Contract Member",
    "A cloud": "Cloud Portal Address Link Telephone",
}
NAMES = {str: "str", int: "int", bool: "bool", date: "date", datetime: "datetime with its zone"}
LIMITS = {Ge: "at least {0.ge}", Gt: "more than {0.gt}", Le: "at most {0.le}", Lt: "less than {0.lt}"}
PATTERN = next(info.pattern for held in get_args(Key)[1:] for info in held.metadata if hasattr(info, "pattern"))
HEAD = f"""# The values

Written from `webapp/contracts/` by `python tests/tools/values.py`; do not edit it by hand. These are what the
[hooks](hooks.md) are given and what they return, plugin API {webapp.API_VERSION}. All are imported with
`from webapp import …`, but for ELSEWHERE: a hook is given those,
and a test makes them with `webapp.testing` or takes them from `webapp.contracts.situation`.

A value is made with named arguments and cannot be changed; `one.model_copy(update={{...}})` makes another one. A field
that is not listed is refused, and so is a value that does not fit; the desk then names your plugin and the field.

| in the tables | means |
|---|---|
| text | words a person reads, never empty: what `_("…")` of your `TextDomain` returns, or a `str`, the same for all |
| key | a `str` of the pattern `{PATTERN}` |
| tuple | a tuple or a list; it is kept as a tuple |
| mapping | a dict; it is kept so that nobody can change it |

R-numbers (R50) name the rules of partner support that the desk carries out. `make rules`, which runs
`tests/tools/rules.py`, prints each with the tests that show it. Another vendor's plugin has no need of them.
"""
BESIDE = """## Beside the values

| `from webapp import …` | what |
|---|---|
| `hookimpl` | marks a function as a hook |
| `TextDomain` | `TextDomain("onbehalf_acme").text` marks a sentence for translation, `.plural` one that counts |
| `Text` | the type of a text, for your own annotations |
| `ESCALATION_QUESTIONS` | the questions that Microsoft's products ask before one files; yours asks its own, or these |
| `partner_center_door` | makes the `LabelledDoor` into Partner Center of the situation's cloud, with your last steps |
| `API_VERSION` | the version of the plugin API; `__version__` is that of Onbehalf |
"""


def page() -> str:
    """Return the page as it ought to be."""
    elsewhere = sorted(set(listed()) - set(webapp.__all__))
    told = ", ".join(f"`{name}`" for name in elsewhere[:-1]) + f" and `{elsewhere[-1]}`"
    parts = [HEAD.replace("ELSEWHERE", told)]
    for heading, names in GROUPS.items():
        parts += [f"## {heading}\n", *(section(model_named(name)) for name in names.split())]
    return "\n".join([*parts, BESIDE])


def listed() -> list[str]:
    """Return the names of the values that the page tells about, in its order."""
    return [name for names in GROUPS.values() for name in names.split()]


def offered() -> set[str]:
    """Return the names of the values that plugins import from ``webapp``."""
    return {name for name in webapp.__all__ if is_model(getattr(webapp, name))}


def is_model(found: Any) -> bool:
    """Say whether this is a class of values."""
    return inspect.isclass(found) and issubclass(found, BaseModel)


def model_named(name: str) -> type[BaseModel]:
    """Return a class of values by its name."""
    return getattr(webapp, name, None) or getattr(situation, name)


def section(model: type[BaseModel]) -> str:
    """Return what there is to know of one class of values."""
    hints = get_type_hints(model, include_extras=True)
    rows = [row(name, hints[name], field) for name, field in model.model_fields.items()]
    lines = [f"### `{model.__name__}`", "", unwrapped(inspect.getdoc(model)), ""]
    lines += ["| field | what | default |", "|---|---|---|", *rows, ""]
    if demands := list(demanded(model)):
        lines += [*(f"- {words}" for words in demands), ""]
    if more := list(computed(model)):
        lines += ["| it also answers | |", "|---|---|", *more, ""]
    return "\n".join(lines)


def row(name: str, hint: Any, field: FieldInfo) -> str:
    """Return the row of a field."""
    limits = [LIMITS[type(limit)].format(limit) for limit in field.metadata if type(limit) in LIMITS]
    limits += ["at least one" for limit in field.metadata if isinstance(limit, MinLen)]
    return f"| `{name}` | {', '.join([words(hint), *limits])} | {default(field)} |"


def words(hint: Any) -> str:
    """Return a type in plain words."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Text, Key):
        return "text" if hint == Text else "key"
    if origin is Annotated:
        return annotated(inner[0], inner[1:])
    if origin in (Union, UnionType, Literal):
        return either(list(choices(hint)))
    if origin is tuple:
        return f"tuple of {words(inner[0])}"
    if origin is Mapping:
        return f"mapping of {words(inner[0])} to {words(inner[1])}"
    return named(hint)


def annotated(kept: Any, marks: tuple[Any, ...]) -> str:
    """Return a type with what is asked of it beyond."""
    asked = [unwrapped(mark.func.__doc__) for mark in marks if isinstance(mark, AfterValidator) and mark.func.__doc__]
    return ": ".join([words(kept), *asked]).removesuffix(".")


def named(hint: Any) -> str:
    """Return the name of a class, with a link to a value of this page."""
    if hint is NoneType:
        return "`None`"
    if hint is BaseModel:
        return "your plugin's `Settings`"
    return f"[{hint.__name__}](#{hint.__name__.lower()})" if is_model(hint) else NAMES[hint]


def choices(hint: Any) -> Iterator[str]:
    """Yield what something may be, one after the other."""
    for one in get_args(hint):
        if get_origin(hint) is Literal:
            yield spelled(one)
        elif get_origin(one) is Literal:
            yield from choices(one)
        else:
            yield words(one)


def spelled(value: Any) -> str:
    """Return a value as one would write it."""
    return f"`{value!r}`".replace("'", '"')


def either(those: list[str]) -> str:
    """Return choices with the word between them."""
    return f"{', '.join(those[:-1])} or {those[-1]}" if len(those) > 1 else those[0]


def default(field: FieldInfo) -> str:
    """Return a default as one would write it."""
    if field.is_required():
        return "required"
    if field.default is PydanticUndefined:
        made = field.default_factory()
        return "the present moment" if isinstance(made, datetime) else spelled(made)
    return spelled(field.default)


def demanded(model: type[BaseModel]) -> Iterator[str]:
    """Yield what the fields have to hold together, in the words of the checks' own manuals."""
    for decorated in model.__pydantic_decorators__.model_validators.values():
        yield unwrapped(decorated.func.__doc__).replace("Require", "It requires", 1)


def computed(model: type[BaseModel]) -> Iterator[str]:
    """Yield a row for each property and method of the class itself."""
    for name, member in vars(model).items():
        if name.startswith(("_", "model_")):
            continue
        if isinstance(member, property):
            yield f"| `{name}` | {on_one_line(member.__doc__)} |"
        elif inspect.isfunction(member):
            yield f"| `{name}({arguments(member)})` | {on_one_line(member.__doc__)} |"


def arguments(method: Callable[..., Any]) -> str:
    """Return what a method is called with, without its own value and without types."""
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in inspect.signature(method).parameters.values()]
    return ", ".join(str(one) for one in plain[1:])


def on_one_line(text: str) -> str:
    """Return a manual as a cell of a table."""
    return unwrapped(text).replace("\n\n", " ")


def unwrapped(text: str) -> str:
    """Return paragraphs on a line each."""
    return "\n\n".join(" ".join(part.split()).replace("``", "`") for part in text.strip().split("\n\n"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
