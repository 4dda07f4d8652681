"""Which plugins do not run in the processes that serve, by what those say themselves?"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from webapp import processes
from webapp.doctor.findings import Findings, warning
from webapp.i18n import _
from webapp.plugins import standing


def findings(session: Session) -> Findings:
    """Look at what the processes of the desk wrote down; one that does not serve wrote nothing."""
    now = datetime.now(UTC)
    for process in processes.heard(session, now):
        where = f"{process.host}:{process.pid}"
        for row in process.plugins:
            there = standing.heard(where, process.told_at, row, now)
            if there.reason and there.state != "disabled":
                yield warning(
                    "processes",
                    _("%(plugin)s in %(process)s: %(reason)s", plugin=row["name"], process=where, reason=there.reason),
                    there.remedy or "",
                )
