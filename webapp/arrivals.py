"""Each request from its arrival: its reference, how long it takes, its line in the log and its place in the metrics."""

from __future__ import annotations

import logging
import secrets
from time import perf_counter

from flask import Flask, Response, g, request

from webapp import errors
from webapp.metrics import Metrics

log = logging.getLogger("onbehalf.access")
LONGEST_PATH = 300


def init_app(app: Flask, metrics: Metrics) -> None:
    """Note every request before anything else is done, and every answer after all else is."""
    app.extensions["onbehalf_metrics"] = metrics
    app.before_request(_arrive)
    app.after_request(lambda response: _leave(response, metrics))


def _arrive() -> None:
    errors.reference.set(secrets.token_hex(6))
    g.arrived = perf_counter()


def _leave(response: Response, metrics: Metrics) -> Response:
    """Count the answer and log it: never the query, which holds what was typed and, at a sign-in, what is secret."""
    seconds = perf_counter() - g.arrived
    metrics.answered(request.endpoint, request.method, response.status_code, seconds)
    viewer = g.get("viewer")
    path = request.path[:LONGEST_PATH]
    log.info(
        "%s %s %s",
        request.method,
        path,
        response.status_code,
        extra={
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "member": viewer.member_id if viewer else None,
        },
    )
    return response
