"""Members of one's own partner: the list, and the page of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import members
from webapp.errors import DeskError
from webapp.i18n import _
from webapp.members import Colleague
from webapp.record_forms import member_form
from webapp.views.gate import database_session, deployment, viewer
from webapp.views.record_pages import filled_page, recorded

bp = Blueprint("members", __name__)


@bp.get("/members")
def index() -> str:
    """Show the members with their roles and accounts."""
    session, who = database_session(), viewer()
    return render_template(
        "members/list.html", colleagues=members.listed(session, who), enrolments=members.enrolments(session, who)
    )


@bp.get("/members/<int:member_id>")
def edit(member_id: int) -> Response:
    """Show the form of one member."""
    colleague = members.fetch(database_session(), viewer(), member_id)
    return _page(_form(_words(colleague)), colleague)


@bp.post("/members/<int:member_id>")
def change(member_id: int) -> Response | BaseResponse:
    """Change a member."""
    colleague = members.fetch(database_session(), viewer(), member_id)
    form = _form(request.form)

    def save() -> None:
        data = form.data
        values = {name: data[name] for name in members.FIELDS}
        if current_app.config["DEMO"]:
            values["roles"] = data["roles"] or []
        accounts = {int(name.removeprefix("account_")): data[name] or "" for name in _labels()}
        members.save(database_session(), deployment(), viewer(), colleague.member, values, accounts)

    def again(error: DeskError | None, status: int) -> Response:
        return _page(form, colleague, error, status)

    return recorded(form, save, url_for("members.index"), again)


def _labels() -> dict[str, Any]:
    """Return the label of each account's field, by the field's name."""
    clouds = deployment().plugins.clouds
    return {
        f"account_{row.id}": _(
            "User name in %(cloud)s", cloud=clouds[row.cloud].name if row.cloud in clouds else row.cloud
        )
        for row in members.enrolments(database_session(), viewer())
    }


def _form(words: MultiDict[str, str]) -> Form:
    return member_form(words, _labels(), with_roles=current_app.config["DEMO"])


def _words(colleague: Colleague) -> MultiDict[str, str]:
    member = colleague.member
    words = [("phone", member.phone), ("language", member.language), ("time_zone", member.time_zone)]
    words += [("active", "yes")] if member.active else []
    words += [("roles", role) for role in member.roles]
    words += [(f"account_{enrolment_id}", name) for enrolment_id, name in colleague.accounts.items()]
    return MultiDict(words)


def _page(form: Form, colleague: Colleague, error: DeskError | None = None, status: int = 200) -> Response:
    return filled_page(
        "members/edit.html", form, error, status, member=colleague.member, accounts=[form[name] for name in _labels()]
    )
