"""Photograph the demo's pages into ``.artifacts/``, wide and narrow, light and dark, and one for the README.

``python tests/tools/screenshots.py [language]``; the README's picture is taken where no language is named.
"""

import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from webapp.app import create_app
from webapp.commands.demo import fill
from webapp.config import load_settings
from webapp.testing.pytest_plugin import ALL_PLUGINS

TARGET = Path(".artifacts")
SIZES = {"1280": (1280, 900), "390": (390, 844)}
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PLACES = {
    "home": "/",
    "customers": "/customers",
    "customer": "/customers/1",
    "form": "/customers/1/requests/new?product=azure",
    "requests": "/requests",
    "filed": "/requests?state=filed",
    "entitlements": "/entitlements",
    "help": "/help",
    "missing": "/customers/999999",
}


def main(language: str = "") -> None:
    """Serve a fresh demo and photograph every place in every size and theme."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.sqlite3'}"
        settings = load_settings(database_url=url, plugins=ALL_PLUGINS, secret_key="only-for-a-photograph-of-the-demo")
        fill(settings)
        server = make_server("127.0.0.1", 0, create_app(settings, demo=True), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            for width, (wide, high) in SIZES.items():
                for theme in ("light", "dark"):
                    context = browser.new_context(
                        viewport={"width": wide, "height": high}, color_scheme=theme, locale=language or "en-GB"
                    )
                    photograph(context.new_page(), f"http://127.0.0.1:{server.server_port}", f"{width}-{theme}")
                    context.close()
            if not language:
                for_the_readme(browser.new_page(viewport={"width": 1180, "height": 800}), server.server_port)
            browser.close()
        server.shutdown()


def for_the_readme(page: Page, port: int) -> None:
    """Keep one picture of the form with its checklist."""
    page.goto(f"http://127.0.0.1:{port}/sign-in")
    page.locator("button[value=adatum-admin-agent]").click()
    page.goto(f"http://127.0.0.1:{port}/customers?q=margie")
    page.locator("#customers tbody a").first.click()
    page.locator("a[href$='product=azure']").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path="docs/screenshot.png")


def photograph(page: Page, address: str, kind: str) -> None:
    """Sign in and keep a picture of each place."""
    page.goto(f"{address}/sign-in")
    page.screenshot(path=TARGET / f"sign-in-{kind}.png", full_page=True)
    page.locator("button[value=fabrikam-admin-agent]").click()
    for name, path in PLACES.items():
        page.goto(address + path)
        if name == "filed":
            page.goto(address + re.search(r"/requests/OB-\w{8}", page.content())[0])
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TARGET / f"{name}-{kind}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            print(f"{name} {kind}: scrolls sideways")


if __name__ == "__main__":
    main(*sys.argv[1:2])
