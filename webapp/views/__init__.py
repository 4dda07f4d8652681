"""One blueprint a noun, and what every page goes through first."""

from __future__ import annotations

from flask import Flask

from webapp.views import (
    access,
    audit,
    canned,
    contracts,
    customer_import,
    customer_parts,
    customer_records,
    customers,
    drafts,
    editing,
    entitlements,
    figures,
    find,
    gate,
    health,
    home,
    manage,
    members,
    plugins,
    preferences,
    publishers,
    remedies,
    request_list,
    request_pack,
    requests,
    sessions,
    sign_in,
    trail,
    trouble,
)
from webapp.views import (
    help as help_,
)

NOUNS = (
    home,
    customer_import,
    customer_records,
    customer_parts,
    customers,
    requests,
    request_pack,
    drafts,
    entitlements,
    access,
    manage,
    members,
    contracts,
    publishers,
    plugins,
    audit,
    figures,
    find,
    help_,
    preferences,
    sessions,
    sign_in,
    health,
    editing,
    canned,
    request_list,
)


def init_app(app: Flask) -> None:
    """Put the gate before every page, the audit trail and the error pages behind, and the blueprints between."""
    gate.init_app(app)
    preferences.init_app(app)
    trail.init_app(app)
    trouble.init_app(app)
    app.jinja_env.globals.update(
        remedy_links=remedies.links,
        whom_to_ask=remedies.whom_to_ask,
        door_link=remedies.door_link,
        this_page=preferences.this_page,
        chosen_language=preferences.chosen_language,
        to_manage=manage.pages,
        clock_alert=home.alert,
        navigation=find.navigation,
        helping_plugin=help_.plugin_of_product,
    )
    for noun in NOUNS:
        app.register_blueprint(noun.bp)
    if app.config["DEMO"]:
        app.register_blueprint(sign_in.examples)
