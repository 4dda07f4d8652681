"""The support contracts and benefits that the viewer's partner holds, and how long they still count (R30, R35, R46)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlmodel import Session, col, select

from webapp import audit
from webapp.db import LARGEST_ID
from webapp.deployment import Deployment
from webapp.errors import Conflict, Invalid, NotFound
from webapp.i18n import LazyText, _
from webapp.permissions import Viewer
from webapp.plugins.loaded import Plugins
from webapp.tables.partners import SupportContract

PLANS: Mapping[str, LazyText] = {
    "asfp": _("Advanced Support for Partners (ASfP)"),
    "psfp": _("PSfP"),
    "premier": _("Premier"),
    "unified": _("Unified"),
    "prodirect": _("ProDirect"),
    "azure_plan": _("Azure support plan"),
    "mpn_contract": _("MPN contract"),
    "signature_cloud_support": _("Signature Cloud Support"),
    "partner_cloud_support": _("Partner cloud support"),
    "vianet_advanced": _("Advanced service agreement with 21Vianet"),
}
"""The plans that rules speak of; any other may be recorded by its name."""

WARN_DAYS = 30
"""From how many days before its end a contract is warned about."""

State = Literal["valid", "ending", "ended", "to_come"]
FIELDS = ("plan", "cloud", "contract_id", "access_id", "valid_from", "valid_until")


@dataclass(frozen=True)
class Held:
    """A contract, how it stands today, and how many days it still counts; ``days`` is ``None`` where it has no end."""

    contract: SupportContract
    state: State
    days: int | None


def listed(session: Session, viewer: Viewer, today: date) -> Sequence[Held]:
    """Return the contracts of the viewer's partner, the one that ends first at the top."""
    rows = session.exec(select(SupportContract).where(SupportContract.partner_id == viewer.partner_id)).all()
    return [held(row, today) for row in sorted(rows, key=lambda row: (row.valid_until or date.max, row.id))]


def held(contract: SupportContract, today: date) -> Held:
    """Say how a contract stands on ``today``; both ends of its validity are included."""
    days = (contract.valid_until - today).days if contract.valid_until else None
    if days is not None and days < 0:
        return Held(contract, "ended", days)
    if contract.valid_from and contract.valid_from > today:
        return Held(contract, "to_come", days)
    return Held(contract, "valid" if days is None or days > WARN_DAYS else "ending", days)


def fetch(session: Session, viewer: Viewer, contract_id: int) -> SupportContract:
    """Return one of the contracts of the viewer's partner.

    :raises NotFound: if there is none, or it is another partner's: the reader learns no difference.
    """
    mine = select(SupportContract).where(
        SupportContract.id == contract_id, SupportContract.partner_id == viewer.partner_id
    )
    contract = session.exec(mine).first() if contract_id <= LARGEST_ID else None
    if contract is None:
        raise NotFound(_("There is no such contract among yours."), remedy=_("Choose one of the list of contracts."))
    return contract


def save(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    contract: SupportContract | None,
    values: Mapping[str, Any],
) -> SupportContract:
    """Record a contract, or change the one given; ``values`` hold all of ``FIELDS``.

    :raises Invalid: if it would end before it begins.
    :raises Conflict: if exactly this one is recorded already.
    """
    first, last = values["valid_from"], values["valid_until"]
    if first and last and last < first:
        raise Invalid(_("The last day comes before the first."), remedy=_("Correct one of the two days."))
    kind = "changed" if contract else "added"
    saved = contract or SupportContract(partner_id=viewer.partner_id, plan="")
    same = [col(getattr(SupportContract, name)).is_not_distinct_from(values[name]) for name in FIELDS]
    twin = select(SupportContract.id).where(SupportContract.partner_id == viewer.partner_id, *same)
    if session.exec(twin.where(col(SupportContract.id).is_distinct_from(saved.id))).first() is not None:
        raise Conflict(_("Exactly this contract is recorded already."), remedy=_("Look at the list of contracts."))
    for name in FIELDS:
        setattr(saved, name, values[name])
    session.add(saved)
    session.flush()
    _tell(session, deployment, viewer, kind, saved)
    session.commit()
    return saved


def remove(session: Session, deployment: Deployment, viewer: Viewer, contract: SupportContract) -> None:
    """Remove a contract; what was filed under it stays as it was recorded."""
    session.delete(contract)
    _tell(session, deployment, viewer, "removed", contract)
    session.commit()


def offered(plugins: Plugins) -> Mapping[str, str | LazyText]:
    """Return the plans that can be chosen, in words: those that rules speak of, and those of enabled plugins."""
    tables = [(product, table) for product in plugins.products.values() for table in product.responses if table.name]
    named = {
        plan: _("%(product)s: %(plan)s", product=product.label, plan=table.name)
        for product, table in tables
        for plan in table.plans
    }
    told = [plan for name in plugins.running for plan in plugins.plans_of(name) if plan not in PLANS]
    return {**PLANS, **{plan: named.get(plan, plan) for plan in told}}


def _tell(session: Session, deployment: Deployment, viewer: Viewer, kind: str, contract: SupportContract) -> None:
    known = contract.plan if contract.plan in PLANS else ""
    audit.record(session, viewer, deployment.now(), f"contract.{kind}", f"contract:{contract.id}", known)
