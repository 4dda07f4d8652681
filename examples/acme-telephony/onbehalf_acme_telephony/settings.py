"""What a deployer may set, in variables that begin with `ONBEHALF_ACME_TELEPHONY_`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from webapp import Situation


class Settings(BaseModel):
    """The plugin's own settings; Onbehalf fills them in and hands them to each hook as `situation.settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn_days: int = Field(
        default=30, ge=0, description="From how many days before its end a contract is warned about."
    )


def settings_of(situation: Situation) -> Settings:
    """Return the settings Onbehalf filled in, or the defaults where a test had none."""
    return situation.settings if isinstance(situation.settings, Settings) else Settings()
