"""What a plugin has to hold: each check yields its problems, and none if it holds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from webapp.errors import PluginPaused
from webapp.i18n import _
from webapp.plugins import asking
from webapp.plugins.breaker import Pause
from webapp.testing.conformance.brought import help_in_every_language, icon
from webapp.testing.conformance.interrupting import interrupted
from webapp.testing.conformance.leading import hostile_customers, ways_in
from webapp.testing.conformance.registering import keys_of_its_own, manifest, plans
from webapp.testing.conformance.sizes import fits_the_page
from webapp.testing.conformance.subject import Ran, Subject
from webapp.testing.conformance.telling import in_words
from webapp.testing.conformance.ticket_shapes import ticket_numbers
from webapp.testing.conformance.wording import rendered, translated

Problems = Iterator[str]
OWNERS_HOOKS = ("entitlement_check", "build_request", "redirect_target")
CPU_SECONDS, MOST_CPU_SECONDS = 0.05, 1.0
NOT_IN_A_PLUGIN = {
    "flask",
    "sqlalchemy",
    "sqlmodel",
    "psycopg",
    "sqlite3",
    "webapp.db",
    "webapp.tables",
    "webapp.views",
}


def hooks(subject: Subject) -> Problems:
    """Implement the hooks of the specification with its arguments, and nothing that is deprecated."""
    running = subject.plugins.running[subject.name]
    yield from running.notes
    if not running.hooks:
        yield "it implements no hook"
    if "register_products" in running.hooks:
        for hook in OWNERS_HOOKS:
            if hook not in running.hooks:
                yield f"it owns products and does not implement {hook}"


def answers(subject: Subject) -> Problems:
    """Answer with the right types in every situation, and never raise."""
    for ran in subject.ran:
        if ran.error is not None:
            cause = ran.error.__cause__
            why = f" ({in_words(cause)})" if cause else ""
            yield f"{ran.case.name}: {ran.error.message}{why}"


def can_be_filed(subject: Subject) -> Problems:
    """Let each product be filed in an ordinary situation, unless its cloud is closed."""
    for (cloud, product), _value in subject.owned.items():
        mine = [ran for ran in subject.ran if ran.case.name.startswith(f"{cloud}/{product},")]
        if subject.plugins.clouds[cloud].status == "open" and not any(ran.target for ran in mine):
            first = next(ran for ran in mine if ran.case.ordinary)
            why = [str(check.reason) for check in first.own if check.outcome == "fail"]
            yield f"{cloud}/{product}: never filed, refused for: {why}; the partner holds the manifest's plans"


def missing_answers(subject: Subject) -> Problems:
    """Refuse nothing for want of an answer: the form asks for it."""
    for ordinary in (ran for ran in subject.ran if ran.case.ordinary):
        at = ordinary.case.name.partition(",")[0]
        bare = next(ran for ran in subject.ran if ran.case.name == f"{at}, nothing answered")
        for reason in sorted(_failed(bare) - _failed(ordinary)):
            yield f"{at}: with nothing answered it refuses: {reason}"


def refused_while_paused(subject: Subject) -> Problems:
    """Be refused by name while paused, and keep nobody else from being filed."""
    subject.record.pause = Pause("entitlement_check", _("The conformance kit pauses it."), float("inf"))
    try:
        for ran in (ran for ran in subject.ran if ran.case.ordinary):
            situation = ran.case.draft.situation
            mine = (situation.cloud.key, situation.product.key) in subject.owned
            concerned = mine or subject.plugins.running[subject.name].policy
            try:
                asking.checks(subject.plugins, situation, sold=mine)
                paused = False
            except PluginPaused as error:
                paused = error.plugin == subject.name
            if paused != concerned:
                yield f"{ran.case.name}: {'is filed past it' if concerned else 'cannot be filed'} while it is paused"
    finally:
        subject.record.pause = None


def repeatable(subject: Subject) -> Problems:
    """Answer the same when asked again: a reader may submit twice."""
    for ran in (ran for ran in subject.ran if ran.case.ordinary and ran.error is None):
        again = subject.run(ran.case)
        for part in ("own", "prepared", "target"):
            if getattr(again, part) != getattr(ran, part):
                yield f"{ran.case.name}: {part} differs when asked again"


def remedies(subject: Subject) -> Problems:
    """Say what to do in each warning and refusal."""
    for ran in subject.ran:
        for check in ran.own:
            if check.outcome != "pass" and not (check.remedy and str(check.remedy.text).strip()):
                yield f"{ran.case.name}: {check.reason}: no remedy"


def quiet(subject: Subject) -> Problems:
    """Open no connection or database, write and start nothing, wait for nothing, read no variable or web request."""
    assert subject.ran is not None  # it has been at work
    yield from subject.watch.noticed


def imports(subject: Subject) -> Problems:
    """Import neither the web framework nor the database."""
    for file in subject.files:
        for module in _imported(file):
            if any(module == name or module.startswith(name + ".") for name in NOT_IN_A_PLUGIN):
                yield f"{file.name} imports {module}"


def quick(subject: Subject) -> Problems:
    """Answer quickly: a call takes the processor little time on average, and none much."""
    assert subject.ran is not None  # it has been at work
    for hook, tally in subject.record.hooks.items():
        if tally.slowest > MOST_CPU_SECONDS:
            yield f"{hook} took {tally.slowest:.1f} s of the processor once, more than {MOST_CPU_SECONDS:g} s"
        if tally.seconds / tally.calls > CPU_SECONDS:
            yield f"{hook} takes {tally.seconds / tally.calls:.3f} s of the processor, more than {CPU_SECONDS} s"


def _failed(ran: Ran) -> set[str]:
    return {str(check.reason) for check in ran.own if check.outcome == "fail"}


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


Check = Callable[[Subject], Problems]
TIERS: dict[str, tuple[Check, ...]] = {
    "works": (
        hooks,
        keys_of_its_own,
        answers,
        rendered,
        fits_the_page,
        can_be_filed,
        missing_answers,
        ways_in,
        hostile_customers,
        ticket_numbers,
        refused_while_paused,
    ),
    "fits": (manifest, plans, repeatable, interrupted, remedies, icon, imports, quick, quiet),
    "polished": (translated, help_in_every_language),
}
"""The checks by tier, each with those before it; the last of ``fits`` look back at all that was asked."""
