"""The applications that a server makes in each of its workers; another WSGI server can name them too."""

from __future__ import annotations

from flask import Flask

from webapp.app import create_app
from webapp.commands.demo_folder import demo_settings
from webapp.config import load_settings
from webapp.processes import Teller


def served_app() -> Flask:
    """Return the desk of this deployment's settings."""
    return _told_of(create_app(load_settings()))


def demo_app() -> Flask:
    """Return the demo of the current folder."""
    return _told_of(create_app(demo_settings(), demo=True))


def _told_of(app: Flask) -> Flask:
    """Let the process that serves ``app`` say how its plugins are."""
    Teller(app.extensions["onbehalf"], app).start()
    return app
