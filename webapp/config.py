"""Every setting, its default and its meaning; the only module that reads the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from webapp.contracts.responses import StaffedHours
from webapp.errors import StartRefused
from webapp.i18n import _

PREFIX = "ONBEHALF_"
Names = Annotated[tuple[str, ...], NoDecode]
S = TypeVar("S", bound=BaseModel)


def _known_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("no zone has this name; an IANA name looks like Europe/Stockholm")
    return name


def _day_off_or_on(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a date is written like 2027-02-15 or +2027-02-20")
    date.fromisoformat(text.removeprefix("+"))
    return text


Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Day = Annotated[str, AfterValidator(_day_off_or_on)]


class Settings(BaseSettings):
    """The deployment. Each field is the environment variable ``ONBEHALF_<FIELD>`` or a key of the TOML file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    secret_key: str = Field(default="", description="Signs cookies and forms; `serve` refuses to start without it.")
    database_url: str = Field(
        default="sqlite:///onbehalf.sqlite3", description="SQLAlchemy address: SQLite, or postgresql://user@host/name."
    )
    plugins: Names = Field(default=(), description="Comma-separated names of the plugins to load, in this order.")
    clouds: Names = Field(
        default=(), description="Comma-separated cloud keys to enable; empty = all the plugins bring."
    )
    rules: Literal["documents", "today"] = Field(
        default="documents", description="Which rules count where the source documents and today's pages differ."
    )
    operator: Names = Field(default=(), description="Tenant ids whose global admins see the deployment's own pages.")
    staffed_days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], NoDecode] = Field(
        default=(0, 1, 2, 3, 4), min_length=1, description="Staffed weekdays of vendors that state none, Monday = 0."
    )
    staffed_from: int = Field(default=9 * 60, ge=0, lt=1440, description="Opening time in minutes after midnight.")
    staffed_until: int = Field(default=17 * 60, gt=0, le=1440, description="Closing time in minutes; 24:00 is 1440.")
    staffed_time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="", description="IANA zone of these hours; empty = the partner's own."
    )
    holidays: dict[Country, list[Day]] = Field(
        default_factory=dict, description="Dates that close (`2027-02-15`) or open (`+2027-02-20`) a desk, by country."
    )
    cloud_overrides: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Fields of a cloud to replace, by cloud key; portals merge by kind."
    )
    page_size: int = Field(default=25, ge=1, le=200, description="Rows on a page of a list.")

    @field_validator("plugins", "clouds", "operator", "staffed_days", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("staffed_until")
    @classmethod
    def _closes_after_it_opens(cls, value: int, others: ValidationInfo) -> int:
        if value <= others.data.get("staffed_from", -1):
            raise ValueError("a desk closes after it opens")
        return value

    @property
    def staffed_hours(self) -> StaffedHours:
        """The hours of vendors that state none: a deployer's setting, so unconfirmed."""
        return StaffedHours(
            days=self.staffed_days,
            opens=self.staffed_from,
            closes=self.staffed_until,
            time_zone=self.staffed_time_zone,
            confirmed=False,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is passed in, then the environment, then the TOML file."""
        file = config_file()
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if file is not None:
            sources.append(_CoreToml(settings_cls, toml_file=file))
        return tuple(sources)


class _CoreToml(TomlConfigSettingsSource):
    """The TOML file without the tables that belong to plugins."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        content = super()._read_file(file_path)
        return {key: value for key, value in content.items() if not (key == "plugins" and isinstance(value, dict))}


def config_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the TOML file named by ``ONBEHALF_CONFIG``, or ``None``.

    :raises StartRefused: if it is named but not there, or is no TOML.
    """
    name = environ.get(PREFIX + "CONFIG")
    if not name:
        return None
    if not Path(name).is_file():
        raise StartRefused(
            _("ONBEHALF_CONFIG names %(file)s, which is not a file.", file=name),
            remedy=_("Correct the path, or unset the variable."),
        )
    try:
        tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except ValueError as error:
        raise StartRefused(
            _("%(file)s is not a TOML file: %(error)s.", file=name, error=str(error)),
            remedy=_("Correct the line, or unset ONBEHALF_CONFIG."),
        ) from error
    return Path(name)


def load_settings(**given: Any) -> Settings:
    """Return the deployment's settings; ``given`` win over the environment.

    :raises StartRefused: naming each variable with a bad value, or unknown.
    """
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise _bad_values(error, PREFIX) from error
    except SettingsError as error:
        raise _not_json(error) from error
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG"}
    own = tuple(PREFIX + name.upper().replace("-", "_") + "_" for name in settings.plugins)
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(own or ("\0",))
    )
    if unknown:
        raise StartRefused(
            _("No setting has the name %(names)s.", names=", ".join(unknown)),
            remedy=_("Correct the name, enable the plugin it belongs to, or unset the variable."),
        )
    return settings


def plugins_are_named(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether the deployer named plugins, in the environment or in the file."""
    file = config_file(environ)
    named = tomllib.loads(file.read_text(encoding="utf-8")).get("plugins") if file else None
    return PREFIX + "PLUGINS" in environ or isinstance(named, str | list)


def demo_port(environ: Mapping[str, str] = os.environ) -> int:
    """Return the port of the demo: ``PORT``, else 8000.

    :raises StartRefused: if it is no port.
    """
    given = environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise StartRefused(
            _("PORT is %(given)s, which is not a port.", given=given),
            remedy=_("Set PORT to a number from 1 to 65535, or unset it for 8000."),
        )
    return int(given)


def plugin_settings(name: str, schema: type[S], environ: Mapping[str, str] = os.environ) -> S:
    """Return a plugin's own settings, from ``ONBEHALF_<PLUGIN>_<FIELD>`` and ``[plugins.<name>]``.

    :raises StartRefused: naming each variable with a bad value, or unknown.
    """
    prefix = f"{PREFIX}{name.upper().replace('-', '_')}_"
    file = config_file(environ)
    values: dict[str, Any] = {}
    if file is not None:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("plugins", {})
        values.update(tables.get(name, {}) if isinstance(tables, dict) else {})
    values.update({key[len(prefix) :].lower(): value for key, value in environ.items() if key.startswith(prefix)})
    unknown = sorted(set(values) - set(schema.model_fields))
    if unknown:
        raise StartRefused(
            _("The plugin %(plugin)s has no setting %(names)s.", plugin=name, names=", ".join(unknown)),
            remedy=_("It knows: %(names)s.", names=", ".join(sorted(schema.model_fields)) or "-"),
        )
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise _bad_values(error, prefix) from error


def _bad_values(error: ValidationError, prefix: str) -> StartRefused:
    """Name each bad setting; the value itself is not repeated, since it may be a secret."""
    lines = "; ".join(f"{_variable(prefix, e['loc'])}: {e['msg']}" for e in error.errors())
    return StartRefused(
        _("A setting has a bad value: %(lines)s.", lines=lines),
        remedy=_("Correct the variable, or the same key in the file that ONBEHALF_CONFIG names."),
    )


def _variable(prefix: str, loc: tuple[int | str, ...]) -> str:
    """Return the variable, and where in its value the trouble is."""
    name, *inside = loc or ("",)
    return prefix + str(name).upper() + (f" ({'.'.join(map(str, inside))})" if inside else "")


def _not_json(error: SettingsError) -> StartRefused:
    """Name the variable that pydantic-settings could not read; the field is in its message alone."""
    names = re.findall(r'field "(\w+)"', str(error))
    return StartRefused(
        _("%(name)s is not written as JSON.", name=PREFIX + "".join(names).upper()),
        remedy=_('Write it like {"key": "value"}, or as a table in the file that ONBEHALF_CONFIG names.'),
    )
