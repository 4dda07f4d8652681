"""What went wrong when a plugin was asked: a named error with its place and a remedy, logged once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from webapp.contracts.handover import Draft
from webapp.contracts.situation import Situation
from webapp.contracts.values import made_anew
from webapp.errors import PluginError, PluginPaused, PluginRaised, PluginSaidNonsense, PluginSilent, Words, reference
from webapp.i18n import LazyText, _
from webapp.plugins.breaker import Pause

if TYPE_CHECKING:
    from webapp.plugins.loaded import LeftOut

log = logging.getLogger("onbehalf.plugins")
T = TypeVar("T")
E = TypeVar("E", bound=PluginError)


def place(plugin: str, hook: str, arguments: dict[str, Any]) -> dict[str, str]:
    """Return which plugin was asked what, about which product, in which request of a reader."""
    from_draft = arguments.get("draft")
    situation = arguments.get("situation") or (from_draft.situation if isinstance(from_draft, Draft) else None)
    product = situation.product.key if isinstance(situation, Situation) else ""
    return {"plugin": plugin, "hook": hook, "product": product, "reference": reference.get()}


def left_out(name: str, why: LeftOut, situation: Situation) -> PluginPaused:
    """Return the refusal for a judge that does not run: its silence must not pass for consent."""
    where = place(name, "entitlement_check", {"situation": situation})
    message = _("The plugin %(plugin)s judges every request, and it does not run: %(reason)s", **_who(name, why.reason))
    return PluginPaused(message, remedy=_remedy(), **where)


def paused(where: dict[str, str], pause: Pause) -> PluginPaused:
    """Return the refusal for a plugin that is paused."""
    message = _("The plugin %(plugin)s is paused for a while: %(reason)s", **_who(where["plugin"], pause.reason))
    return PluginPaused(message, remedy=_remedy(), **where)


def _who(plugin: str, reason: Words) -> dict[str, Any]:
    return {"plugin": plugin, "reason": reason}


def silent(where: dict[str, str]) -> PluginSilent:
    """Return the error of a plugin that gave no answer."""
    message = _("The plugin %(plugin)s gave no answer to %(hook)s.", plugin=where["plugin"], hook=where["hook"])
    return _logged(PluginSilent(message, remedy=_remedy(), **where))


def raised(where: dict[str, str], error: BaseException) -> PluginRaised:
    """Return the error of a plugin that raised."""
    message = _("The plugin %(plugin)s failed in %(hook)s.", plugin=where["plugin"], hook=where["hook"])
    return _logged(PluginRaised(message, remedy=_remedy(), **where), error)


def held(where: dict[str, str], kind: type[T], answer: object) -> T:
    """Return an answer made anew: one that was not validated, or changed since, would pass for what it is not."""
    if not isinstance(answer, kind):
        raise nonsense(where, kind, answer)
    try:
        made: T = made_anew(answer)
    except Exception as error:
        message = _(
            "The plugin %(plugin)s answered %(hook)s with a %(kind)s that does not hold.",
            plugin=where["plugin"],
            hook=where["hook"],
            kind=kind.__name__,
        )
        raise _logged(PluginSaidNonsense(message, remedy=_remedy(), **where), error) from error
    return made


def nonsense(where: dict[str, str], kind: type, answer: object) -> PluginSaidNonsense:
    """Return the error of a plugin that answered with something else."""
    message = _(
        "The plugin %(plugin)s answered %(hook)s with %(wrong)s instead of %(right)s.",
        plugin=where["plugin"],
        hook=where["hook"],
        wrong=type(answer).__name__,
        right=kind.__name__,
    )
    return _logged(PluginSaidNonsense(message, remedy=_remedy(), **where))


def _remedy() -> LazyText:
    return _(
        "Your text is kept. Tell whoever runs this desk the name of the plugin; until it is mended or disabled, "
        "start in Partner Center by hand."
    )


def _logged(error: E, cause: BaseException | None = None) -> E:
    log.error(
        "plugin=%s hook=%s product=%s reference=%s error=%s",
        error.plugin,
        error.hook,
        error.product or "-",
        error.reference or "-",
        type(error).__name__,
        exc_info=cause,
        extra={"plugin": error.plugin, "hook": error.hook, "product": error.product},
    )
    return error
