"""Canned texts: words that a partner writes again and again, by product and language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from webapp import audit
from webapp.collation import by_name
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.tables.conveniences import CannedText
from webapp.tables.customers import Customer

FIELDS = ("title", "product", "language", "body")
HOLES = ("customer", "domain", "tenant_id", "ref", "member")
"""What may stand in braces in a text; anything else in braces stays as it is."""

MOST = 200


def listed(session: Session, viewer: Viewer) -> Sequence[CannedText]:
    """Return the texts of the viewer's partner, by title."""
    mine = select(CannedText).where(CannedText.partner_id == viewer.partner_id)
    found = session.exec(mine.order_by(col(CannedText.title), col(CannedText.id)).limit(MOST))
    return by_name(found, lambda text: text.title)


def fitting(session: Session, viewer: Viewer, product: str, languages: Sequence[str]) -> Sequence[CannedText]:
    """Return those for this product, or any, in one of these languages, or any."""
    statement = (
        select(CannedText)
        .where(CannedText.partner_id == viewer.partner_id)
        .where(col(CannedText.product).in_(("", product)), col(CannedText.language).in_(("", *languages)))
        .order_by(col(CannedText.title), col(CannedText.id))
        .limit(50)
    )
    return by_name(session.exec(statement), lambda text: text.title)


def fetch(session: Session, viewer: Viewer, text_id: int) -> CannedText:
    """Return one of the texts of the viewer's partner.

    :raises NotFound: if there is none, or it is another partner's.
    """
    mine = select(CannedText).where(CannedText.id == text_id, CannedText.partner_id == viewer.partner_id)
    text = session.exec(mine).first() if text_id <= LARGEST_ID else None
    if text is None:
        raise NotFound(_("There is no such text among yours."), remedy=_("Choose one of the list of texts."))
    return text


def save(
    session: Session, deployment: Deployment, viewer: Viewer, text: CannedText | None, values: Mapping[str, str]
) -> CannedText:
    """Record a text, or change the one given; ``values`` hold all of ``FIELDS``.

    :raises Conflict: if there are too many.
    """
    if text is None and len(listed(session, viewer)) >= MOST:
        raise Conflict(_("There are 200 canned texts."), remedy=_("Remove some that nobody uses any more."))
    saved = text or CannedText(partner_id=viewer.partner_id, title="", body="")
    for name in FIELDS:
        setattr(saved, name, values[name])
    session.add(saved)
    session.flush()
    _tell(session, deployment, viewer, "changed" if text else "added", saved)
    session.commit()
    return saved


def remove(session: Session, deployment: Deployment, viewer: Viewer, text: CannedText) -> None:
    """Remove a text; what was written with it stays."""
    session.delete(text)
    _tell(session, deployment, viewer, "removed", text)
    session.commit()


def filled(body: str, viewer: Viewer, customer: Customer, ref: str = "") -> str:
    """Return the text with its holes filled; unknown braces stay, and what fills a hole is never filled again."""
    known = {
        "customer": customer.name,
        "domain": customer.domain,
        "tenant_id": customer.tenant_id,
        "ref": ref or "{ref}",
        "member": viewer.member.name,
    }
    return re.sub(r"\{(\w+)\}", lambda hole: known.get(hole[1], hole[0]), body)


def _tell(session: Session, deployment: Deployment, viewer: Viewer, kind: str, text: CannedText) -> None:
    audit.record(session, viewer, deployment.now(), f"text.{kind}", f"text:{text.id}", text.title)
