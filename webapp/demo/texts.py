"""The texts and views that the cast keeps, read from ``texts.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from sqlmodel import Session, select

from webapp import partners
from webapp.tables.conveniences import CannedText, SavedView
from webapp.tables.partners import Partner


def load(session: Session) -> None:
    """Add the texts of each partner and the views of each member. Commits once."""
    content = tomllib.loads(files("webapp.demo").joinpath("texts.toml").read_text(encoding="utf-8"))
    ids = {partner.name: partner.id for partner in session.exec(select(Partner))}
    for text in content["texts"]:
        session.add(CannedText(partner_id=ids[text.pop("partner")], **text))
    for view in content["views"]:
        session.add(SavedView(member_id=partners.member_by_key(session, view.pop("member")).id, **view))
    session.commit()
