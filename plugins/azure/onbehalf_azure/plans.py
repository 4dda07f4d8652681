"""Support plans and benefits as Azure knows them (R44, R46, R47)."""

from __future__ import annotations

from collections.abc import Mapping

from onbehalf_azure.texts import _
from webapp import Situation
from webapp.contracts.situation import Contract
from webapp.i18n import LazyText

# Kept in this order: an Azure plan is bought for this, the others cover more than Azure.
OWN_PLANS: Mapping[str, LazyText] = {
    "azure_plan": _("Azure support plan"),
    "premier": _("Premier"),
    "mpn_contract": _("MPN contract"),
}
"""The plans that a request about the partner's own subscriptions may name; ASfP is none of them (R46)."""

BENEFITS: Mapping[str, LazyText] = {
    "signature_cloud_support": _("Signature Cloud Support"),
    "partner_cloud_support": _("Partner cloud support"),
    "mpn_contract": _("MPN contract"),
}
"""The programme benefits that can pay Azure's support fee (R44, R47)."""


def own_plan(situation: Situation) -> Contract | None:
    """Return the filer's own plan for its own tenant, valid today (R46)."""
    return _first_valid(situation, OWN_PLANS)


def benefit(situation: Situation) -> Contract | None:
    """Return the recorded programme benefit that can pay the fee today (R44)."""
    return _first_valid(situation, BENEFITS)


def _first_valid(situation: Situation, plans: Mapping[str, LazyText]) -> Contract | None:
    return next((found for plan in plans if (found := situation.contract(plan))), None)
