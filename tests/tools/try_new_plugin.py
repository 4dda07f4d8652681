"""Write a plugin with an installed Onbehalf, install it there, and file a request with it in a browser.

``python tests/tools/try_new_plugin.py dist/onbehalf-….tar.gz``: Onbehalf comes from the bundle into a new environment
that holds nothing else, in a network namespace without a network; the plugin's wheel is built, and the browser driven,
by the environment that runs this script. Needs root for the namespace.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import QUIET, program
from playwright.sync_api import Page, sync_playwright
from try_bundle import ADDRESS, PORT, PYTHON, wait_for, without_network

NAME, PRODUCT = "contoso-voice", "contoso_voice"
VENDOR = "https://support.contoso-voice.example/cases/new?contract=4711"
MEMBER = "fabrikam-admin-agent"


def main() -> None:
    """Go into a network namespace of its own, then try."""
    archive = without_network(__file__)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try_in(Path(folder), archive)
    print(f"1 passed, 0 failed ({time.monotonic() - began:.0f} s)")


def try_in(folder: Path, archive: Path) -> None:
    """Install Onbehalf alone, scaffold, build, install, check, and file."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    installed = folder / "installed"
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHON": PYTHON}
    run([folder / "onbehalf" / "install.sh", installed, "azure"], bare, folder)
    onbehalf, python = installed / "bin" / "onbehalf", installed / "bin" / "python"
    refuse_what_developers_have(python, bare, folder)
    run([onbehalf, "new-plugin", NAME], bare, folder)
    run([python, "-m", "pip", "-q", "install", "--no-index", "--no-deps", built(folder)], bare, folder)
    run([python, "-m", "pip", "-q", "check"], bare, folder)
    told = json.loads(run([onbehalf, "check-plugin", NAME, "--json"], bare, folder))
    assert told["passed"], [finding for finding in told["findings"] if finding["outcome"] != "ok"]
    with demo_running(onbehalf, bare, folder):
        in_a_browser()


@contextmanager
def demo_running(onbehalf: Path, bare: dict[str, str], folder: Path) -> Iterator[None]:
    """Run the demo with the new plugin; what it logs is printed if something fails."""
    environ = bare | {"PORT": PORT, "ONBEHALF_PLUGINS": f"azure,{NAME}"}
    with (folder / "demo.log").open("w+", encoding="utf-8") as log:
        demo = subprocess.Popen([onbehalf, "demo"], env=environ, cwd=folder, stdout=log, stderr=log, text=True)
        try:
            wait_for(demo)
            yield
        except BaseException:
            log.seek(0)
            print(log.read())
            raise
        finally:
            demo.terminate()
            demo.wait(20)


def run(command: list[str | Path], environ: dict[str, str], folder: Path) -> str:
    """Run a command in the new environment; return what it printed."""
    ran = subprocess.run(command, env=environ, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 0, f"{command} ended with {ran.returncode}: {ran.stdout}"
    return ran.stdout


def refuse_what_developers_have(python: Path, bare: dict[str, str], folder: Path) -> None:
    """Show that the environment is clean: no test tool, no build tool, no other plugin, and not this checkout."""
    code = "import json, webapp; from importlib.metadata import distributions as d; "
    code += "print(json.dumps([webapp.__file__, *(one.metadata['Name'].lower() for one in d())]))"
    where, *names = json.loads(run([python, "-c", code], bare, folder))
    assert where.startswith(str(folder)), where
    assert {"onbehalf", "onbehalf-azure"} == {name for name in names if name.startswith("onbehalf")}
    assert not {"pytest", "playwright", "hatchling", "mypy"} & set(names)


def built(folder: Path) -> Path:
    """Build the plugin's wheel as its author would, without a network; return it."""
    wheels = folder / "built"
    source = folder / f"onbehalf-{NAME}"
    command = [sys.executable, "-m", "pip", "-q", "wheel", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", wheels, source], check=True)
    (wheel,) = wheels.glob("*.whl")
    return wheel


def in_a_browser() -> None:
    """Do the main job: record the contract that the plugin asks for, file, and bring the number back."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
        page = browser.new_context(locale="en-GB").new_page()
        enter(page)
        page.goto(f"{ADDRESS}/contracts/new")
        page.select_option("[name=plan]", "other")
        page.fill("[name=plan_name]", f"{PRODUCT}_gold")
        page.fill("[name=contract_id]", "4711")
        page.locator("main form [type=submit]").first.click()
        page.wait_for_url(re.compile(r"/contracts(\?.*)?$"))
        page.goto(f"{ADDRESS}/help/{NAME}")
        assert page.locator("h1").inner_text() == "Contoso Voice"
        file_a_request(page)
        browser.close()


def enter(page: Page) -> None:
    """Sign in as a member of the demo."""
    page.goto(f"{ADDRESS}/sign-in")
    page.locator(f"form:has([value='{MEMBER}']) [type=submit], [name=member][value='{MEMBER}']").first.click()
    page.wait_for_url(f"{ADDRESS}/")


def file_a_request(page: Page) -> None:
    """File for Contoso, and record the number of the vendor's case."""
    page.goto(f"{ADDRESS}/customers?q=contoso")
    page.get_by_role("link", name="Contoso", exact=True).first.click()
    page.wait_for_url(re.compile(r"/customers/\d+"))
    page.locator(f"a[href$='product={PRODUCT}']").click()
    page.get_by_label("Calls: they fail, break off or sound bad").check()
    page.wait_for_load_state("networkidle")
    page.fill("#title", "Calls break off")
    page.fill("#description", "After ten seconds, since this morning.")
    page.locator("input[name=severity][value=A]").check()
    page.click("#send")
    page.wait_for_url(re.compile(r"/requests/OB-\w{8}$"))
    with page.expect_request(lambda asked: asked.url.startswith("https://")) as asked:
        page.evaluate("address => { location.href = address }", f"{page.url}/go")
    assert asked.value.url == VENDOR, asked.value.url


if __name__ == "__main__":
    main()
