"""``onbehalf audit``: whether the audit trail is whole."""

from __future__ import annotations

from collections.abc import Mapping

import click

from webapp import audit as trail
from webapp.audit import Broken, Verdict
from webapp.commands.db import opened
from webapp.config import load_settings
from webapp.errors import DeskError
from webapp.i18n import LazyText, _, ngettext

WHY: Mapping[str, LazyText] = {
    "changed": _("It says something else than when it was written."),
    "missing": _("One or more entries before it are missing."),
    "chain": _("Another entry was before it when it was written."),
}


class TrailBroken(DeskError):
    """The audit trail is not what was written."""


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command()
@click.option("--head", default="", metavar="DIGEST", help="A digest that was kept elsewhere: its entry must be there.")
def verify(head: str) -> None:
    """Check every entry against the one before it; exit with 1 at the first that does not fit.

    Prints the last digest. Keep it elsewhere and pass it as --head the next time: without it, nobody can tell whether
    the last entries were cut off.
    """
    with opened(load_settings()) as database, database.reading() as session:
        verdict = trail.verify(session, head.strip().lower())
    _refuse(verdict)
    click.echo(
        ngettext(
            "The audit trail is whole: %(num)s entry.", "The audit trail is whole: %(num)s entries.", verdict.count
        )
    )
    click.echo(_("Its head, to be kept elsewhere: %(digest)s", digest=verdict.head))


def _refuse(verdict: Verdict) -> None:
    remedy = _("Keep this database as it is, and compare it with the last backup and the exported lines.")
    if verdict.broken is not None:
        raise TrailBroken(_broken(verdict.broken), remedy=remedy)
    if not verdict.knows_head:
        raise TrailBroken(
            ngettext(
                "The entry with the digest you kept is not there: the last entries were cut off, or all were "
                "written anew. %(num)s entry is left.",
                "The entry with the digest you kept is not there: the last entries were cut off, or all were "
                "written anew. %(num)s entries are left.",
                verdict.count,
            ),
            remedy=remedy,
        )


def _broken(broken: Broken) -> LazyText:
    return _("The audit trail is broken at entry %(id)s. %(why)s", id=broken.entry_id, why=WHY[broken.why])
