"""The browser of the tests and of the pictures."""

import shutil

PROGRAMS = ("chromium-headless-shell", "chromium")
"""The first has the same engine and no windows of its own, so that a page opens at a fifth of the cost."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """Return the path of the browser, if there is one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
