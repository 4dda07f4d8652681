"""The bundle serves every patch of the Python it was made with."""

import re
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")


def test_a_bundle_holds_what_another_patch_of_the_same_python_wants():
    wanted = runpy.run_path(str(ROOT / "requirements" / "bundle.py"))["for_every_patch"](PINS)
    mine = rf"^(\S+==\S+) ; python_full_version < '{sys.version_info.major}\.{sys.version_info.minor}\.\d+'"

    assert not re.search(mine, wanted, flags=re.MULTILINE)
    assert wanted.count("==") == PINS.count("==")
    for pin in re.findall(mine, PINS, flags=re.MULTILINE):
        assert f"{pin} \\\n" in wanted
    assert "python_full_version < '3.14'" in wanted
