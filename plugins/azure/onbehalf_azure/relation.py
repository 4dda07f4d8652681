"""Whether the filer has admin rights for the customer (R28)."""

from __future__ import annotations

from typing import Literal

from webapp import Situation


def missing_rights(situation: Situation) -> Literal["never_requested", "pending"] | None:
    """Return why the admin rights are missing; ``None`` if they are there, gone (R68), or the tenant is the own one."""
    if situation.customer.own:
        return None
    relationship = situation.relationship
    if relationship is None:
        return "never_requested"
    status = situation.status_of(relationship)
    return status if status in ("never_requested", "pending") else None
