"""The vendor's number: what can be taken for one, and when it looks unusual."""

from __future__ import annotations

import logging

from webapp.contracts import patterns
from webapp.contracts.patterns import BadPattern
from webapp.errors import Invalid
from webapp.i18n import _
from webapp.tables.requests import ServiceRequest

log = logging.getLogger("onbehalf.plugins")
TICKET_LENGTH = 64
_SPACES = " \u00a0\u3000"


def checked_ticket_number(text: str) -> str:
    """Return the vendor's number without spaces around it.

    :raises Invalid: if it is empty, over 64 characters or holds control or invisible characters.
    """
    number = text.strip(_SPACES)
    if not number:
        raise Invalid(_("The vendor's number is missing."), remedy=_("Copy it from the portal's confirmation."))
    if len(number) > TICKET_LENGTH:
        raise Invalid(_("The vendor's number is over 64 characters long."), remedy=_("Copy the number alone."))
    if not number.isprintable():
        raise Invalid(_("The vendor's number holds invisible characters."), remedy=_("Type it, or copy it anew."))
    return number


def has_unusual_number(request: ServiceRequest) -> bool:
    """Say whether the recorded number has another shape than this vendor's numbers usually have.

    A pattern that takes too long over it says nothing of it.
    """
    shape = request.ticket_shape
    if not shape or not request.ticket_number:
        return False
    try:
        return not patterns.fits(shape["pattern"], request.ticket_number)
    except BadPattern as error:
        log.warning("product=%s: the shape of its numbers is of no use: %s", request.product, error)
        return False
