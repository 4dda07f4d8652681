"""What one running deployment is made of; handed to the functions that need it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.config import Settings
from webapp.db import Database
from webapp.plugins.loading import Plugins


@dataclass(frozen=True)
class Deployment:
    """Settings, plugins, database and clock of one application."""

    settings: Settings
    plugins: Plugins
    database: Database
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return self.clock()
