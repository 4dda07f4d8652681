"""``onbehalf demo``: the desk with example data, on this machine alone."""

from __future__ import annotations

import click

from webapp import demo as example
from webapp.app import create_app
from webapp.commands.db import opened
from webapp.commands.demo_folder import database_file, demo_settings
from webapp.commands.factories import demo_app
from webapp.commands.serve import address_of, refuse_taken, run
from webapp.config import Settings, demo_port
from webapp.deployment import Deployment
from webapp.i18n import _
from webapp.plugins.loading import load
from webapp.tables_fit import bring_up

HOST = "127.0.0.1"


@click.command()
def demo() -> None:
    """Serve the demo on 127.0.0.1 at PORT (8000 unless set); a second start reuses its data."""
    port = demo_port()
    refuse_taken(HOST, port)
    if database_file().exists():
        load(demo_settings())  # what stops a start is said here, once, and not by a worker
        with opened(demo_settings()) as database:
            bring_up(database)
    else:
        prepare()
    click.echo(_("Onbehalf is at %(address)s", address=address_of(HOST, port)))
    run(demo_app, demo_settings(), host=HOST, port=port, workers=1)


def prepare() -> None:
    """Make the demo's database with the example data; it is there as a whole, or after an interrupt not at all."""
    unfinished = database_file().with_suffix(".unfinished")
    for left_over in unfinished.parent.glob(f"{unfinished.name}*"):
        left_over.unlink()
    fill(demo_settings(unfinished))
    unfinished.rename(database_file())


def fill(settings: Settings) -> None:
    """Make the tables and load the example data."""
    app = create_app(settings, demo=True)
    deployment: Deployment = app.extensions["onbehalf"]
    deployment.database.upgrade()
    with app.app_context(), deployment.database.writing() as session:
        example.load(session, deployment)
        session.commit()
    deployment.database.engine.dispose()
