"""``onbehalf check-plugin``: a plugin against the conformance kit."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Any

import click

from webapp.i18n import _
from webapp.plugins.finding import installed
from webapp.testing.conformance import TIERS, TITLES, Finding, examine

MARKS = {"ok": "ok", "failed": "FAILED", "skipped": "-"}


@click.command("check-plugin")
@click.argument("name")
@click.option(
    "--tier", type=click.Choice(list(TIERS)), default=list(TIERS)[-1], show_default=True, help="How far to go."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_plugin(*, name: str, tier: str, as_json: bool) -> None:
    """Try an installed plugin in every situation of the conformance kit. Needs no secret and no database."""
    with redirect_stdout(sys.stderr):  # what a plugin prints is no part of the report
        findings = examine(name, tier)
    passed = all(finding.outcome == "ok" for finding in findings)
    if as_json:
        told = {"plugin": name, "version": installed()[name].version, "tier": tier, "passed": passed}
        click.echo(
            json.dumps(told | {"findings": [_row(finding) for finding in findings]}, indent=2, ensure_ascii=False)
        )
    else:
        for finding in findings:
            _say(finding)
        said = _("%(name)s passes.", name=name) if passed else _("%(name)s does not pass yet.", name=name)
        click.echo(str(said))
    sys.exit(0 if passed else 1)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "asks": TITLES[finding.check],
        "outcome": finding.outcome,
        "problems": list(finding.problems),
        "notes": list(finding.notes),
    }


def _say(finding: Finding) -> None:
    click.echo(f"{MARKS[finding.outcome]:6}  {TITLES[finding.check]}")
    for line in (*finding.problems, *finding.notes):
        click.echo(f"          {line}")
