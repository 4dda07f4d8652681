"""One blueprint a noun, and what every page goes through first."""

from __future__ import annotations

from flask import Flask

from webapp.views import (
    customers,
    drafts,
    entitlements,
    gate,
    home,
    preferences,
    remedies,
    requests,
    sign_in,
    trouble,
)
from webapp.views import (
    help as help_,
)


def init_app(app: Flask) -> None:
    """Put the gate before every page, the error pages behind, and the blueprints between."""
    gate.init_app(app)
    trouble.init_app(app)
    app.jinja_env.globals.update(
        remedy_links=remedies.links, door_link=remedies.door_link, this_page=preferences.this_page
    )
    for noun in (home, customers, requests, drafts, entitlements, help_, preferences, sign_in):
        app.register_blueprint(noun.bp)
    if app.config["DEMO"]:
        app.register_blueprint(sign_in.examples)
