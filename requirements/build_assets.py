"""Copy htmx from its pinned package into the folder the application serves (see requirements/assets.txt)."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling ships the class generic over its own config
    """Run by hatchling before the wheel, or the editable install, is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put ``htmx.min.js`` where the templates expect it; stop the build if the package is missing."""
        vendor = Path(self.root) / "webapp" / "static" / "vendor"
        spec = importlib.util.find_spec("django_htmx")
        if spec is None or not spec.submodule_search_locations:
            if (vendor / "htmx.min.js").exists():
                return
            raise RuntimeError("htmx is missing: install requirements/assets.txt first (make demo does).")
        vendor.mkdir(parents=True, exist_ok=True)
        source = Path(spec.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"
        shutil.copyfile(source, vendor / "htmx.min.js")
