"""The settings of a deployment: each with its default and its meaning."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from webapp.config.sign_in import SignIn
from webapp.config.sources import PREFIX, CoreToml, config_file, secrets_folder
from webapp.contracts.responses import StaffedHours
from webapp.contracts.situation import ROLES, Role

Names = Annotated[tuple[str, ...], NoDecode]


def _host_name(text: str) -> str:
    name = text.lower()
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]*:[0-9a-f:.]*", name):
        raise ValueError("a host name has no scheme, port or path; it looks like desk.example.com")
    return name


Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host_name)], ...], NoDecode]


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

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    secret_key: str = Field(
        default="",
        description="Signs cookies and forms; `serve` refuses to start without it. It holds at least 32 characters: "
        '`python -c "import secrets; print(secrets.token_urlsafe(48))"` makes one.',
    )
    old_secret_keys: Names = Field(
        default=(),
        description="Comma-separated earlier secrets; cookies that they signed are still taken. "
        "See [upgrade](upgrade.md).",
    )
    database_url: str = Field(
        default="sqlite:///onbehalf.sqlite3",
        description="SQLAlchemy address: SQLite, or postgresql://user@host/name. PostgreSQL needs "
        "`onbehalf[postgresql]`.",
    )
    plugins: Names = Field(
        default=(),
        description="Comma-separated names of the plugins to load, in this order. An installed plugin that is not "
        "named runs no code.",
    )
    safe_mode: bool = Field(
        default=False,
        description="Start with the built-in plugins alone, whatever `ONBEHALF_PLUGINS` names. "
        "See [operations](operations.md).",
    )
    hook_seconds: float = Field(
        default=2.0, gt=0, description="Seconds a hook of a plugin may take; three calls over it pause the plugin."
    )
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
        default_factory=dict,
        description="Dates that close (`2027-02-15`) or open (`+2027-02-20`) a desk, by country: "
        '`{"CN": ["2027-02-15", "+2027-02-20"]}`.',
    )
    cloud_overrides: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Fields of a cloud to replace, by cloud key; portals merge by kind."
    )
    cloud_files: Names = Field(
        default=(),
        description="Comma-separated TOML files, each of which describes one more cloud. See [clouds](clouds.md).",
    )
    sign_in: dict[str, SignIn] = Field(
        default_factory=dict,
        description="OpenID Connect clients by cloud key: who may sign in, and through whom. "
        "See [sign-in](sign-in.md).",
    )
    sign_in_roles: dict[str, Role] = Field(
        default={role: role for role in ROLES}, description="Roles by the value of the token's roles claim."
    )
    session_idle_minutes: int = Field(default=30, ge=1, le=1440, description="Minutes until an idle session ends.")
    session_hours: int = Field(default=12, ge=1, le=168, description="Hours until any session ends.")
    allowed_hosts: Hosts = Field(
        default=(),
        description="Host names this desk answers to, without scheme and port; empty = any, for one behind a proxy "
        "that checks. See [operations](operations.md).",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Proxies in front that add X-Forwarded headers. See [operations](operations.md).",
    )
    limits_storage: str = Field(
        default="memory://",
        description="Where rate limits are counted: memory:// per worker, redis://host, or rediss://host with TLS. "
        "Redis needs `onbehalf[redis]`.",
    )
    failed_sign_ins_per_minute: int = Field(
        default=10,
        ge=1,
        description="Failed sign-ins from one address, of IPv6 from one /64 network; then 429.",
    )
    writes_per_minute: int = Field(
        default=120, ge=1, description="Writes by one member; then 429, with what was typed."
    )
    metrics_token: str = Field(default="", description="Bearer token for /metrics; empty = from loopback alone.")
    page_size: int = Field(default=25, ge=1, le=200, description="Rows on a page of a list.")

    @field_validator(
        "plugins",
        "old_secret_keys",
        "clouds",
        "cloud_files",
        "operator",
        "allowed_hosts",
        "staffed_days",
        mode="before",
    )
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
        """Take what is passed in, then the environment, then the secrets' folder, then the TOML file."""
        file, folder = config_file(), secrets_folder()
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if folder is not None:
            sources.append(SecretsSettingsSource(settings_cls, secrets_dir=folder))
        if file is not None:
            sources.append(CoreToml(settings_cls, toml_file=file))
        return tuple(sources)
