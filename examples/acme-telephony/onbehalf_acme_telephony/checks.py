"""Whether the vendor owes support: the rules of its contracts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from webapp import Check, Contract, Remedy, Situation

from onbehalf_acme_telephony.product import BASIC, GOLD, VENDOR
from onbehalf_acme_telephony.settings import settings_of
from onbehalf_acme_telephony.texts import _


def checks(situation: Situation) -> Iterator[Check]:
    """Yield what stands for or against this request, in the order a reader should see it."""
    contract = situation.contract(GOLD) or situation.contract(BASIC)
    if contract is None:
        yield _no_contract(situation)
        return
    yield _covered(contract)
    yield from _ends_soon(contract, situation)
    if situation.severity == "A" and contract.plan != GOLD:
        yield _severity_needs_gold()


def _no_contract(situation: Situation) -> Check:
    return Check(
        outcome="fail",
        reason=_(
            "%(partner)s holds no valid support contract with %(vendor)s.",
            partner=situation.partner.name,
            vendor=VENDOR,
        ),
        remedy=Remedy(
            text=_("Record the contract under its plan, %(gold)s or %(basic)s, or buy one.", gold=GOLD, basic=BASIC),
            action="add_contract",
        ),
    )


def _covered(contract: Contract) -> Check:
    level = _("Gold") if contract.plan == GOLD else _("Basic")
    return Check(
        outcome="pass", reason=_("Your contract with %(vendor)s covers it: %(level)s.", vendor=VENDOR, level=level)
    )


def _ends_soon(contract: Contract, situation: Situation) -> Iterator[Check]:
    last, today = contract.valid_until, situation.now.date()
    if last is not None and last - today <= timedelta(days=settings_of(situation).warn_days):
        yield Check(
            outcome="warn",
            reason=_("Your contract ends on %(day)s.", day=last.isoformat()),
            remedy=Remedy(
                text=_("Renew it: a request that is open when it ends is not worked on."), action="add_contract"
            ),
        )


def _severity_needs_gold() -> Check:
    return Check(
        outcome="fail",
        reason=_("Severity A is for the contract Gold alone."),
        remedy=Remedy(text=_("Choose severity B, or record the contract Gold if you hold one."), action="add_contract"),
    )
