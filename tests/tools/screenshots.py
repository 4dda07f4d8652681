"""Photograph every page of the demo into ``.artifacts/``, wide and narrow; ``--readme`` takes the README's picture too.

The pages are found by walking the application's addresses, so that a new one is in the next set by itself.
"""

import logging
import re
import runpy
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from browser import QUIET, program
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from webapp.app import create_app
from webapp.commands.demo import fill
from webapp.config import load_settings
from webapp.demo.cast_partners import own_tenant
from webapp.testing.pytest_plugin import ALL_PLUGINS

TARGET = Path(".artifacts")
SIZES = {"1280-light": (1280, 900, "light"), "390-light": (390, 844, "light"), "1280-dark": (1280, 900, "dark")}
MEMBER, CUSTOMER = "fabrikam-global-admin", "Contoso"
NO_PAGE = re.compile(r"\.csv|/go$|/export|/healthz|/readyz|/metrics|/sign-in|/assets/|\.jsonl")
STATES = {"missing": "/customers/999999", "empty": "/requests?q=nothing-is-called-this"}
ROLES = runpy.run_path(str(Path(__file__).parents[1] / "test_roles.py"))


def main(*, readme: bool) -> None:
    """Serve a fresh demo and photograph every page in every size."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.sqlite3'}"
        settings = load_settings(
            database_url=url,
            plugins=ALL_PLUGINS,
            secret_key="only-for-a-photograph-of-the-demo",
            operator=(own_tenant("Fabrikam", "global"),),
        )
        fill(settings)
        app = create_app(settings, demo=True)
        pages = places(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
            for kind, (wide, high, theme) in SIZES.items():
                context = browser.new_context(
                    viewport={"width": wide, "height": high}, color_scheme=theme, locale="en-GB"
                )
                photograph(context.new_page(), address, pages, kind)
                context.close()
            if readme:
                for_the_readme(browser.new_page(viewport={"width": 1180, "height": 800}), address)
            browser.close()
        server.shutdown()
    print(f"{len(list(TARGET.iterdir()))} pictures in {TARGET}/")


def places(app):
    """Return every page by a name for its file."""
    ids = ROLES["objects"](app, MEMBER, CUSTOMER)
    found = {}
    for rule, method in ROLES["rules_of"](app):
        if method != "GET" or NO_PAGE.search(rule.rule):
            continue
        for path in ROLES["addresses"](rule, ids):
            name = re.sub(r"\W+", "-", path.split("?")[0]).strip("-") or "home"
            found[name] = path + ("?product=azure" if "customer_id" in rule.arguments else "")
    return found | STATES


def photograph(page: Page, address: str, pages: dict[str, str], kind: str) -> None:
    """Sign in and keep a picture of each page."""
    page.goto(f"{address}/sign-in")
    page.screenshot(path=TARGET / f"sign-in-{kind}.jpg", type="jpeg", quality=70)
    page.locator(f"button[value={MEMBER}]").click()
    for name, path in pages.items():
        page.goto(address + path)
        page.screenshot(path=TARGET / f"{name}-{kind}.jpg", full_page=True, type="jpeg", quality=70)


def for_the_readme(page: Page, address: str) -> None:
    """Keep one picture of the form with its checklist."""
    page.goto(f"{address}/sign-in")
    page.locator("button[value=adatum-admin-agent]").click()
    page.goto(f"{address}/customers?q=margie")
    page.locator("#customers tbody a").first.click()
    page.locator("a[href$='product=azure']").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path="docs/screenshot.png")


if __name__ == "__main__":
    main(readme="--readme" in sys.argv)
