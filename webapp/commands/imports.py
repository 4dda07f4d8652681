"""``onbehalf import``: records from a file, all of them or none."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from sqlmodel import Session, col, select

from webapp import customer_import
from webapp.app import create_app
from webapp.commands.db import opened
from webapp.config import load_settings
from webapp.customer_import import COLUMNS, Checked
from webapp.deployment import Deployment
from webapp.errors import StartRefused
from webapp.i18n import _, ngettext
from webapp.roles import TABLE
from webapp.tables.partners import Partner
from webapp.tables_fit import refuse_unfit


@click.group(name="import")
def import_() -> None:
    """Read records from a file."""


@import_.command(epilog="Columns: " + ", ".join(COLUMNS) + ". The page Customers > Import explains them.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", default="", help="Whose customers they are; may be left out where only one partner sells.")
@click.option("--dry-run", is_flag=True, help="Check every line and add nothing.")
def customers(*, file: Path, partner: str, dry_run: bool) -> None:
    """Add customers from a CSV file: every line fits, or none is added."""
    settings = load_settings()
    app = create_app(settings)
    with opened(settings) as database, app.app_context():
        refuse_unfit(database)
        deployment: Deployment = replace(app.extensions["onbehalf"], database=database)
        text = customer_import.decoded(file.read_bytes())
        with database.writing() as session:
            seller = _seller(session, partner)
            found = customer_import.checked(session, deployment, seller, text)
            if found.problems:
                _refuse(found)
            if not dry_run:
                customer_import.write(session, deployment, seller, found, viewer=None)
    count = len(found.customers)
    if dry_run:
        click.echo(
            ngettext("%(num)s customer fits; nothing was added.", "%(num)s customers fit; nothing was added.", count)
        )
    else:
        click.echo(ngettext("%(num)s customer was added.", "%(num)s customers were added.", count))


def _refuse(found: Checked) -> None:
    """Print every mistake, and end."""
    for problem in found.problems:
        place = _("Line %(line)s, %(column)s:", line=problem.line, column=problem.column or "-")
        click.echo(f"{place} {problem.why}", err=True)
    count = len(found.problems)
    click.echo(ngettext("%(num)s mistake; nothing was added.", "%(num)s mistakes; nothing was added.", count), err=True)
    sys.exit(1)


def _seller(session: Session, name: str) -> Partner:
    """Return the partner named, or the only one that sells.

    :raises StartRefused: if there is none of that name, or several and none is named.
    """
    selling = select(Partner).where(col(Partner.kind).in_(TABLE["add_customers"].kinds)).order_by(col(Partner.name))
    known = session.exec(selling).all()
    fitting = [partner for partner in known if name in {"", partner.name}]
    if len(fitting) != 1:
        raise StartRefused(
            _("It is not certain whose customers they are."),
            remedy=_("Name one with --partner: %(names)s.", names=", ".join(partner.name for partner in known) or "-"),
        )
    return fitting[0]
