"""``onbehalf version``."""

from __future__ import annotations

import click

import webapp


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(webapp.__version__)
