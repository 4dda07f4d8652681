"""The cast of the demo: partners with their members, and customers that each show a situation."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from webapp.demo import cast_customers, cast_partners
from webapp.demo.cast_ordinary import ORDINARY
from webapp.demo.cast_situations import OFFERS, SITUATIONS


def load(session: Session, now: datetime) -> None:
    """Add the cast to an empty database; what ends or runs out is counted from ``now``. Commits once."""
    partners: dict[str, int] = {}
    for company in cast_partners.COMPANIES:
        partner = cast_partners.add(session, company, now.date())
        partners[partner.name] = partner.id or 0
    cast_customers.add_publishers(session, OFFERS)
    for example in (*SITUATIONS, *ORDINARY):
        cast_customers.add(session, example, partners, now)
    session.commit()
