"""The audit trail of one's own partner, and the same as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from webapp import audit_list, contracts_held, htmx, partners
from webapp.audit_list import Filters
from webapp.deployment import Deployment
from webapp.permissions import Viewer
from webapp.sign_in import reading_zone
from webapp.views import trail
from webapp.views.gate import database_session, deployment, viewer

bp = Blueprint("audit", __name__, url_prefix="/admin")


@bp.get("/audit")
def index() -> Response:
    """Show the entries that match the filters of the address."""
    session, filters, size = database_session(), Filters.read(request.args), deployment().settings.page_size
    return htmx.render(
        "audit/list.html",
        "audit/_rows.html",
        listed=audit_list.page(session, viewer(), filters, reading_zone(), size=size),
        filters=filters,
        plans=contracts_held.offered(deployment().plugins),
        colleagues=partners.colleagues(session, viewer()),
    )


@bp.get("/audit.jsonl")
def export() -> Response:
    """Return the same list as JSON lines, all pages of it."""
    filters = Filters.read(request.args)
    lines = _lines(deployment(), viewer(), filters, reading_zone())
    trail.exported("audit.jsonl", filters.query(after=""))
    headers = {"Content-Disposition": "attachment; filename=audit.jsonl", "Cache-Control": "private, no-store"}
    return Response(lines, mimetype="application/jsonl", headers=headers)


def _lines(deployed: Deployment, who: Viewer, filters: Filters, zone: ZoneInfo) -> Iterator[str]:
    """Read while the answer is being sent, in a session of its own: the request's is closed by then."""
    with deployed.database.reading() as session:
        for row in audit_list.every(session, who, filters, zone):
            yield audit_list.json_line(row)
