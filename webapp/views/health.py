"""For machines that watch the desk: is it alive, is it ready, how is it doing. Nobody signs in for these."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import is_loopback
from webapp.deployment import Deployment
from webapp.errors import NotAllowed
from webapp.i18n import _
from webapp.metrics import Metrics
from webapp.tables_fit import USABLE, fit_of
from webapp.views.gate import deployment

bp = Blueprint("health", __name__)
READY, DEGRADED, NOT_READY, UNKNOWN = "ready", "degraded", "not ready", "unknown"


@bp.after_request
def _always_anew(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/healthz")
def alive() -> Response:
    """Say that this process answers; nothing else is looked at."""
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether pages can be served: the database answers, and this version can work on its tables.

    A plugin that was left out or is paused degrades the desk and is named on its own page; the others go on.
    """
    parts = _database(deployment()) | {"plugins": _plugins(deployment())}
    whole = all(state in {READY, DEGRADED} for state in parts.values())
    return jsonify(status=READY if whole else NOT_READY, parts=parts), 200 if whole else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Show the counts to who may read them."""
    _require_watcher(deployment().settings.metrics_token)
    counts: Metrics = current_app.extensions["onbehalf_metrics"]
    return Response(counts.exposition(), content_type=CONTENT_TYPE_LATEST)


def _database(desk: Deployment) -> dict[str, str]:
    try:
        usable = fit_of(desk.database) in USABLE
    except SQLAlchemyError:
        return {"database": NOT_READY, "migrations": UNKNOWN}
    return {"database": READY, "migrations": READY if usable else NOT_READY}


def _plugins(desk: Deployment) -> str:
    """Say whether all that is enabled runs; the desk serves its pages either way."""
    running = desk.plugins.running
    paused = any(desk.plugins.guard.record_of(name).pause for name in running)
    return READY if not paused and not desk.plugins.left_out and not desk.plugins.safe_mode else DEGRADED


def _require_watcher(token: str) -> None:
    """Let in who holds the token; where none is set, this machine alone.

    :raises NotAllowed: for everyone else.
    """
    if token:
        sent = request.authorization
        given = sent.token if sent and sent.type == "bearer" else None
        if not compare_digest((given or "").encode(), token.encode()):
            raise NotAllowed(
                _("These counts are for those who watch this desk."),
                remedy=_("Send the token of ONBEHALF_METRICS_TOKEN as a bearer token."),
            )
    elif not _from_this_machine():
        raise NotAllowed(
            _("These counts are for those who watch this desk."),
            remedy=_("Ask from the machine it runs on, or set ONBEHALF_METRICS_TOKEN."),
        )


def _from_this_machine() -> bool:
    """Say whether the request began here: what a proxy passes on comes from its address, not from its sender's."""
    passed_on = any(name.startswith("X-Forwarded-") or name in {"Forwarded", "Via", "X-Real-Ip"} for name in _headers())
    return is_loopback(request.remote_addr) and not passed_on


def _headers() -> list[str]:
    return [name.title() for name, _value in request.headers.items()]
