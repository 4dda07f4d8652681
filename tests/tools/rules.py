"""Print each rule of the rule book with the tests that show it, or with why it does not apply."""

import io
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import redirect_stdout

import pytest

RULES = [f"R{number}" for number in (*range(1, 60), *range(71, 74))]
NOT_APPLYING = {
    "R13": "a menu path of 2019-20 that no source document prints; each cloud shows its own documents' path",
    "R20": "the workspaces view of September 2021 comes from a later page; the documents' menu path is shown",
    "R21": "today's page only: a support contract is added in the portal itself, behind the door",
    "R30": "today's page only: benefits are linked inside the Azure portal, which the desk cannot reach",
    "R48": "a later page's list of plans; the desk records the contracts that the documents name",
}
"""Rules of later pages that nothing here carries out; once a test shows one, it is listed with that test."""


class Collected:
    """Receives what pytest collects: the rules that each test says it shows."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the marks of each test, of its class and of its module; a test with many examples counts once."""
        for item in items:
            name = item.nodeid.partition("[")[0]
            for rule in (number for mark in item.iter_markers("rules") for number in mark.args):
                if name not in self.tests[rule]:
                    self.tests[rule].append(name)


def main() -> int:
    """Print a line per rule; fail if one has neither test nor reason, or if a mark names no rule."""
    collected = Collected()
    with redirect_stdout(io.StringIO()) as output:
        ended = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[collected])
    if ended != pytest.ExitCode.OK:
        print(output.getvalue(), file=sys.stderr)
        return 1
    print(*lines(collected.tests), sep="\n")
    return complain(collected.tests)


def lines(tests: dict[str, list[str]]) -> Iterable[str]:
    """Yield what is known of each rule."""
    for rule in RULES:
        if tests.get(rule):
            yield f"{rule}  {', '.join(tests[rule])}"
        elif rule in NOT_APPLYING:
            yield f"{rule}  does not apply: {NOT_APPLYING[rule]}"
        else:
            yield f"{rule}  NO TEST"


def complain(tests: dict[str, list[str]]) -> int:
    """Return 1, and say why, if the rule book and the tests do not fit."""
    bare = [rule for rule in RULES if not tests.get(rule) and rule not in NOT_APPLYING]
    unknown = sorted(set(tests) - {f"R{number}" for number in range(1, 74)})
    if bare:
        print(f"No test shows {', '.join(bare)}.", file=sys.stderr)
    if unknown:
        print(f"A test names {', '.join(unknown)}, which is no rule.", file=sys.stderr)
    return 1 if bare or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
