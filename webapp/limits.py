"""How much one reader may do in a minute: failed sign-ins from an address, writes by a member."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded
from limits.errors import ConfigurationError, StorageError
from limits.storage import Storage, storage_from_string

from webapp.config import Settings
from webapp.errors import DeskError, StartRefused
from webapp.i18n import _
from webapp.security import SAFE_METHODS

V = TypeVar("V", bound=Callable[..., Any])
NEVER_LIMITED = frozenset({"sign_in.leave", "example_sign_in.enter"})
STORAGE = {"socket_connect_timeout": 1, "socket_timeout": 1, "wrap_exceptions": 1}
"""A Redis that hangs costs a write one second; from then on each worker counts by itself until Redis is back."""
MINUTE = 60


class TooMany(DeskError):
    """More than one reader may do in a minute; nothing was done."""

    status = 429


def admits(view: V) -> V:
    """Mark a view at which a sign-in may fail: it is closed to an address from which too many did."""
    view.admits = True  # type: ignore[attr-defined]  # a mark on the function
    return view


def init_app(app: Flask, settings: Settings) -> None:
    """Count behind the gate: the reader is known, and what another site sends costs them nothing.

    :raises StartRefused: if the place to count in is none.
    """
    writes = ApplicationLimit(
        f"{settings.writes_per_minute}/minute", key_function=_member, scope="writes", exempt_when=_no_write
    )
    failures = ApplicationLimit(
        f"{settings.failed_sign_ins_per_minute}/minute",
        key_function=_address,
        scope="failed sign-ins",
        exempt_when=_no_sign_in,
        deduct_when=_refused,
    )
    try:
        limiter = Limiter(
            _address,
            app=app,
            application_limits=[writes, failures],
            storage_uri=settings.limits_storage,
            storage_options=dict(STORAGE),
            strategy="moving-window",
            in_memory_fallback_enabled=True,
            swallow_errors=True,
            key_prefix="onbehalf",
        )
    except (ConfigurationError, ValueError) as error:
        raise _no_storage() from error
    app.register_error_handler(RateLimitExceeded, lambda error: _too_many(limiter, error))


def storage_answers(settings: Settings) -> bool:
    """Ask the place to count in whether it is there.

    :raises StartRefused: if the settings name none.
    """
    return bool(_storage(settings).check())


def refuse_no_storage(settings: Settings) -> None:
    """Refuse a place to count in that is none, before a worker is started; it need not answer yet.

    :raises StartRefused: with what can be named.
    """
    _storage(settings)


def _storage(settings: Settings) -> Storage:
    try:
        found = storage_from_string(settings.limits_storage, **STORAGE)
    except (ConfigurationError, ValueError) as error:
        raise _no_storage() from error
    if not isinstance(found, Storage):  # one for asyncio, which no worker here could wait for
        raise _no_storage()
    return found


def _no_storage() -> StartRefused:
    return StartRefused(
        _("ONBEHALF_LIMITS_STORAGE names no place to count in."),
        remedy=_("Use memory://, redis://host or, with TLS, rediss://host; Redis needs onbehalf[redis] installed."),
    )


def _too_many(limiter: Limiter, error: RateLimitExceeded) -> Response:
    """Show the refusal as the page at hand shows refusals, and say when to come back."""
    if error.limit is not None and error.limit.scope == "writes":
        refusal = TooMany(
            _("You sent more within a minute than this desk takes from one member."),
            remedy=_("Nothing was recorded, and your text is still here. Send it again in a minute."),
        )
    else:
        refusal = TooMany(
            _("Too many sign-ins from your address have failed."), remedy=_("Wait a minute, then sign in again.")
        )
    response = current_app.make_response(current_app.handle_user_exception(refusal))
    response.headers["Retry-After"] = str(_seconds_left(limiter))
    return response


def _seconds_left(limiter: Limiter) -> int:
    """Return when the first of what was counted leaves the window."""
    try:
        reset_at = limiter.current_limit.reset_at if limiter.current_limit else 0
    except StorageError:
        return MINUTE
    return min(max(1, int(reset_at - time.time())), MINUTE)


def _member() -> str:
    return str(g.viewer.member_id)


def _address() -> str:
    """Return the reader's address; of IPv6 the network, since one reader has all of its addresses."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _no_write() -> bool:
    return request.method in SAFE_METHODS or g.get("viewer") is None or request.endpoint in NEVER_LIMITED


def _no_sign_in() -> bool:
    return not getattr(current_app.view_functions.get(request.endpoint or ""), "admits", False)


def _refused(response: Response) -> bool:
    """Say whether the reader failed to sign in: that a provider is down is no failure of theirs."""
    return 400 <= response.status_code < 500 and response.status_code != TooMany.status
