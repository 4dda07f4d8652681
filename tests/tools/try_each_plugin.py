"""Install each of our plugins alone with Onbehalf by plain pip, where there is no network and nothing else, and try it.

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
    """Go into a network namespace of its own, then try one after the other, and two together."""
    archive = without_network(__file__)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try_in(Path(folder), archive)
    print(f"{len(PLUGINS) + 1} passed, 0 failed ({time.monotonic() - began:.0f} s)")


def try_in(folder: Path, archive: Path) -> None:
    """Make one environment by plain pip from the folder of wheels, and exchange the plugin in it."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    wheels, bin_ = folder / "onbehalf" / "wheels", folder / "installed" / "bin"
    assert {path.name.split("-")[0] for path in wheels.glob("onbehalf_*.whl")} == {f"onbehalf_{one}" for one in PLUGINS}
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    run([PYTHON, "-m", "venv", bin_.parent], bare, folder)
    for name in PLUGINS:
        install([name], wheels, bin_, bare)
        works(bin_ / "onbehalf", [name], bare, folder)
    install(["azure", "vianet"], wheels, bin_, bare)
    works(bin_ / "onbehalf", ["azure", "vianet"], bare, folder)
    run([bin_ / "python", "-m", "pip", "--disable-pip-version-check", "check"], bare, folder)


def install(plugins: list[str], wheels: Path, bin_: Path, bare: dict[str, str]) -> None:
    """Take away the plugin before, and install these as an extra of Onbehalf; show that pip brought no other."""
    pip = [bin_ / "python", "-m", "pip", "-q", "--disable-pip-version-check"]
    code = "from importlib.metadata import distributions; print(*(one.name for one in distributions()))"

    def ours() -> set[str]:
        return {
            name for name in run([bin_ / "python", "-c", code], bare, wheels).split() if name.startswith("onbehalf")
        }

    if before := ours() - {"onbehalf"}:
        run([*pip, "uninstall", "-y", *before], bare, wheels)
    wanted = f"onbehalf[{','.join(plugins)}]"
    run([*pip, "install", "--no-index", "--find-links", wheels, wanted], bare, wheels)
    assert ours() == {"onbehalf", *(f"onbehalf-{name}" for name in plugins)}, ours()


def works(onbehalf: Path, plugins: list[str], bare: dict[str, str], folder: Path) -> None:
    """Start with these plugins, and ask each in every situation of the worldwide cloud and its own.

    The further tiers want every cloud in which a plugin sells, so the suite tries them where all are installed.
    """
    environ = bare | {"ONBEHALF_PLUGINS": ",".join(plugins)}
    told = json.loads(run([onbehalf, "plugins", "--json"], environ, folder))["plugins"]
    running = [plugin for plugin in told if not plugin["built_in"]]
    assert sorted(plugin["name"] for plugin in running) == plugins, running
    for plugin in running:
        assert (plugin["state"], plugin["reason"]) == ("enabled", None), plugin
        assert plugin["clouds"] or plugin["products"], plugin
        run([onbehalf, "check-plugin", plugin["name"], "--tier", "works"], bare, folder)


if __name__ == "__main__":
    main()
