"""Do what docs/samples/Containerfile says without a container engine, and run what it makes as docs/container.md says.

``python tests/tools/try_container.py dist/onbehalf-….tar.gz``. Needs root, for namespaces without a network. The base
image is stood in for by this machine's ``/usr``, read-only, with the Python that runs this; the rest is new.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from try_bundle import with_own_mounts

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "samples" / "Containerfile"
SECRET = "a-secret-of-this-trial-0123456789abcdef"
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
ACCOUNTS = {"passwd": "root:x:0:0::/:/bin/sh\n", "group": "root:x:0:\n", "shadow": "root:*:::::::\n"}
DEVICES = ("null", "urandom")
LIMITED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--clear-groups")
NOTHING = {"USER", "EXPOSE", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
"""Instructions that say how the image is run, and change nothing in it."""


def main() -> None:
    """Go into namespaces of its own, build, and run; what is mounted there goes with them."""
    folder, archive = with_own_mounts(__file__, "onbehalf-container-")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    began = time.monotonic()
    runs(folder, built(folder, archive))
    print(f"1 passed, 0 failed ({time.monotonic() - began:.0f} s)")


# ---- Building -------------------------------------------------------------------------------------------------------


class Stage:
    """One root that is being built, with what the file has said about it so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environ = {"PATH": f"{sys.base_prefix}/bin:/usr/bin:/usr/sbin", "HOME": "/"}
        self.folder = "/"
        self.said: dict[str, str] = {}
        make_root(root)

    def inside(self, command: list[str], **how) -> subprocess.CompletedProcess[str]:
        """Run a command with this root."""
        full = ["env", "-i", *(f"{k}={v}" for k, v in self.environ.items()), *command]
        return subprocess.run(["chroot", self.root, *full], text=True, check=False, **how)


def make_root(root: Path) -> None:
    """Stand in for the base image: programs of this machine, and files of its own beside them."""
    for name in ("usr", "etc", "tmp", "proc", "dev", "var/lib", "run/secrets", "opt"):
        (root / name).mkdir(parents=True)
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    bind(Path("/usr"), root / "usr")
    if not sys.base_prefix.startswith("/usr"):
        python = root / sys.base_prefix.lstrip("/")
        python.mkdir(parents=True)
        bind(Path(sys.base_prefix), python)
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    for name in DEVICES:
        (root / "dev" / name).touch()
        subprocess.run(["mount", "--bind", f"/dev/{name}", root / "dev" / name], check=True)
    for name, text in ACCOUNTS.items():
        (root / "etc" / name).write_text(text)
    (root / "tmp").chmod(0o1777)


def bind(source: Path, target: Path) -> None:
    """Show a folder of this machine in another place, to be read only."""
    subprocess.run(["mount", "--bind", source, target], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)


def instructions() -> Iterator[tuple[str, str]]:
    """Yield each instruction of the file and its words."""
    text = re.sub(r"^#.*\n", "", SAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        word, _space, rest = line.partition(" ")
        yield word, rest.strip()


def built(folder: Path, archive: Path) -> Stage:
    """Follow the instructions; return the last stage."""
    stages: dict[str, Stage] = {}
    arguments: dict[str, str] = {}
    stage = None
    for word, rest in instructions():
        if word == "ARG":
            name, _is, default = rest.partition("=")
            arguments[name] = shlex.split(default)[0]
        elif word == "FROM":
            assert rest.startswith("${BASE}"), rest
            name = rest.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(folder / name)
        else:
            assert stage, f"{word} before FROM"
            follow(stage, word, rest, arguments, stages, archive)
    assert stage, "no stage"
    return stage


def follow(stage: Stage, word: str, rest: str, arguments: dict[str, str], stages: dict, archive: Path) -> None:
    """Follow one instruction within a stage."""
    if word == "COPY":
        copy(stage, rest, stages, archive)
    elif word == "RUN":
        ran = stage.inside(["env", *(f"{k}={v}" for k, v in arguments.items()), "sh", "-c", rest])
        assert ran.returncode == 0, rest
    elif word == "ENV":
        for pair in shlex.split(rest):
            name, _is, value = pair.partition("=")
            stage.environ[name] = value.replace("$PATH", stage.environ["PATH"])
    elif word == "WORKDIR":
        stage.folder = rest
        assert (stage.root / rest.lstrip("/")).is_dir(), rest
    else:
        assert word in NOTHING, word
        stage.said[word] = rest


def copy(stage: Stage, rest: str, stages: dict, archive: Path) -> None:
    """Copy the bundle, or a folder of an earlier stage."""
    *options, source, target = rest.split()
    place = stage.root / target.lstrip("/")
    if options:
        (name,) = re.fullmatch(r"--from=(\w+)", options[0]).groups()
        shutil.copytree(stages[name].root / source.lstrip("/"), place, symlinks=True)
    else:
        assert archive.match(source), f"{archive.name} is not {source}"
        shutil.copy(archive, place)


# ---- Running --------------------------------------------------------------------------------------------------------


def runs(folder: Path, image: Stage) -> None:
    """Run it as the manual says: its own user, a root to be read only, no capability, secrets in files."""
    user, state = image.said["USER"].split(":"), image.said["VOLUME"]
    keep(folder, image, state, int(user[0]))
    limited = [*LIMITED, f"--reuid={user[0]}", f"--regid={user[1]}", "env", f"--chdir={image.folder}"]
    entry, serve = json.loads(image.said["ENTRYPOINT"]), json.loads(image.said["CMD"])
    check = json.loads(image.said["HEALTHCHECK"].partition("CMD ")[2])
    image.environ["ONBEHALF_PLUGINS"] = "azure,office365"
    refuse_to_write(image, limited, state)
    assert image.inside([*limited, *entry, *serve]).returncode == 1, "it serves without tables"
    assert image.inside([*limited, *entry, "db", "upgrade"]).returncode == 0
    environ = [f"{k}={v}" for k, v in image.environ.items()]
    command = ["chroot", image.root, "env", "-i", *environ, *limited, *entry, *serve]
    desk = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(image, [*limited, *check], desk)
        ready = check[-1].replace("/healthz", "/readyz")
        assert image.inside([*limited, *check[:-1], ready]).returncode == 0
        kept = Path(f"/proc/{desk.pid}/status").read_text(encoding="utf-8")
        assert re.search(rf"^Uid:(\t{user[0]}){{4}}$", kept, flags=re.MULTILINE), kept
        assert re.search(r"^CapEff:\t0+$", kept, flags=re.MULTILINE), kept
    finally:
        desk.terminate()
        desk.wait(30)
    assert image.inside([*limited, *check], stderr=subprocess.DEVNULL).returncode != 0, "it is well when it is gone"


def keep(folder: Path, image: Stage, state: str, user: int) -> None:
    """Mount the state and the secrets, give it a /tmp, and let the root be read only."""
    root, secrets = image.root, folder / "secrets"
    secrets.mkdir()
    (secrets / "onbehalf_secret_key").write_text(SECRET)
    for path in (secrets, secrets / "onbehalf_secret_key"):
        os.chown(path, user, user)
        path.chmod(0o500)
    bind(secrets, root / "run" / "secrets")
    place = root / state.lstrip("/")
    owned = place.stat()
    kept = folder / "state"
    shutil.copytree(place, kept)
    os.chown(kept, owned.st_uid, owned.st_gid)
    subprocess.run(["mount", "--rbind", root, root], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
    subprocess.run(["mount", "--bind", kept, place], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp"], check=True)


def refuse_to_write(image: Stage, limited: list[str], state: str) -> None:
    """Show that it writes to its state and to /tmp, and nowhere else."""
    for place in (state, "/tmp", "/opt/onbehalf", "/etc", "/run/secrets"):  # noqa: S108  # the container's own
        ran = image.inside([*limited, "touch", f"{place}/trial"], stderr=subprocess.DEVNULL)
        assert (ran.returncode == 0) is (place in {state, "/tmp"}), place  # noqa: S108


def wait_for(image: Stage, check: list[str], desk: subprocess.Popen) -> None:
    """Ask the health check until it is content."""
    until = time.monotonic() + 60
    while time.monotonic() < until and desk.poll() is None:
        if image.inside(check, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"it does not get well; it ended with {desk.poll()}")


if __name__ == "__main__":
    main()
