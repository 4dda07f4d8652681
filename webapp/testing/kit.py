"""The conformance kit, for the tests of a plugin: ``pip install onbehalf[testkit]``.

    from webapp.testing.kit import conformance

    test_conformance = conformance("acme-telephony")

That is one test a check. The plugin is tried once, in a process of its own, so that its import is seen too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from webapp.config import PREFIX
from webapp.testing.conformance import TITLES, checks_of

__all__ = ["conformance"]
COMMAND = "from webapp.commands import main; main()"


def conformance(name: str, *, tier: str = "polished", **settings: str) -> Callable[[str], None]:
    """Return the suite for one plugin; ``settings`` are its own, by field, as its variables would hold them.

    ``tier`` is ``works``, ``fits`` or ``polished``, each with those before it (docs/plugin-quality.md).
    """
    given = tuple(sorted(settings.items()))

    @pytest.mark.parametrize("check", checks_of(tier))
    def test_conformance(check: str) -> None:
        finding = _findings(name, tier, given)[check]
        if finding["outcome"] == "skipped":
            pytest.skip("the plugin is not loaded")
        assert not finding["problems"], "\n".join([TITLES[check], *finding["problems"]])

    return test_conformance


@cache
def _findings(name: str, tier: str, settings: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    own = f"{PREFIX}{name.upper().replace('-', '_')}_"
    environ = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environ |= {own + key.upper(): value for key, value in settings}
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    ran = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", COMMAND, "check-plugin", name, "--tier", tier, "--json"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return {finding["check"]: finding for finding in json.loads(ran.stdout)["findings"]}
    except ValueError:
        pytest.fail(f"onbehalf check-plugin {name} did not finish:\n{ran.stdout}{ran.stderr}")
