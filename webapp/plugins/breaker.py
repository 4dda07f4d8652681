"""How each plugin has been doing in this process, and when it is left alone for a while.

A plugin is paused when one of its hooks fails several times in a row, or takes too long several times. When the pause
is over, one call of that hook is let through: if it goes well the plugin is back, if not the pause begins anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from time import perf_counter

from webapp.i18n import LazyText, _


@dataclass(frozen=True)
class Limits:
    """When a plugin is paused, in seconds and calls; ``pause`` is how long it is left alone."""

    failures: int = 5
    slow_calls: int = 3
    slow_within: float = 600.0
    budget: float = 2.0
    pause: float = 60.0


@dataclass(frozen=True)
class Times:
    """Two clocks: ``timer`` counts seconds and never goes back, ``now`` says what people read."""

    timer: Callable[[], float] = perf_counter
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class LastError:
    """What went wrong last: in which hook, what kind of error, when, and under which reference in the log."""

    hook: str
    error: str
    at: datetime
    reference: str


@dataclass(frozen=True)
class Pause:
    """Why a plugin is left alone, because of which hook, and until when by the timer."""

    hook: str
    reason: LazyText
    until: float


@dataclass
class Tally:
    """Calls of one hook."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures_in_a_row: int = 0


@dataclass
class Record:
    """One plugin in this process: its calls, its last error, and its pause."""

    limits: Limits
    times: Times
    hooks: dict[str, Tally] = field(default_factory=dict)
    last_error: LastError | None = None
    pause: Pause | None = None
    _slow: deque[float] = field(default_factory=deque)
    _on_trial: bool = False
    _lock: Lock = field(default_factory=Lock)

    def refuses(self, hook: str) -> Pause | None:
        """Return the pause that forbids to call ``hook`` now; after its time, one call of the hook that caused it."""
        if self.pause is None:
            return None
        with self._lock:
            pause = self.pause
            if pause is None or (pause.until <= self.times.timer() and pause.hook != hook):
                return None
            if pause.until > self.times.timer() or self._on_trial:
                return pause
            self._on_trial = True
            return None

    def note(self, hook: str, seconds: float, error: str, reference: str) -> Pause | None:
        """Note a call; return the pause that begins with it."""
        with self._lock:
            tally = self.hooks.setdefault(hook, Tally())
            tally.calls += 1
            tally.seconds += seconds
            tally.slowest = max(tally.slowest, seconds)
            tally.failures_in_a_row = tally.failures_in_a_row + 1 if error else 0
            if error:
                tally.errors += 1
                self.last_error = LastError(hook, error, self.times.now(), reference)
            return self._judged(hook, tally, error, slow=seconds > self.limits.budget)

    @property
    def seconds_left(self) -> int:
        """How long the pause lasts, in whole seconds; 0 if there is none, or the next call decides."""
        return max(0, round(self.pause.until - self.times.timer())) if self.pause else 0

    def _judged(self, hook: str, tally: Tally, error: str, *, slow: bool) -> Pause | None:
        trial = self._on_trial and self.pause is not None and self.pause.hook == hook
        if trial:
            self._on_trial = False
            if not error and not slow:
                self.pause = None
                self._slow.clear()
                return None
        if slow:
            self._note_slow()
        reason = self._reason(hook, tally, error, slow=slow, trial=trial)
        if reason is None:
            return None
        self.pause = Pause(hook, reason, self.times.timer() + self.limits.pause)
        return self.pause

    def _note_slow(self) -> None:
        now = self.times.timer()
        self._slow.append(now)
        while self._slow[0] < now - self.limits.slow_within:
            self._slow.popleft()

    def _reason(self, hook: str, tally: Tally, error: str, *, slow: bool, trial: bool) -> LazyText | None:
        if error and (trial or tally.failures_in_a_row >= self.limits.failures):
            count = tally.failures_in_a_row
            return _(
                "%(hook)s failed %(count)s times in a row, last with %(error)s.", hook=hook, count=count, error=error
            )
        if slow and (trial or len(self._slow) >= self.limits.slow_calls):
            return _(
                "%(hook)s took longer than %(budget)s s several times.", hook=hook, budget=f"{self.limits.budget:g}"
            )
        return None


@dataclass
class Records:
    """The records of all plugins of one application."""

    limits: Limits = field(default_factory=Limits)
    times: Times = field(default_factory=Times)
    _by_plugin: dict[str, Record] = field(default_factory=dict)

    def of(self, plugin: str) -> Record:
        """Return the record of a plugin, empty if it was never asked."""
        known = self._by_plugin.get(plugin)
        return known or self._by_plugin.setdefault(plugin, Record(self.limits, self.times))
