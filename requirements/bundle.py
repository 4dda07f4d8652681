"""Build ``dist/onbehalf-<version>-<platform>.tar.gz``: all that a machine without a network needs to install Onbehalf.

``make bundle`` runs it. The archive holds a wheel of the core, of each plugin and of every pinned dependency for this
platform and this Python, their hashes, an install script and the manuals.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def main() -> None:
    """Build the wheels, gather the pinned ones, and pack both."""
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "onbehalf"
        wheels = inside / "wheels"
        wheels.mkdir(parents=True)
        build_wheels(wheels)
        write_own(inside / "own.txt", wheels)
        pins = shutil.copy(ROOT / "requirements" / "run.txt", inside / "run.txt")
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(for_every_patch(Path(pins).read_text(encoding="utf-8")), encoding="utf-8")
        pip(
            "download",
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
            wanted,
            "-d",
            wheels,
        )
        write_texts(inside)
        write_sums(inside)
        archive = (
            DIST / f"onbehalf-{version_of(wheels)}-{sysconfig.get_platform()}-{sys.implementation.cache_tag}.tar.gz"
        )
        with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
            packed.add(inside, "onbehalf")
    print(archive.relative_to(ROOT))


def for_every_patch(pins: str) -> str:
    """Return the pins without conditions on the last number of this Python: 3.11.2 may want what 3.11.7 has."""
    mine = rf"{sys.version_info.major}\.{sys.version_info.minor}\.\d+"
    return re.sub(rf" ; python_full_version [<>=]+ '{mine}'", "", pins)


def build_wheels(target: Path) -> None:
    """Build a wheel of the core and of each plugin into ``target``."""
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", target, ROOT, *PLUGINS)


def pip(*arguments: str | Path) -> None:
    """Run pip of this environment."""
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments], check=True)


def version_of(wheels: Path) -> str:
    """Return the version of the core's wheel."""
    return next(wheels.glob("onbehalf-*.whl")).name.split("-")[1]


def write_own(file: Path, wheels: Path) -> None:
    """Pin our own wheels by their hashes, as the others are."""
    lines = []
    for wheel in sorted(wheels.glob("onbehalf*.whl")):
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest(wheel)}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_texts(inside: Path) -> None:
    """Add the install script and the manuals."""
    shutil.copytree(ROOT / "docs", inside / "docs", ignore=shutil.ignore_patterns("*.png"))
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, inside / name)
    shutil.copy(ROOT / "requirements" / "install.sh", inside / "install.sh")


def write_sums(inside: Path) -> None:
    """Write the hash of every file, so that a damaged copy is found before it is installed."""
    files = sorted(path for path in inside.rglob("*") if path.is_file())
    lines = [f"{digest(path)}  {path.relative_to(inside)}" for path in files]
    (inside / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
