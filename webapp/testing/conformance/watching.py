"""Noticing what a plugin must not do: a connection, a database, a program, a file written, a variable or form read."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, SupportsIndex, TextIO, cast

from flask import Flask, Request
from flask_babel import Babel

from webapp.contracts.situation import Contract, Partner, Situation

FORBIDDEN = {
    "socket.connect": "opens a connection",
    "socket.bind": "listens on a port",
    "socket.sendto": "sends over the network",
    "socket.getaddrinfo": "looks a host up",
    "socket.gethostbyname": "looks a host up",
    "sqlite3.connect": "opens a database",
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.exec": "starts a program",
    "os.posix_spawn": "starts a program",
    "os.fork": "makes a process",
}
"""What is stopped, by the interpreter's own names for it."""
THROUGH = ("os.py", "_collections_abc.py", "<frozen os>", "<frozen _collections_abc>", "local.py", Path(__file__).name)
"""What lies between a plugin and a variable, or a request of the web framework (``werkzeug/local.py``)."""


class NotHere(OSError):
    """What a watched plugin gets instead of what it asked for."""


@dataclass
class Watch:
    """What was noticed while a plugin was at work, each once, with the place in its code.

    ``plans`` are the support contracts that it asked for.
    """

    folder: Path
    noticed: list[str] = field(default_factory=list)
    plans: set[str] = field(default_factory=set)
    doing: str = ""

    def note(self, what: str) -> None:
        """Keep what was noticed."""
        line = f"{self.doing}: {what}{self._place()}"
        if line not in self.noticed:
            self.noticed.append(line)

    def reads_directly(self) -> bool:
        """Say whether the plugin's own code is what reads, and not a library for itself."""
        frame = sys._getframe(1)
        while frame.f_back is not None and _last_part(frame.f_code.co_filename) in THROUGH:
            frame = frame.f_back
        return self._is_own(frame.f_code.co_filename)

    def at_work(self) -> bool:
        """Say whether the plugin's own code is running, by itself or through a library."""
        return bool(self._place())

    def _is_own(self, file: str) -> bool:
        return _lies_in(file, self.folder)

    def _place(self) -> str:
        frame = sys._getframe(1)
        while frame.f_back is not None:
            if self._is_own(frame.f_code.co_filename):
                return f" ({Path(frame.f_code.co_filename).name}, line {frame.f_lineno})"
            frame = frame.f_back
        return ""


@cache
def _last_part(file: str) -> str:
    return Path(file).name


@cache
def _lies_in(file: str, folder: Path) -> bool:
    path = Path(file)
    return path == folder or folder in path.parents


class _Variables(MutableMapping[str, str]):
    """The environment, which notices who reads it."""

    def __init__(self, real: MutableMapping[str, str]) -> None:
        self._real = real

    def __getitem__(self, name: str) -> str:
        self._note(name)
        return self._real[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._note(name)
        self._real[name] = value

    def __delitem__(self, name: str) -> None:
        self._note(name)
        del self._real[name]

    def __iter__(self) -> Iterator[str]:
        self._note("every variable")
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)

    @staticmethod
    def _note(name: str) -> None:
        if _active and _active[-1].reads_directly():
            _active[-1].note(f"reads the environment: {name}")


class _StandardOutput:
    """What a plugin finds as standard output: it notices who writes, and leads to standard error."""

    def __init__(self, instead: TextIO) -> None:
        self._instead = instead

    def write(self, text: str) -> int:
        """Write elsewhere: whoever reads the report gets nothing else."""
        if _active and _active[-1].at_work():
            _active[-1].note("writes to standard output")
        return self._instead.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instead, name)


class _Asked(Request):
    """The reader's request as a hook would find it in service, which notices who reads it."""

    def __getattribute__(self, name: str) -> Any:
        if _active and not name.startswith("__") and _active[-1].reads_directly():
            _active[-1].note(f"reads the web framework's request: {name}")
        return super().__getattribute__(name)


@cache
def _in_service() -> Flask:
    """Return an application to answer for: in service a hook is asked while a reader waits for a page."""
    app = Flask("conformance")
    app.request_class = _Asked
    Babel(app, configure_jinja=False)
    return app


_active: list[Watch] = []
_sleep = time.sleep
_contract = Situation.contract
_hooked: list[bool] = []


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Notice, and stop, what the code inside must not do."""
    if not _hooked:
        sys.addaudithook(_heard)  # it stays for ever, and is silent while nobody watches
        _hooked.append(True)
    real, bytecode, out = os.environ, sys.dont_write_bytecode, sys.stdout
    time.sleep, sys.stdout = _waits, cast("TextIO", _StandardOutput(sys.stderr))
    os.environ, sys.dont_write_bytecode = _Variables(real), True  # type: ignore[assignment]
    setattr(Situation, "contract", _asks_for)  # noqa: B010  # for as long as it is watched
    try:
        with _in_service().test_request_context():
            _active.append(watch)
            yield
    finally:
        _active.pop()
        os.environ, sys.dont_write_bytecode = real, bytecode
        time.sleep, sys.stdout = _sleep, out
        setattr(Situation, "contract", _contract)  # noqa: B010


def _asks_for(situation: Situation, *plans: str, of: Partner | None = None) -> Contract | None:
    """Stand in for ``Situation.contract``."""
    if _active and _active[-1].at_work():
        _active[-1].plans.update(plans)
    return _contract(situation, *plans, of=of)


def _waits(seconds: float | SupportsIndex) -> None:
    """Stand in for ``time.sleep``; whoever took it by name while it was watched may sleep later."""
    if not _active:
        return _sleep(seconds)
    _active[-1].note("waits")
    raise NotHere("a plugin waits; the conformance kit does not let it")


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _active:
        return
    what = FORBIDDEN.get(event) or (_written(*arguments[:3]) if event == "open" else "")
    if what:
        _active[-1].note(what)
        raise NotHere(f"a plugin {what}; the conformance kit does not let it")


def _written(path: Any, mode: Any, flags: Any) -> str:
    writes = any(sign in mode for sign in "wax+") if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
    return f"writes a file: {path}" if writes else ""
