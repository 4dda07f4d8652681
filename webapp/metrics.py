"""What is counted for whoever runs the desk, as Prometheus reads it: requests, plugins, trouble of the database."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, ExceptionContext, event

import webapp
from webapp.config import shared_metrics

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
HOOK_SECONDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)


class Metrics:
    """The counts of one application; where workers share a folder, an answer holds those of all of them."""

    def __init__(self) -> None:
        # the library decides at import whether workers share, and this may be a fork of a process that imported it
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]  # it has no types
        self._own = CollectorRegistry()
        own = self._own
        self._requests = Counter(
            "onbehalf_http_requests", "Requests answered.", ("endpoint", "method", "status"), registry=own
        )
        self._request_seconds = Histogram(
            "onbehalf_http_request_seconds", "Time to an answer.", ("endpoint", "method"), registry=own, buckets=SECONDS
        )
        self._database_errors = Counter("onbehalf_database_errors", "Errors of the database.", ("error",), registry=own)
        self._plugin_seconds = Histogram(
            "onbehalf_plugin_seconds", "Time a plugin took.", ("plugin", "hook"), registry=own, buckets=HOOK_SECONDS
        )
        self._plugin_errors = Counter(
            "onbehalf_plugin_errors", "Hooks a plugin failed in.", ("plugin", "hook", "error"), registry=own
        )
        build = Gauge("onbehalf_build_info", "The version.", ("version",), registry=own, multiprocess_mode="max")
        build.labels(webapp.__version__).set(1)

    def answered(self, endpoint: str | None, method: str, status: int, seconds: float) -> None:
        """Count an answer; what a client made up (an address, a method) never becomes a series of its own."""
        place, known = endpoint or "none", method if method in METHODS else "other"
        self._requests.labels(place, known, str(status)).inc()
        self._request_seconds.labels(place, known).observe(seconds)

    def asked(self, plugin: str, hook: str, seconds: float, error: str) -> None:
        """Count a call of a plugin's hook; ``error`` names what went wrong, and is empty if nothing did."""
        self._plugin_seconds.labels(plugin, hook).observe(seconds)
        if error:
            self._plugin_errors.labels(plugin, hook, error).inc()

    def watch(self, engine: Engine) -> None:
        """Count the errors of a database from now on."""
        event.listen(engine, "handle_error", self._database_failed)

    def _database_failed(self, context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception or context.original_exception
        self._database_errors.labels(type(error).__name__).inc()

    def exposition(self) -> bytes:
        """Return the counts in Prometheus' text format."""
        folder = shared_metrics()
        if not folder:
            return generate_latest(self._own)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # it is not typed throughout
        return generate_latest(registry)
