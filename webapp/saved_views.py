"""Saved views: the filters of the list of requests, each under a name that its member gave it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.collation import by_name
from webapp.db import LARGEST_ID
from webapp.errors import Conflict, Invalid, NotFound
from webapp.i18n import _
from webapp.permissions import Viewer
from webapp.request_list import Filters
from webapp.tables.conveniences import SavedView

MOST = 30
NAME_LENGTH = 60


class NameTaken(Invalid):
    """The member has a view of that name with other filters; it is replaced only if they say so."""


def listed(session: Session, viewer: Viewer) -> Sequence[SavedView]:
    """Return the viewer's own views, by name."""
    mine = select(SavedView).where(SavedView.member_id == viewer.member_id)
    return by_name(session.exec(mine.order_by(col(SavedView.id))), lambda view: view.name)


def fetch(session: Session, viewer: Viewer, view_id: int) -> SavedView:
    """Return one of the viewer's own views.

    :raises NotFound: if there is none, or it is another member's: the reader learns no difference.
    """
    mine = select(SavedView).where(SavedView.id == view_id, SavedView.member_id == viewer.member_id)
    view = session.exec(mine).first() if view_id <= LARGEST_ID else None
    if view is None:
        raise NotFound(_("There is no such view of yours."), remedy=_("Choose one above the list of requests."))
    return view


def save(session: Session, viewer: Viewer, name: str, filters: Filters, *, replace: bool = False) -> SavedView:
    """Keep the filters under a name; with ``replace`` the viewer's view of that name gets them.

    :raises Invalid: if the name is empty or too long, or there are no filters.
    :raises NameTaken: if a view of that name has other filters, and is not to be replaced.
    :raises Conflict: if the viewer has as many views as the list shows well.
    """
    known = {view.name: view for view in listed(session, viewer)}
    wanted, query = _checked(name), filters.query(after="")
    if not query:
        raise Invalid(
            _("There is no filter to keep."), remedy=_("Filter or search the list first, then name the view.")
        )
    if wanted not in known and len(known) >= MOST:
        raise Conflict(_("You have thirty views."), remedy=_("Remove one that you do not use any more."))
    taken = known.get(wanted)
    if taken is not None and taken.query != query and not replace:
        raise NameTaken(
            _("You have a view of that name."), remedy=_("Choose another name, or tick that it shall be replaced.")
        )
    view = taken or SavedView(member_id=viewer.member_id, name=wanted, query=query)
    view.query = query
    session.add(view)
    session.commit()
    return view


def rename(session: Session, viewer: Viewer, view: SavedView, name: str) -> None:
    """Give a view another name.

    :raises Invalid: if it is empty or too long.
    :raises Conflict: if another view of the viewer's has it.
    """
    wanted = _checked(name)
    if any(other.name == wanted and other.id != view.id for other in listed(session, viewer)):
        raise Conflict(_("You have a view of that name."), remedy=_("Choose another name."))
    view.name = wanted
    session.add(view)
    session.commit()


def remove(session: Session, view: SavedView) -> None:
    """Forget a view; the requests it shows stay."""
    session.delete(view)
    session.commit()


def _checked(name: str) -> str:
    words = " ".join(name.replace("\0", "").split())
    if not words or len(words) > NAME_LENGTH:
        raise Invalid(_("A view has a name of 1 to 60 characters."), remedy=_("Type a short name."))
    return words
