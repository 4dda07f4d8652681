"""``onbehalf doctor``: is this deployment fit to serve?"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import fields

import click

from webapp import doctor as examination
from webapp.config import load_settings
from webapp.doctor.findings import Finding
from webapp.i18n import _

SIGNS = {"ok": "ok", "note": "--", "warning": "!!", "error": "XX"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--offline", is_flag=True, help="Ask no other machine but the database.")
@click.option("--strict", is_flag=True, help="Fail on a warning, too.")
def doctor(*, as_json: bool, offline: bool, strict: bool) -> None:
    """Look at settings, secret, files, database, plugins, clouds, sign-in and clock. Needs no secret.

    Exits with 1 if anything stops the desk from serving, else with 0.
    """
    with redirect_stdout(sys.stderr):  # what a plugin prints as it is started is no part of ours
        found = examination.examine(load_settings, online=not offline)
    if as_json:
        click.echo(json.dumps({"findings": [_row(finding) for finding in found]}, indent=2, ensure_ascii=False))
    else:
        for finding in found:
            _say(finding)
    levels = {finding.level for finding in found}
    if "error" in levels or (strict and "warning" in levels):
        sys.exit(1)


def _row(finding: Finding) -> dict[str, str]:
    return {field.name: str(getattr(finding, field.name)) for field in fields(Finding)}


def _say(finding: Finding) -> None:
    click.echo(f"{SIGNS[finding.level]}  {finding.topic:<10}  {finding.message}")
    if finding.remedy:
        click.echo(f"{'':16}{_('To do: %(remedy)s', remedy=finding.remedy)}")
