"""Build ``dist/onbehalf-<version>-<platform>.tar.gz``: all that a machine without a network needs to install Onbehalf.

``make bundle`` runs it. The archive holds a wheel of the core, of each plugin and of every pinned dependency for this
platform and this Python, their hashes, an install script and the manuals.
"""

import hashlib
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
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
INSTALL = """\
#!/bin/sh
# Installs Onbehalf from this folder alone: ./install.sh TARGET [PLUGIN ...]
# Without plugins it installs all of them; what is installed is not yet enabled (ONBEHALF_PLUGINS).
set -eu
target=${1:?"say where to: ./install.sh /opt/onbehalf [azure office365 ...]"}
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
sha256sum --quiet --check SHA256SUMS
"${PYTHON:-python3}" -m venv "$target"
pip="$target/bin/python -m pip --disable-pip-version-check install -q --no-index --find-links wheels --require-hashes --no-deps"
$pip -r run.txt
if [ $# = 0 ]; then
    $pip -r own.txt
else
    grep '^onbehalf==' own.txt > "$target/own.txt"
    for plugin in "$@"; do
        grep "^onbehalf-$plugin==" own.txt >> "$target/own.txt" || { echo "No plugin $plugin in this bundle." >&2; exit 1; }
    done
    $pip -r "$target/own.txt"
fi
"$target/bin/python" -m pip --disable-pip-version-check check
echo "Installed: $target/bin/onbehalf. What to set next stands in docs/settings.md."
"""


def main() -> None:
    """Build the wheels, gather the pinned ones, and pack both."""
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "onbehalf"
        wheels = inside / "wheels"
        wheels.mkdir(parents=True)
        build_wheels(wheels)
        write_own(inside / "own.txt", wheels)
        shutil.copy(ROOT / "requirements" / "run.txt", inside / "run.txt")
        subprocess.run(
            [*PIP, "download", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", inside / "run.txt", "-d", wheels],
            check=True,
        )  # fmt: skip
        write_texts(inside)
        write_sums(inside)
        version = (wheels / next(wheels.glob("onbehalf-*.whl")).name).name.split("-")[1]
        archive = (
            DIST / f"onbehalf-{version}-{sysconfig.get_platform()}-py{sys.version_info[0]}{sys.version_info[1]}.tar.gz"
        )
        with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
            packed.add(inside, "onbehalf")
    print(archive.relative_to(ROOT))


def build_wheels(target: Path) -> None:
    """Build a wheel of the core and of each plugin into ``target``."""
    subprocess.run(
        [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", target, ROOT, *PLUGINS],
        check=True,
    )


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
    script = inside / "install.sh"
    script.write_text(INSTALL, encoding="utf-8")
    script.chmod(0o755)


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
