"""Install each of our plugins alone beside Onbehalf, where there is no network and nothing else, and try it there.

``python tests/tools/try_each_plugin.py dist/onbehalf-….tar.gz``. Needs root, for a network namespace.
"""

import json
import tarfile
import tempfile
import time
from pathlib import Path

from try_bundle import PYTHON, without_network
from try_new_plugin import run

PLUGINS = ("azure", "germany", "marketplace", "office365", "usgov", "vianet")


def main() -> None:
    """Go into a network namespace of its own, then try one after the other."""
    archive = without_network(__file__)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try_in(Path(folder), archive)
    print(f"{len(PLUGINS)} passed, 0 failed ({time.monotonic() - began:.0f} s)")


def try_in(folder: Path, archive: Path) -> None:
    """Install Onbehalf with the first, then exchange the plugin."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    wheels, installed = folder / "onbehalf" / "wheels", folder / "installed"
    assert {path.name.split("-")[0] for path in wheels.glob("onbehalf_*.whl")} == {f"onbehalf_{one}" for one in PLUGINS}
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHON": PYTHON}
    run([folder / "onbehalf" / "install.sh", installed, PLUGINS[0]], bare, folder)
    pip = [installed / "bin" / "python", "-m", "pip", "-q", "--disable-pip-version-check"]
    for number, name in enumerate(PLUGINS):
        if number:
            run([*pip, "uninstall", "-y", f"onbehalf-{PLUGINS[number - 1]}"], bare, folder)
            run([*pip, "install", "--no-index", "--no-deps", next(wheels.glob(f"onbehalf_{name}-*.whl"))], bare, folder)
        run([*pip, "check"], bare, folder)
        works_alone(installed / "bin" / "onbehalf", name, bare, folder)


def works_alone(onbehalf: Path, name: str, bare: dict[str, str], folder: Path) -> None:
    """Start with this plugin, and ask it in every situation of the worldwide cloud and its own."""
    told = json.loads(run([onbehalf, "plugins", "--json"], bare | {"ONBEHALF_PLUGINS": name}, folder))["plugins"]
    (only,) = [plugin for plugin in told if not plugin["built_in"]]
    assert (only["name"], only["state"], only["reason"]) == (name, "enabled", None), only
    assert only["clouds"] or only["products"], only
    run([onbehalf, "check-plugin", name, "--tier", "works"], bare, folder)


if __name__ == "__main__":
    main()
