"""The desk's own records: one page that leads to those the reader may keep."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, g, render_template

from webapp import roles
from webapp.i18n import LazyText, _
from webapp.permissions import Viewer

bp = Blueprint("manage", __name__)


class Page(NamedTuple):
    """A page, what the reader must be allowed for it, and the words that lead to it."""

    endpoint: str
    action: roles.Action
    icon: str
    label: LazyText
    what: LazyText


PAGES = (
    Page("access.index", "see_access", "key", _("Access"), _("Which resellers may file for a customer's Azure.")),
    Page(
        "contracts.index",
        "manage_contracts",
        "file-earmark-text",
        _("Support contracts"),
        _("What you hold, and until when."),
    ),
    Page(
        "publishers.index",
        "manage_publishers",
        "shop",
        _("Publishers"),
        _("Who supports what was bought in the marketplace."),
    ),
    Page("canned.index", "manage_texts", "chat-left-text", _("Canned texts"), _("Words you write again and again.")),
    Page("members.index", "manage_members", "people", _("Members"), _("Your people, their accounts and time zones.")),
    Page("audit.index", "see_audit", "journal-check", _("Audit trail"), _("Who did what, when, on whom.")),
    Page("plugins.index", "see_plugins", "plug", _("Plugins"), _("What this deployment has installed and enabled.")),
)


def pages() -> list[Page]:
    """Return the pages that the reader may open; none for a stranger."""
    who: Viewer | None = g.get("viewer")
    return [page for page in PAGES if who is not None and roles.may(who, page.action)]


@bp.get("/manage")
def page() -> str:
    """Show where the records are kept."""
    return render_template("manage/page.html", pages=pages())
