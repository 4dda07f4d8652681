"""The processes that serve the desk: each says every few seconds how its plugins are, and who looks reads all of them.

A thread of its own writes it down, so no reader waits for that and no page depends on it: where the database is away,
the process says so in its log and tries again.
"""

from __future__ import annotations

import logging
import os
import socket
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event, Thread

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db import Database
from webapp.deployment import Deployment
from webapp.plugins import report, standing
from webapp.plugins.loading import look
from webapp.plugins.standing import Joined, Standing
from webapp.tables.processes import DeskProcess

log = logging.getLogger("onbehalf.processes")
LOOKS_EVERY = 2.0
"""Seconds between two looks at the plugins' records; what has changed is written down then."""
TELLS_EVERY = timedelta(seconds=30)
GONE_AFTER = timedelta(seconds=90)
"""A process that was silent for so long has ended: it speaks every 30 s."""
LONGEST_HOST = 255


def host() -> str:
    """Return the name of this machine, or container."""
    return socket.gethostname()[:LONGEST_HOST]


class Teller:
    """Writes down how the plugins of this process are: at once when a state or an error is new, else twice a minute."""

    def __init__(self, deployment: Deployment, app: Flask) -> None:
        self._deployment = deployment
        self._app = app
        self._began_at = deployment.now()
        self._said: object = None
        self._said_at: datetime | None = None
        self.ended = Event()

    def start(self) -> None:
        """Tell from now on, until ``ended`` is set or the process ends."""
        Thread(target=self._run, name="onbehalf-teller", daemon=True).start()

    def tell_if_due(self) -> bool:
        """Write it down, if something is new or it is time; say whether it was written."""
        now = self._deployment.now()
        reported = report.of(self._deployment.plugins)
        news = tuple((plugin.state, plugin.last_error) for plugin in reported)
        if news == self._said and self._said_at is not None and now - self._said_at < TELLS_EVERY:
            return False
        self._said, self._said_at = news, now  # before it is tried: a database that is away is not asked every second
        with self._app.app_context():
            rows = [standing.told(plugin) for plugin in reported]
        mine = DeskProcess(
            host=host(), pid=os.getpid(), server=os.getppid(), began_at=self._began_at, told_at=now, plugins=rows
        )
        try:
            _write(self._deployment.database, mine)
        except SQLAlchemyError:
            log.warning("This process could not say how its plugins are; it goes on.", exc_info=True)
            return False
        return True

    def _run(self) -> None:
        while not self.ended.wait(LOOKS_EVERY):
            self.tell_if_due()


def _write(database: Database, mine: DeskProcess) -> None:
    """Write down a process, and forget those that were silent for long."""
    with database.writing() as session:
        session.execute(delete(DeskProcess).where(col(DeskProcess.told_at) < mine.told_at - GONE_AFTER))
        session.merge(mine)
        session.commit()


def heard(session: Session, now: datetime) -> list[DeskProcess]:
    """Return the processes that serve now, by machine and number."""
    lately = select(DeskProcess).where(col(DeskProcess.told_at) >= now - GONE_AFTER)
    return list(session.exec(lately.order_by(col(DeskProcess.host), col(DeskProcess.pid))))


def forget(database: Database, server: int) -> None:
    """Forget the processes that a server on this machine had started: it has ended them."""
    with database.writing() as session:
        session.execute(delete(DeskProcess).where(col(DeskProcess.host) == host(), col(DeskProcess.server) == server))
        session.commit()


def known_here(deployment: Deployment, session: Session) -> list[Joined]:
    """Return every plugin as this process and all others have it; ours is as of now."""
    now, reported = deployment.now(), report.of(deployment.plugins)
    me = (host(), os.getpid())
    others = [process for process in heard(session, now) if (process.host, process.pid) != me]
    by_plugin = _by_plugin(others, now)
    for plugin in reported:
        by_plugin[plugin.name].insert(0, standing.own("{}:{}".format(*me), plugin, now))
    return standing.joined(reported, by_plugin)


def known_outside(settings: Settings, processes: Sequence[DeskProcess], now: datetime) -> list[Joined]:
    """Return every plugin as it stands in the processes that were heard; where none was, as its manifest says.

    :raises StartRefused: if no desk could start with these settings.
    """
    looked_at = report.of(look(settings))
    clouds = frozenset(settings.clouds)
    return standing.joined([standing.as_told(plugin, clouds) for plugin in looked_at], _by_plugin(processes, now))


def _by_plugin(processes: Sequence[DeskProcess], now: datetime) -> defaultdict[str, list[Standing]]:
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    for process in processes:
        for row in process.plugins:
            found[row["name"]].append(standing.heard(f"{process.host}:{process.pid}", process.told_at, row, now))
    return found
