"""Errors that cannot be a dead end: each says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pydantic import ValidationError

from webapp.i18n import LazyText

if TYPE_CHECKING:
    from webapp.contracts.handover import Check

Words = str | LazyText
reference: ContextVar[str] = ContextVar("reference", default="")
"""The id of the page being served: it stands in the log line of an error and on the page that shows it."""


def named(error: ValidationError) -> str:
    """Return what pydantic found wrong: each field by its path, and why, without the value."""
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or '-'}: {one['msg']}" for one in found)


class DeskError(Exception):
    """A refusal. ``message`` says what happened, ``remedy`` what to do next."""

    status = 400

    def __init__(self, message: Words, *, remedy: Words) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


class NotFound(DeskError):
    """There is no such object, or it is not this reader's."""

    status = 404


class NotAllowed(DeskError):
    """The reader may not do this."""

    status = 403


class Conflict(DeskError):
    """What the reader acted on has changed meanwhile."""

    status = 409


class Invalid(DeskError):
    """What was sent cannot be taken; the text stays on the page."""

    status = 422


class NotEntitled(DeskError):
    """Support is not owed; ``checks`` holds every check, the failed ones with their remedies."""

    status = 403

    def __init__(self, message: Words, *, remedy: Words, checks: Sequence[Check]) -> None:
        super().__init__(message, remedy=remedy)
        self.checks = tuple(checks)


class DoorRefused(DeskError):
    """A door would lead off the cloud, to no tenant or to a wrong one."""

    status = 409


class StartRefused(DeskError):
    """A setting or a plugin stops the start; nothing was served."""

    status = 500


class PluginError(DeskError):
    """A plugin did not do its part; ``plugin``, ``hook``, ``product`` and ``reference`` name where."""

    status = 500

    def __init__(
        self, message: Words, *, remedy: Words, plugin: str, hook: str, product: str = "", reference: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.plugin = plugin
        self.hook = hook
        self.product = product
        self.reference = reference


class PluginRaised(PluginError):
    """It raised an exception."""


class PluginSaidNonsense(PluginError):
    """It returned another type than the hook asks for."""


class PluginSilent(PluginError):
    """It owns the product and returned nothing."""


class PluginPaused(PluginError):
    """It failed or was slow too often, or could not be started, and is not asked now."""

    status = 503
