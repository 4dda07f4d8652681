"""Do what docs/one-machine.md says, line by line, then start what the units start.

``python tests/tools/try_one_machine.py dist/onbehalf-….tar.gz``. Needs root, for namespaces: the only network is the
machine's loopback, and ``/etc``, ``/opt`` and ``/var/lib`` are copies, or empty, and gone in the end.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from try_bundle import with_own_mounts

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "one-machine.md").read_text(encoding="utf-8")
SETTINGS = Path("/etc/onbehalf/onbehalf.env")
STATE = Path("/var/lib/onbehalf")
ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/", "PYTHON": f"{sys.base_prefix}/bin/python3"}
MADE_UP = {
    "<48 random characters>": "a-secret-of-this-trial-0123456789abcdefghijklmno",
    "<tenant id>": "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11",
    '"…"': '"made-up"',
    "onbehalf doctor": "onbehalf doctor --offline",  # there is no network, so no provider to be asked
}


def main() -> None:
    """Go into namespaces of its own, and try; what is mounted there goes with them."""
    folder, archive = with_own_mounts(__file__, "onbehalf-machine-")
    began = time.monotonic()
    new_machine(folder)
    shutil.copy(archive, folder)
    first, settings, then = blocks()
    shell(first, folder)
    write_settings(settings)
    shell(then, folder)
    function = then.partition("\ndesk onbehalf db")[0]
    serves(function, folder)
    backs_up(folder)
    print(f"1 passed, 0 failed ({time.monotonic() - began:.0f} s)")


def mount(*arguments: str | Path) -> None:
    """Mount something in this namespace."""
    subprocess.run(["mount", *arguments], check=True)


def new_machine(folder: Path) -> None:
    """Give this namespace an ``/etc`` to write to, and an ``/opt`` and a ``/var/lib`` with nothing in them."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    mount("-t", "tmpfs", "tmpfs", folder)
    folder.chmod(0o755)
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    mount("--bind", folder / "etc", "/etc")
    for place in ("/opt", "/var/lib"):
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
    if sys.base_prefix.startswith("/root/"):  # a Python that the desk's own user could not reach
        python = folder / "python"
        python.mkdir()
        mount("--bind", sys.base_prefix, python)
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/root")
        Path(sys.base_prefix).mkdir(parents=True)
        mount("--bind", python, sys.base_prefix)


def blocks() -> list[str]:
    """Return the blocks of the guide, with something in the place of what a deployer knows."""
    found = re.findall(r"^```\w+\n(.*?)^```", GUIDE, flags=re.DOTALL | re.MULTILINE)
    for old, new in MADE_UP.items():
        assert any(old in block for block in found), old
        found = [block.replace(old, new) for block in found]
    return found


def shell(lines: str, folder: Path) -> None:
    """Run lines as root's shell does, and stop at the first that fails."""
    ran = subprocess.run(["bash", "-euxo", "pipefail", "-c", lines], cwd=folder, env=ENVIRON, check=False)
    assert ran.returncode == 0, lines


def write_settings(text: str) -> None:
    """Write the settings' file, with the rights that the guide names."""
    SETTINGS.write_text(text, encoding="utf-8")
    SETTINGS.chmod(0o640)
    shutil.chown(SETTINGS, "root", "onbehalf")


def unit(name: str) -> dict[str, str]:
    """Return what a unit says, by key."""
    text = (DOCS / "samples" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE))


def serves(function: str, folder: Path) -> None:
    """Start the command of the service as its user, with its settings; ask whether it is ready, and stop it."""
    service = unit("onbehalf.service")
    assert (service["User"], service["EnvironmentFile"]) == ("onbehalf", str(SETTINGS))
    assert service["WorkingDirectory"] == str(STATE)
    program, _space, arguments = service["ExecStart"].partition(" ")
    assert str(Path(program).parent) in function
    port = re.search(r"--port (\d+)", arguments)[1]
    log = folder / "serve.log"
    command = ["bash", "-c", f"{function}\ndesk onbehalf {arguments}"]
    with log.open("w", encoding="utf-8") as file:
        desk = subprocess.Popen(command, env=ENVIRON, stdout=file, stderr=file, start_new_session=True)
    try:
        ready = wait_for(f"http://127.0.0.1:{port}/readyz", desk)
    except BaseException:
        print(log.read_text(encoding="utf-8"))
        raise
    finally:
        os.killpg(desk.pid, signal.Signals[service["KillSignal"]])
        desk.wait(30)
    assert ready["status"] == "ready", ready
    kept = STATE / "onbehalf.sqlite3"
    assert kept.owner() == "onbehalf"
    assert kept.stat().st_mode & 0o777 == 0o640, oct(kept.stat().st_mode)


def wait_for(address: str, desk: subprocess.Popen) -> dict:
    """Ask until there is an answer."""
    until = time.monotonic() + 60
    while time.monotonic() < until and desk.poll() is None:
        try:
            with urlopen(address, timeout=10) as answer:
                return json.load(answer)
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"the desk does not answer; it ended with {desk.poll()}")


def backs_up(folder: Path) -> None:
    """Do what the timer does at night, in the folders that systemd makes for it."""
    service = unit("onbehalf-backup.service")
    for name in service["StateDirectory"].split():
        place = STATE.parent / name
        place.mkdir(exist_ok=True)
        shutil.chown(place, service["User"], service["Group"])
    (folder / "night").write_text(service["ExecStart"].replace("%%", "%"), encoding="utf-8")
    shell(
        f"runuser -u {service['User']} -- sh -c 'set -a; . {SETTINGS}; umask {service['UMask']}; . {folder}/night'",
        STATE,
    )
    (made,) = (STATE / "backups").iterdir()
    assert made.stat().st_size > 100_000
    assert made.stat().st_mode & 0o777 == 0o600


if __name__ == "__main__":
    main()
