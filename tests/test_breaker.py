"""A plugin that fails or is slow again and again is left alone for a while; the clock is the test's."""

from datetime import UTC, datetime

import pytest

from webapp.plugins.breaker import Limits, Record, Records, Times

CHECK, BUILD = "entitlement_check", "build_request"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Timer:
    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def timer():
    return Timer()


@pytest.fixture
def record(timer):
    return Record(Limits(), Times(timer, lambda: NOW))


def call(record, hook=CHECK, *, error="", seconds=0.0):
    """Call a hook as the guard does; return whether it was let through."""
    if record.refuses(hook):
        return False
    record.note(hook, seconds, error, "REF-1")
    return True


def fail(record, times, hook=CHECK):
    return [call(record, hook, error="PluginRaised") for _unused in range(times)]


def test_five_failures_in_a_row_pause_a_plugin_and_the_sixth_call_does_not_reach_it(record):
    assert fail(record, 6) == [True] * 5 + [False]
    assert not call(record, BUILD)
    assert "entitlement_check failed 5 times in a row, last with PluginRaised." in str(record.pause.reason)


def test_one_success_of_a_hook_begins_the_count_anew(record):
    fail(record, 4)
    call(record)
    fail(record, 4)

    assert record.pause is None


def test_a_hook_that_always_fails_pauses_the_plugin_although_another_succeeds_each_time(record):
    for _unused in range(5):
        call(record, CHECK)
        fail(record, 1, BUILD)

    assert record.pause.hook == BUILD


def test_three_calls_over_the_budget_pause_a_plugin_with_quick_ones_between(record):
    let_through = [call(record, seconds=seconds) for seconds in (2.1, 0.1, 2.1, 0.1, 2.1, 0.1)]

    assert let_through == [True] * 5 + [False]
    assert "longer than 2 s" in str(record.pause.reason)


def test_a_call_of_exactly_the_budget_is_not_slow(record):
    assert all(call(record, seconds=2.0) for _unused in range(10))


def test_slow_calls_far_apart_pause_nothing(record, timer):
    for _unused in range(10):
        call(record, seconds=9.0)
        timer.seconds += 301.0

    assert record.pause is None


def test_the_budget_is_the_deployers():
    strict = Records(Limits(budget=0.1), Times()).of("widget")

    for _unused in range(3):
        call(strict, seconds=0.2)

    assert strict.pause


def test_when_the_pause_is_over_one_call_is_tried_and_a_success_ends_it(record, timer):
    fail(record, 5)
    timer.seconds += 59.9
    assert not call(record)
    timer.seconds += 0.1

    assert record.refuses(CHECK) is None
    assert record.refuses(CHECK), "a second call waits for the one on trial"
    record.note(CHECK, 0.0, "", "")

    assert record.pause is None
    assert fail(record, 4) == [True] * 4


def test_one_failure_on_trial_pauses_it_again(record, timer):
    fail(record, 5)
    timer.seconds += 60

    assert fail(record, 2) == [True, False]


def test_one_slow_call_on_trial_pauses_it_again(record, timer):
    for _unused in range(3):
        call(record, seconds=3.0)
    timer.seconds += 700

    assert [call(record, seconds=3.0), call(record)] == [True, False]


def test_other_hooks_are_asked_again_after_the_pause_so_that_the_one_that_failed_is_reached(record, timer):
    fail(record, 5, BUILD)
    timer.seconds += 60

    assert call(record, CHECK)
    assert record.pause, "only the hook that failed can end it"
    assert call(record, BUILD)
    assert record.pause is None


def test_calls_times_and_the_last_error_are_kept(record):
    call(record, seconds=0.25)
    call(record, seconds=0.75, error="PluginSilent")

    tally = record.hooks[CHECK]
    assert (tally.calls, tally.errors, tally.seconds, tally.slowest) == (2, 1, 1.0, 0.75)
    assert (record.last_error.hook, record.last_error.error, record.last_error.at) == (CHECK, "PluginSilent", NOW)


def test_each_plugin_has_a_record_of_its_own():
    records = Records()
    fail(records.of("bad"), 5)

    assert records.of("bad").pause
    assert records.of("good").pause is None
    assert records.of("bad") is records.of("bad")
