"""What a deployer may set for this plugin: ``ONBEHALF_OFFICE365_<FIELD>`` or ``[plugins.office365]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from webapp import Situation


class Settings(BaseModel):
    """The plugin's own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn_days: int = Field(
        default=30, ge=0, description="From how many days before its end an admin relationship is warned about."
    )


def settings_of(situation: Situation) -> Settings:
    """Return the settings core filled in, or the defaults where it had none."""
    return situation.settings if isinstance(situation.settings, Settings) else Settings()
