"""The ``onbehalf`` command: one module a noun. A refusal is two lines: what happened, and what to do."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click

from webapp.commands.audit import audit
from webapp.commands.backup import backup, restore
from webapp.commands.db import db
from webapp.commands.demo import demo
from webapp.commands.doctor import doctor
from webapp.commands.imports import import_
from webapp.commands.partner import partner
from webapp.commands.plugins import plugins
from webapp.commands.serve import serve
from webapp.commands.version import version
from webapp.errors import DeskError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Onbehalf: file a customer's problem in the right portal of the right cloud."""


for command in (audit, backup, db, demo, doctor, import_, partner, plugins, restore, serve, version):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ``arguments`` default to those of the process."""
    logging.getLogger("onbehalf").addHandler(logging.NullHandler())  # a command says itself what went wrong
    try:
        cli(arguments)
    except DeskError as error:
        for text in (error.message, error.remedy):
            click.echo(" ".join(str(text).split()), err=True)  # a driver's own words may run over several lines
        sys.exit(1)
