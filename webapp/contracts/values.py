"""What every noun is made of: frozen, closed values, texts and read-only mappings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from flask_babel.speaklater import LazyString
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, PlainValidator

from webapp.i18n import LazyText

K = TypeVar("K")
V = TypeVar("V")


class Value(BaseModel):
    """A value that crosses a hook: it cannot be changed, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _is_text(value: Any) -> Any:
    if not isinstance(value, str | LazyString):
        raise ValueError(f"a text is str or a lazy string, not {type(value).__name__}")
    if isinstance(value, str):
        value = str.__str__(value)  # a class of str may call itself safe HTML, or anything when it is read
        if not value.strip():
            raise ValueError("a text that people read must not be empty")
    if isinstance(value, LazyString) and not isinstance(value, LazyText):
        return LazyText(str, value)  # Flask-Babel's own calls itself safe HTML
    return value


Text = Annotated[str | LazyText, PlainValidator(_is_text), PlainSerializer(str, return_type=str)]
"""A text a person reads: ``str``, or the lazy string a translation mark returns."""

ReadOnly = Annotated[
    Mapping[K, V],
    AfterValidator(lambda value: MappingProxyType(dict(value))),
    PlainSerializer(dict),
]
"""A mapping that whoever receives it cannot change (a frozen value alone is shallow)."""


def made_anew(value: Any) -> Any:
    """Return the value validated once more, with every value inside it.

    :raises ValueError, AttributeError, TypeError: if it was never validated, or changed since.
    """
    if isinstance(value, Value):
        return type(value).model_validate({name: made_anew(getattr(value, name)) for name in type(value).model_fields})
    if isinstance(value, tuple | list):
        return tuple(map(made_anew, value))
    if isinstance(value, Mapping):
        return {key: made_anew(held) for key, held in value.items()}
    return value
