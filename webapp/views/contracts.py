"""Support contracts and benefits: the list with its warnings, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form

from webapp import contracts_held
from webapp.errors import DeskError
from webapp.i18n import LazyText
from webapp.record_forms import OTHER, contract_form, day
from webapp.tables.partners import SupportContract
from webapp.views.gate import database_session, deployment, viewer
from webapp.views.record_pages import filled_page, recorded

bp = Blueprint("contracts", __name__)


@bp.get("/contracts")
def index() -> str:
    """Show what the partner holds, and what ends soon."""
    held = contracts_held.listed(database_session(), viewer(), deployment().now().date())
    return render_template("contracts/list.html", held=held, plans=_plans(), warn_days=contracts_held.WARN_DAYS)


@bp.get("/contracts/new")
def new() -> Response:
    """Show an empty form."""
    return _page(_form({}), None)


@bp.post("/contracts")
def add() -> Response | BaseResponse:
    """Record a contract."""
    return _save(None)


@bp.get("/contracts/<int:contract_id>")
def edit(contract_id: int) -> Response:
    """Show the form of one contract."""
    contract = contracts_held.fetch(database_session(), viewer(), contract_id)
    words: dict[str, Any] = contract.model_dump(include=set(contracts_held.FIELDS))
    words = {name: "" if value is None else str(value) for name, value in words.items()}
    if contract.plan not in _plans():
        words |= {"plan": OTHER, "plan_name": contract.plan}
    return _page(_form(words), contract)


@bp.post("/contracts/<int:contract_id>")
def change(contract_id: int) -> Response | BaseResponse:
    """Change a contract."""
    return _save(contracts_held.fetch(database_session(), viewer(), contract_id))


@bp.post("/contracts/<int:contract_id>/remove")
def remove(contract_id: int) -> BaseResponse:
    """Remove a contract."""
    contract = contracts_held.fetch(database_session(), viewer(), contract_id)
    contracts_held.remove(database_session(), deployment(), viewer(), contract)
    return redirect(url_for("contracts.index"), code=303)


def _save(contract: SupportContract | None) -> Response | BaseResponse:
    form = _form(request.form)
    if form["plan"].data == OTHER and not form["plan_name"].data:
        form["plan_name"].validators = form["plan"].validators

    def save() -> None:
        data = form.data
        plan = data["plan_name"] if data["plan"] == OTHER else data["plan"]
        days = {name: day(data[name] or "") for name in ("valid_from", "valid_until")}
        texts = {name: data[name] or "" for name in ("cloud", "contract_id", "access_id")}
        values = {"plan": plan, **texts, **days}
        contracts_held.save(database_session(), deployment(), viewer(), contract, values)

    return recorded(form, save, url_for("contracts.index"), lambda error, status: _page(form, contract, error, status))


def _form(words: Any) -> Form:
    clouds = [(cloud.key, cloud.name) for cloud in deployment().plugins.clouds.values()]
    return contract_form(words, clouds, _plans().items())


def _plans() -> Mapping[str, str | LazyText]:
    return contracts_held.offered(deployment().plugins)


def _page(form: Form, contract: SupportContract | None, error: DeskError | None = None, status: int = 200) -> Response:
    return filled_page("contracts/edit.html", form, error, status, contract=contract)
