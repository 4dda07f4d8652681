"""A plugin's own settings: from its variables, files that hold a secret, and its table in the TOML file.

A secret (a field of type ``SecretStr``) comes from a variable or a file of its own, never from the TOML file, which is
copied, mailed and kept under version control. Its value is never repeated: not in a refusal, and not in a log.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from webapp.config.reading import variable_of
from webapp.config.settings import Settings
from webapp.config.sources import PREFIX, config_file, secrets_folder
from webapp.errors import StartRefused
from webapp.i18n import _

S = TypeVar("S", bound=BaseModel)
FILE = "_file"
OWN_WORDS = frozenset({"value_error", "assertion_error"})
"""Errors whose text is the plugin's own: it may repeat the value."""


def plugin_settings(
    name: str, schema: type[S], others: Iterable[str] = (), environ: Mapping[str, str] = os.environ
) -> S:
    """Return a plugin's own settings, from ``ONBEHALF_<PLUGIN>_<FIELD>`` and ``[plugins.<name>]``.

    ``ONBEHALF_<PLUGIN>_<FIELD>_FILE`` names a file that holds the value of a secret; so does a file
    ``onbehalf_<plugin>_<field>`` in the folder that ``ONBEHALF_SECRETS`` names. A variable wins. ``others`` are
    enabled beside it: one whose name begins with this one's takes what begins with its own, ``acme-phones`` beside
    ``acme``.

    :raises StartRefused: naming each variable with a bad value, or unknown, and a secret in the TOML file.
    """
    prefix = _prefix(name)
    theirs = tuple(longer for longer in map(_prefix, others) if longer.startswith(prefix) and longer != prefix)
    secrets = secret_fields(schema)
    table = _table(name)
    _refuse_secrets_in(table, name, secrets, prefix)
    given = _in_folder(prefix, theirs) | {
        key[len(prefix) :].lower(): value for key, value in environ.items() if _is_mine(key, prefix, theirs)
    }
    values = table | {key: _parsed(schema.model_fields.get(key), value) for key, value in given.items()}
    values = _with_files(values, secrets, prefix)
    if unknown := sorted(set(values) - set(schema.model_fields)):
        raise StartRefused(
            _("The plugin %(plugin)s has no setting %(names)s.", plugin=name, names=", ".join(unknown)),
            remedy=_("It knows: %(names)s.", names=", ".join(sorted(schema.model_fields)) or "-"),
        )
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        lines = "; ".join(_lines(error, prefix, secrets))
    raise StartRefused(  # outside of the handler: the cause would hold the values
        _("A setting has a bad value: %(lines)s.", lines=lines),
        remedy=_("Correct the variable, or the same key in the file that ONBEHALF_CONFIG names."),
    )


def names_of_the_core() -> frozenset[str]:
    """Return the variables of the deployment itself: no plugin is given their values."""
    return frozenset(PREFIX + name.upper() for name in (*Settings.model_fields, "config", "secrets"))


def _is_mine(variable: str, prefix: str, theirs: tuple[str, ...]) -> bool:
    return variable.startswith(prefix) and not variable.startswith(theirs) and variable not in names_of_the_core()


def _prefix(name: str) -> str:
    return f"{PREFIX}{name.upper().replace('-', '_')}_"


def secret_fields(schema: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that hold a secret."""
    return frozenset(name for name, field in schema.model_fields.items() if _is_secret(field.annotation))


def _is_secret(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, SecretStr | SecretBytes | Secret):
        return True
    return get_origin(annotation) is Secret or any(map(_is_secret, get_args(annotation)))


def plugin_tables() -> dict[str, Any]:
    """Return the tables ``[plugins.<name>]`` of the TOML file by name, whether or not such a plugin is enabled."""
    file = config_file()
    tables = tomllib.loads(file.read_text(encoding="utf-8")).get("plugins", {}) if file else {}
    return dict(tables) if isinstance(tables, dict) else {}


def _table(name: str) -> dict[str, Any]:
    return dict(plugin_tables().get(name, {}))


def _refuse_secrets_in(table: Mapping[str, Any], plugin: str, secrets: frozenset[str], prefix: str) -> None:
    for name in sorted(secrets & set(table)):
        raise StartRefused(
            _("The file that ONBEHALF_CONFIG names holds a secret: %(name)s of %(plugin)s.", name=name, plugin=plugin),
            remedy=_(
                "Take it out, and change it where it came from. Set %(variable)s, or %(variable)s_FILE to the path of "
                "a file that holds nothing else.",
                variable=prefix + name.upper(),
            ),
        )


def _in_folder(prefix: str, theirs: tuple[str, ...]) -> dict[str, str]:
    """Return the values that lie in the secrets' folder, each in a file that is named like its variable."""
    folder = secrets_folder()
    files = sorted(folder.iterdir()) if folder else []
    return {
        file.name[len(prefix) :].lower(): _content(str(file), PREFIX + "SECRETS")
        for file in files
        if _is_mine(file.name.upper(), prefix, theirs) and file.is_file()
    }


def _with_files(values: dict[str, Any], secrets: frozenset[str], prefix: str) -> dict[str, Any]:
    """Return the values with each ``<secret>_file`` read."""
    read = dict(values)
    for name in sorted(secrets):
        path = read.pop(name + FILE, None)
        if path is None:
            continue
        variable = prefix + name.upper()
        if name in values:
            raise StartRefused(
                _("%(variable)s and %(variable)s_FILE are both set.", variable=variable), remedy=_("Unset one of them.")
            )
        read[name] = _content(str(path), f"{variable}_FILE")
    return read


def _content(path: str, variable: str) -> str:
    try:
        text, why = Path(path).read_text(encoding="utf-8").rstrip("\r\n"), "empty"
    except OSError as error:
        text, why = "", error.strerror or type(error).__name__
    except UnicodeDecodeError:
        text, why = "", "not UTF-8"
    if text:
        return text
    raise StartRefused(
        _("%(variable)s names %(path)s, which cannot be taken: %(why)s.", variable=variable, path=path, why=why),
        remedy=_("Name a file that this user may read and that holds the secret and nothing else."),
    )


def _parsed(field: FieldInfo | None, text: str) -> Any:
    """Return what a variable holds; lists and tables are written as JSON."""
    kind = get_origin(field.annotation) or field.annotation if field else None
    if kind in {list, tuple, set, frozenset, dict} and text[:1] in {"[", "{"}:
        try:
            return json.loads(text)
        except ValueError:
            return text  # the schema refuses it by name
    return text


def _lines(error: ValidationError, prefix: str, secrets: frozenset[str]) -> Iterator[str]:
    """Name each bad setting; the value itself is not repeated, since it may be a secret."""
    for e in error.errors(include_input=False, include_context=False, include_url=False):
        touches_secret = e["loc"][0] in secrets if e["loc"] else bool(secrets)
        said = "does not fit" if touches_secret and e["type"] in OWN_WORDS else e["msg"]
        yield f"{variable_of(prefix, e['loc'])}: {said}"
