"""Install the bundle where there is no network, and do the main job with it. Needs root, for a network namespace.

``python tests/tools/try_bundle.py dist/onbehalf-….tar.gz``; the machine's only network is then its loopback.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener, urlopen

INSIDE = "ONBEHALF_TRY_BUNDLE_INSIDE"
PORT = "8123"
ADDRESS = f"http://127.0.0.1:{PORT}"
PYTHON = f"{sys.base_prefix}/bin/python3"


def main() -> None:
    """Go into a network namespace of its own, then install and try."""
    archive = without_network(__file__)
    with tempfile.TemporaryDirectory() as folder:
        try_in(Path(folder), archive)
    print("1 passed, 0 failed")


def without_network(script: str) -> Path:
    """Start the script again in a network namespace of its own; there, return the archive that it was given."""
    archive = Path(sys.argv[1]).resolve()
    if not os.environ.get(INSIDE):
        command = ["unshare", "--net", sys.executable, script, str(archive)]
        sys.exit(subprocess.run(command, env=os.environ | {INSIDE: "1"}, check=False).returncode)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout
    assert routes == "", f"there is a network: {routes}"
    return archive


def with_own_mounts(script: str, prefix: str) -> tuple[Path, Path]:
    """Start the script again in namespaces of network and mounts; there, return an empty folder and the archive.

    What is mounted there goes with the namespace.
    """
    archive = Path(sys.argv[1]).resolve()
    if folder := os.environ.get(INSIDE):
        return Path(folder), archive
    made = tempfile.mkdtemp(prefix=prefix)
    command = ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, script, str(archive)]
    ended = subprocess.run(command, env=os.environ | {INSIDE: made}, check=False).returncode
    Path(made).rmdir()
    sys.exit(ended)


def try_in(folder: Path, archive: Path) -> None:
    """Unpack, install two plugins only, and file a request in the demo."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    bundle, target = folder / "onbehalf", folder / "installed"
    refuse_a_damaged_copy(folder, bundle)
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHON": PYTHON}
    subprocess.run([bundle / "install.sh", target, "azure", "vianet"], check=True, env=bare)
    listed = subprocess.run(
        [target / "bin/onbehalf", "plugins", "--json"], check=True, capture_output=True, env=bare, cwd=folder
    )
    names = {plugin["name"] for plugin in json.loads(listed.stdout)["plugins"] if not plugin["built_in"]}
    assert names == {"azure", "vianet"}, names
    demo = subprocess.Popen(
        [target / "bin/onbehalf", "demo"],
        env=bare | {"PORT": PORT, "ONBEHALF_PLUGINS": "azure,vianet"},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        wait_for(demo)
        file_a_request()
    finally:
        demo.terminate()
        demo.wait(20)


def refuse_a_damaged_copy(folder: Path, bundle: Path) -> None:
    """Show that a changed file stops the installation."""
    damaged = shutil.copytree(bundle, folder / "damaged")
    with (damaged / "own.txt").open("a", encoding="utf-8") as file:
        file.write("\n")
    refused = subprocess.run([damaged / "install.sh", folder / "never"], capture_output=True, check=False)
    assert refused.returncode != 0
    assert not (folder / "never").exists()


def wait_for(demo: subprocess.Popen[str]) -> None:
    """Ask until the demo answers; it says where it is a moment before it listens."""
    until = time.monotonic() + 60
    while time.monotonic() < until and demo.poll() is None:
        try:
            with urlopen(f"{ADDRESS}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"the demo does not answer; it ended with {demo.poll()}")


class StayHere(HTTPRedirectHandler):
    """Shows a redirection instead of following it: the portal is in another network."""

    def redirect_request(self, *_arguments: object) -> None:
        """Follow nothing."""


def file_a_request() -> None:
    """Do the main job as a browser without JavaScript would."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()), StayHere())

    def fetch(path: str, **fields: str) -> tuple[int, str, str]:
        body = urlencode(fields).encode() if fields else None
        try:
            answer = browser.open(Request(ADDRESS + path, data=body, headers={"Origin": ADDRESS}), timeout=20)
        except Exception as error:
            if not hasattr(error, "headers"):
                raise
            answer = error
        return answer.status, answer.headers.get("Location") or "", answer.read().decode()

    token = re.search(r'name="csrf_token" value="([^"]+)"', fetch("/sign-in")[2])[1]
    assert fetch("/sign-in/demo", member="fabrikam-admin-agent", csrf_token=token)[0] == 303
    customer = re.search(r'href="/customers/(\d+)', fetch("/customers?q=contoso")[2])[1]
    form = fetch(f"/customers/{customer}/requests/new?product=azure")[2]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    subscription = re.search(r'name="subscription".*?<option value="(\d+)"', form, re.DOTALL)[1]
    words = {
        "product": "azure",
        "subscription": subscription,
        "category": "break_fix",
        "severity": "B",
        "language": "en",
        "title": "Nobody can sign in",
        "description": "Since nine o'clock.",
        "contact_name": "Astrid Nyberg",
        "contact_email": "astrid.nyberg@fabrikam.com",
        "answer_health_checked": "nothing_found",
        "answer_issue_kind": "unavailable",
        "answer_tried": "Restarted it.",
        "action": "file",
    }
    status, made, page = fetch(f"/customers/{customer}/requests", **hidden | words)
    assert status == 303, re.sub(r"<[^>]+>", " ", page)
    assert fetch(f"{made}/go")[1] == "https://portal.azure.com/contoso.com"


if __name__ == "__main__":
    main()
