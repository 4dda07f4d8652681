"""What the demo keeps, all of it in ``.demo`` of the current folder: a database and a secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from webapp.config import Settings, load_settings, plugins_are_named
from webapp.demo.cast_partners import own_tenant

DEMO_PLUGINS = ("azure", "office365", "vianet", "marketplace", "usgov", "germany")


def demo_folder() -> Path:
    """Return the folder, made if it is not there."""
    folder = Path.cwd() / ".demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def database_file() -> Path:
    """Return where the demo's database lies."""
    return demo_folder() / "onbehalf.sqlite3"


def demo_settings(database: Path | None = None) -> Settings:
    """Return the demo's settings, with another ``database`` file if given.

    Every plugin is enabled unless the deployer names some; Fabrikam is the operator.
    """
    kept = {
        "database_url": f"sqlite:///{database or database_file()}",
        "secret_key": _secret(demo_folder() / "secret"),
        "operator": (own_tenant("Fabrikam", "global"),),
    }
    return load_settings(**kept) if plugins_are_named() else load_settings(**kept, plugins=DEMO_PLUGINS)


def _secret(path: Path) -> str:
    """Return the demo's secret, made at the first start and readable by its owner alone."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8")
