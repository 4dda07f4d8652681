"""The files to bring along: what the portal shall get besides the answers, ticked off as it is attached there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlmodel import Session

from webapp.errors import Invalid
from webapp.i18n import _
from webapp.tables.requests import ServiceRequest

MOST = 20
NAME_LENGTH = 200


def of_lines(text: str) -> list[dict[str, Any]]:
    """Return the files that somebody listed, a line each; no line twice.

    :raises Invalid: if there are too many, or a line is too long.
    """
    names = list(dict.fromkeys(" ".join(line.replace("\0", "").split()) for line in text.splitlines()))
    names = [name for name in names if name]
    if len(names) > MOST or any(len(name) > NAME_LENGTH for name in names):
        raise Invalid(
            _("A request brings along 20 files at most, each named in 200 characters."),
            remedy=_("Shorten the list, or put several files into one archive."),
        )
    return [{"name": name, "attached": False} for name in names]


def change(session: Session, request: ServiceRequest, more: str, attached: Collection[str]) -> None:
    """Tick the files named in ``attached``, untick the others, and add those of ``more``. Commits.

    :raises Invalid: as ``of_lines``; nothing changes.
    """
    known = [dict(file) for file in request.files or ()]
    names = {file["name"] for file in known}
    for file in known:
        file["attached"] = file["name"] in attached
    added = [file for file in of_lines(more) if file["name"] not in names]
    if len(known) + len(added) > MOST:
        of_lines("\n".join(map(str, range(MOST + 1))))
    request.files = [*known, *added]
    session.add(request)
    session.commit()
