"""The units for systemd that the manual hands out: systemd takes them as they are, and finds them hardened."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.commands import cli
from webapp.testing.pytest_plugin import missing

SAMPLES = Path(__file__).resolve().parents[1] / "docs" / "samples"
UNITS = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".service", ".timer"})
PROGRAM = "/opt/onbehalf/bin/onbehalf"
MOST_EXPOSED = {"onbehalf.service": 15, "onbehalf-backup.service": 10}
"""Tenths of systemd's own measure, from 0 to 100; above 20 it is no longer "OK"."""


@pytest.fixture(scope="module")
def analyze():
    """Return a function that runs ``systemd-analyze``."""
    program = shutil.which("systemd-analyze")
    if program is None:
        missing("Units are checked by systemd-analyze (Debian: apt install systemd)", required="REQUIRE_SYSTEMD")
    environ = os.environ | {"SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "warning", "LC_ALL": "C.UTF-8"}

    def run(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=environ)

    return run


@pytest.fixture
def units(tmp_path):
    """Return a folder with the units; what they run is a program that this machine has."""
    for name in UNITS:
        text = (SAMPLES / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    return tmp_path


def complaints(analyze, unit):
    """Return what systemd says of a unit; of what else this machine has installed it may say what it likes."""
    ran = analyze("verify", "--man=no", "--recursive-errors=no", str(unit))
    mine = [line for line in ran.stderr.splitlines() if unit.stem in line]
    return mine or ([ran.stderr] if ran.returncode else [])


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_each_unit_without_a_complaint(analyze, units, name):
    assert complaints(analyze, units / name) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("NoNewPrivileges=", "NoNewPrivilegs="),
        ("Restart=on-failure", "Restart=sometimes"),
        (sys.executable, "/no/such"),
    ],
)
def test_a_slip_in_a_unit_would_be_noticed(analyze, units, right, wrong):
    unit = units / "onbehalf.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")

    assert complaints(analyze, unit)


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_systemd_finds_each_service_hardened(analyze, units, name):
    ran = analyze("security", "--no-pager", "--offline=true", f"--threshold={MOST_EXPOSED[name]}", str(units / name))

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_unit_without_its_hardening_would_be_noticed(analyze, units):
    unit = units / "onbehalf.service"
    softened = re.sub(r"^(Protect|Restrict|Private|System|Capability).*\n", "", unit.read_text("utf-8"), flags=re.M)
    unit.write_text(softened, encoding="utf-8")

    assert analyze("security", "--no-pager", "--offline=true", "--threshold=15", str(unit)).returncode != 0


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_each_service_runs_a_command_that_there_is_with_options_that_it_has(name):
    text = (SAMPLES / name).read_text(encoding="utf-8")
    (line,) = re.findall(rf"^ExecStart=.*?{PROGRAM} (.*?)'?$", text, flags=re.MULTILINE)

    command, *arguments = shlex.split(line.replace("%%", "%"))

    cli.commands[command].make_context(command, arguments)


def test_the_timer_starts_a_service_that_there_is():
    for timer in SAMPLES.glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
