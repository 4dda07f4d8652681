"""What the worker processes of one server share: a folder in which each counts for all."""

from __future__ import annotations

import os

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Prometheus' own variable: another WSGI server sets it as that library's manual says."""


def shared_metrics() -> str:
    """Return the folder in which the workers count, or nothing where there is one worker alone."""
    return os.environ.get(FOLDER, "")


def share_metrics(folder: str) -> None:
    """Let this process and those it starts count in ``folder``, unless the deployer chose one."""
    os.environ.setdefault(FOLDER, folder)
