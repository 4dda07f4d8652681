"""``onbehalf serve``: the desk, on granian."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from tempfile import TemporaryDirectory

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from webapp import logs
from webapp.commands.db import opened
from webapp.commands.factories import served_app
from webapp.config import Settings, load_settings, share_metrics
from webapp.doctor.secrets import SHORTEST_SECRET
from webapp.errors import StartRefused
from webapp.i18n import _
from webapp.limits import refuse_no_storage
from webapp.openid import refuse_unknown_clouds
from webapp.plugins.loading import load
from webapp.processes import forget
from webapp.tables_fit import refuse_unfit

log = logging.getLogger("onbehalf.processes")
BLOCKING_THREADS = 2  # more threads under one interpreter lock raise the slowest answers


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1), help="Processes; as many as there are cores unless given.")
def serve(*, host: str, port: int, workers: int | None) -> None:
    """Serve the desk: needs a secret and an up-to-date database."""
    settings = load_settings()
    refuse_weak_secret(settings)
    refuse_no_storage(settings)
    refuse_unknown_clouds(settings, load(settings))
    with opened(settings) as database:
        refuse_unfit(database)
    refuse_taken(host, port)
    click.echo(_("Onbehalf is at %(address)s", address=address_of(host, port)))
    run(served_app, settings, host=host, port=port, workers=workers or os.cpu_count() or 1)


def refuse_weak_secret(settings: Settings) -> None:
    """Refuse a secret that could be guessed.

    :raises StartRefused: with how to make a good one.
    """
    if len(settings.secret_key) < SHORTEST_SECRET:
        raise StartRefused(
            _("ONBEHALF_SECRET_KEY must hold at least %(length)s characters.", length=SHORTEST_SECRET),
            remedy=_('Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"'),
        )


def refuse_taken(host: str, port: int) -> None:
    """Refuse a port that another program listens on: granian would silently share it.

    :raises StartRefused: naming the port.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise StartRefused(
            _("%(address)s cannot be used: %(error)s.", address=address_of(host, port), error=error.strerror or ""),
            remedy=_("Stop the program that uses it, or choose another port."),
        ) from error


def address_of(host: str, port: int) -> str:
    """Return where a browser finds the desk."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(factory: Callable[[], Flask], settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve what ``factory`` makes in each worker, until an interrupt or a termination signal."""
    server = Granian(
        target="onbehalf",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        log_level=LogLevels.warning,
        log_dictconfig=logs.configuration(settings),
        workers_kill_timeout=5,
    )
    with TemporaryDirectory(prefix="onbehalf-") as folder:
        share_metrics(folder)
        server.serve(target_loader=factory, wrap_loader=False)
    _forget_workers(settings)


def _forget_workers(settings: Settings) -> None:
    """Take back what the workers said of themselves, now that they have ended; else it would stand for 90 seconds."""
    try:
        with opened(settings) as database:
            forget(database, os.getpid())
    except StartRefused as refused:
        log.warning("What the ended workers said of their plugins was not taken back: %s", refused.message)
