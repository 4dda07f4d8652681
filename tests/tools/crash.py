"""Kill the server while people write, start it again, and look whether anything acknowledged is lost or half done.

    python tests/tools/crash.py --engine sqlite --engine postgresql --rounds 100

Each round: four readers file requests, keep drafts, add notes, record numbers and change texts over HTTP; at a random
moment the server and its workers are killed (SIGKILL to the whole process group); it is started again; then what the
database holds is compared with what the readers were told.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import uuid4

import httpx
from sqlalchemy import func
from sqlmodel import select

from webapp import audit
from webapp.app import create_app
from webapp.commands.demo import fill
from webapp.commands.serve import run
from webapp.config import load_settings
from webapp.db import Database
from webapp.tables.audit import AuditEntry
from webapp.tables.requests import Draft, ServiceRequest, TimelineEntry
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

HOST = "127.0.0.1"
READERS = (
    ("fabrikam-admin-agent", "Contoso", "azure"),
    ("fabrikam-admin-agent", "Contoso", "microsoft365"),
    ("fabrikam-global-admin", "Contoso", "azure"),
    ("lantian-admin-agent", "蓝天科技", "vianet"),
)
SECONDS_UNTIL_UP = 60
NOTHING_TOLD = ""
AT_ONE_MOMENT = {"sqlite": "SERIALIZABLE", "postgresql": "REPEATABLE READ"}
AWAITED = ("draft", "request")
"""What a round waits for, in turn, so that a slow machine, too, acknowledges both before the kill."""

LONGEST_ROUND = 1.5


def served():
    """Return the application as a worker serves it."""
    return create_app(load_settings(), demo=True)


class Server:
    """The desk on granian with two workers, in a process group of its own."""

    def __init__(self, database_url, folder):
        with socket.socket() as trial:
            trial.bind((HOST, 0))
            self.port = trial.getsockname()[1]
        self.address = f"http://{HOST}:{self.port}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ONBEHALF_")} | {
            "ONBEHALF_DATABASE_URL": database_url,
            "ONBEHALF_SECRET_KEY": SECRET,
            "ONBEHALF_PLUGINS": ",".join(ALL_PLUGINS),
            "ONBEHALF_WRITES_PER_MINUTE": "1000000",
            "TMPDIR": folder,  # what a killed server leaves there goes with it
        }

    def start(self):
        command = [sys.executable, __file__, "--serve", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + SECONDS_UNTIL_UP
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the server did not come up")

    def kill(self):
        """Kill every process of it at once, without a warning."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Client:
    """What a ``Desk`` asks of a client, over real HTTP."""

    def __init__(self, address):
        self.http = httpx.Client(base_url=address, timeout=30)

    def open(self, address, method="GET", data=None, headers=None, query_string=None):
        answer = self.http.request(method, address, data=data, headers=headers, params=query_string)
        mimetype = answer.headers.get("Content-Type", "").partition(";")[0]
        return SimpleNamespace(
            status_code=answer.status_code, text=answer.text, headers=answer.headers, mimetype=mimetype
        )

    def get(self, address, headers=None, query_string=None):
        return self.open(address, "GET", None, headers, query_string)

    def post(self, address, data=None, headers=None):
        return self.open(address, "POST", data, headers)


@dataclass
class Ledger:
    """What readers were told is recorded, what they were told instead, and each reader's drafts since the last told."""

    told: list = field(default_factory=list)  # (kind, reference, words)
    surprises: list = field(default_factory=list)
    drafts: dict = field(default_factory=dict)  # by reader: the last words told as kept, and those sent after them

    def of(self, kind):
        return [(ref, words) for told, ref, words in list(self.told) if told == kind]


class Reader:
    """Somebody who files one request after another, and writes down what was acknowledged."""

    def __init__(self, address, ledger, member, customer, product):
        self.ledger, self.product, self.name = ledger, product, f"{member} {customer} {product}"
        self.desk = Desk(Client(address), member)
        self.customer = self.desk.customer(customer)

    def write_until_killed(self):
        try:
            while True:
                self._one_request(uuid4().hex)
        except httpx.TransportError:
            return  # the server is gone

    def _told(self, page, status, kind, ref, words):
        if page.status == status:
            self.ledger.told.append((kind, ref, words))
            return True
        self.ledger.surprises.append(f"{kind}: {page.status} {page.words[:300]}")
        return False

    def _one_request(self, words):
        form = self.desk.get(f"{self.customer}/requests/new?product={self.product}").form("/requests")
        filled = form.filled(title=words, action="file")
        self.ledger.drafts.setdefault(self.name, [NOTHING_TOLD]).append(words)
        draft = self.desk.client.open(f"{self.customer}/draft?product={self.product}", "PUT", filled)
        if self._told(SimpleNamespace(status=draft.status_code, words=draft.text), 200, "draft", "", words):
            self.ledger.drafts[self.name] = [words]
        page = self.desk.post(form.action, filled)
        ref = page.location.rpartition("/")[2]
        if not self._told(page, 303, "request", ref, words):
            return
        token = {"csrf_token": filled["csrf_token"]}
        address = f"/requests/{ref}"
        self._told(self.desk.post(f"{address}/notes", token | {"text": f"note {words}"}), 303, "note", ref, words)
        edit = self.desk.get(f"{address}/edit").form("/edit")
        self._told(self.desk.send(edit, description=f"edit {words}", action="save"), 303, "edit", ref, words)
        number = token | {"ticket_number": words[:15]}
        self._told(self.desk.post(f"{address}/ticket", number), 303, "ticket", ref, words)


def lost(session, ledger):
    """Yield whatever was acknowledged and is not there."""
    rows = {row.ref: row for row in session.exec(select(ServiceRequest))}
    by_id = {row.id: row.ref for row in rows.values()}
    notes = Counter(
        (by_id.get(entry.request_id), entry.text)
        for entry in session.exec(select(TimelineEntry).where(TimelineEntry.kind == "note"))
    )
    drafts = {draft.fields.get("title") for draft in session.exec(select(Draft))}
    titles = {row.title for row in rows.values()}
    for ref, words in ledger.of("request"):
        if ref not in rows or rows[ref].title != words:
            yield f"request {ref}"
    for ref, words in ledger.of("note"):
        if notes[ref, f"note {words}"] != 1:
            yield f"note on {ref}: there {notes[ref, f'note {words}']} times"
    for ref, words in ledger.of("edit"):
        if ref in rows and rows[ref].description != f"edit {words}":
            yield f"changed text of {ref}"
    for ref, words in ledger.of("ticket"):
        if ref in rows and rows[ref].ticket_number != words[:15]:
            yield f"number of {ref}"
    for reader, words in ledger.drafts.items():
        if NOTHING_TOLD not in words and not (drafts | titles) & set(
            words
        ):  # kept as a draft, or filed; a later save may have won unheard
            yield f"draft of {reader}"


def half_done(session, database):
    """Yield whatever is there in part."""
    told = Counter()
    for request_id, kind, times in session.exec(
        select(TimelineEntry.request_id, TimelineEntry.kind, func.count()).group_by(
            TimelineEntry.request_id, TimelineEntry.kind
        )
    ):
        told[request_id, kind] = times
    entries = Counter()
    for (request_id, _kind), times in told.items():
        entries[request_id] += times
    trail = Counter(session.exec(select(AuditEntry.subject).where(AuditEntry.action == "request.prepared")))
    made = set()
    for row in session.exec(select(ServiceRequest)):
        made.add((row.customer_id, row.title))
        if told[row.id, "prepared"] != 1:
            yield f"{row.ref} was prepared {told[row.id, 'prepared']} times"
        if row.version != entries[row.id]:
            yield f"{row.ref} is version {row.version} with {entries[row.id]} entries"
        if (row.ticket_number != "") != (told[row.id, "filed"] > 0):
            yield f"{row.ref} has the number {row.ticket_number!r} and {told[row.id, 'filed']} entries of it"
        if trail[f"request:{row.ref}"] != 1:
            yield f"{row.ref} stands {trail[f'request:{row.ref}']} times in the audit trail"
    orphans = select(TimelineEntry.id).where(TimelineEntry.request_id.not_in(select(ServiceRequest.id)))
    yield from (f"entry {orphan} belongs to no request" for orphan in session.exec(orphans))
    for draft in session.exec(select(Draft)):
        if (draft.customer_id, draft.fields.get("title")) in made:
            yield f"draft {draft.id} is left beside the request made of it"
    broken = audit.verify(session).broken
    if broken:
        yield f"the audit trail is broken at {broken}"
    if database.url.get_backend_name() == "sqlite":
        run_sql = session.connection().exec_driver_sql
        yield from (str(row) for row in run_sql("PRAGMA integrity_check") if row != ("ok",))
        yield from (f"foreign key {row}" for row in run_sql("PRAGMA foreign_key_check"))


def play(database_url, rounds, seed):
    """Run the rounds and return the figures; ``lost`` and ``half done`` must be empty."""
    with tempfile.TemporaryDirectory(prefix="onbehalf-crash-") as folder:
        return _played(Server(database_url, folder), database_url, rounds, seed)


def _played(server, database_url, rounds, seed):
    chance, database = random.Random(seed), Database(database_url)  # noqa: S311  # it picks moments, guards nothing
    ledger, figures = Ledger(), Figures(database.url.get_backend_name(), rounds, seed)
    server.start()
    try:
        readers = [Reader(server.address, ledger, *who) for who in READERS]
        for number in range(rounds):
            awaited, seconds = AWAITED[number % len(AWAITED)], chance.uniform(0, LONGEST_ROUND)
            figures.moments.append(_until_killed(server, readers, ledger, awaited, seconds))
            began = time.monotonic()
            server.start()
            figures.restarts.append(time.monotonic() - began)
            with database.reading() as session:
                session.connection(execution_options={"isolation_level": AT_ONE_MOMENT[figures.engine]})
                figures.lost += list(lost(session, ledger))
                figures.half_done += list(half_done(session, database))
        with database.reading() as session:
            figures.count(session, ledger)
    finally:
        server.kill()
        database.engine.dispose()
    return figures


def _until_killed(server, readers, ledger, awaited, seconds):
    """Let everyone write, and kill the server ``seconds`` after the first acknowledgement of the kind awaited."""
    before = len(ledger.told)
    threads = [threading.Thread(target=reader.write_until_killed) for reader in readers]
    for thread in threads:
        thread.start()
    while awaited not in {kind for kind, *_rest in ledger.told[before:]} and any(t.is_alive() for t in threads):
        time.sleep(0.01)
    time.sleep(seconds)
    server.kill()
    for thread in threads:
        thread.join()
    return seconds


@dataclass
class Figures:
    """What came out."""

    engine: str
    rounds: int
    seed: int
    acknowledged: dict = field(default_factory=dict)
    unheard: int = 0  # recorded, but killed before the reader was told
    moments: list = field(default_factory=list)
    restarts: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    half_done: list = field(default_factory=list)
    surprises: list = field(default_factory=list)

    def count(self, session, ledger):
        self.acknowledged = dict(Counter(kind for kind, _ref, _words in ledger.told))
        self.surprises = ledger.surprises
        told = {ref for ref, _words in ledger.of("request")}
        ours = session.exec(select(ServiceRequest).where(func.length(ServiceRequest.title) == 32))
        self.unheard = sum(row.ref not in told for row in ours if row.title.isalnum())

    @property
    def whole(self):
        return not (self.lost or self.half_done or self.surprises) and sum(self.acknowledged.values()) >= self.rounds

    def as_json(self):
        return json.dumps(
            self.__dict__
            | {"moments": f"{min(self.moments):.2f} to {max(self.moments):.2f} s after the first acknowledgement"}
            | {"restarts": f"{max(self.restarts):.1f} s at the longest"},
            ensure_ascii=False,
        )


@contextmanager
def new_database(engine):
    """Yield the address of a new database with the example data."""
    with tempfile.TemporaryDirectory(prefix="onbehalf-crash-") as folder:
        if engine == "sqlite":
            url = f"sqlite:///{folder}/onbehalf.sqlite3"
            _fill(url)
            yield url
            return
        from webapp.testing import postgresql  # noqa: PLC0415  # needs a package that SQLite does without

        with postgresql.running() as server, server.database() as address:
            url = address.render_as_string(hide_password=False)
            _fill(url)
            yield url


def _fill(url):
    fill(load_settings(database_url=url, plugins=ALL_PLUGINS, secret_key=SECRET))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--database-url", help="one that holds the example data, instead of new ones")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        run(served, load_settings(), host=HOST, port=given.serve, workers=2)
        return 0
    whole = True
    for engine in given.engine or ("sqlite", "postgresql"):
        with _given(given.database_url) if given.database_url else new_database(engine) as url:
            figures = play(url, given.rounds, given.seed)
        print(figures.as_json(), flush=True)
        whole = whole and figures.whole
        if given.database_url:
            break
    return 0 if whole else 1


@contextmanager
def _given(url):
    yield url


if __name__ == "__main__":
    sys.exit(main())
