"""What went wrong when a plugin was asked: a named error with its place and a remedy, logged once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Place:
    """Which plugin was asked what, about which product, in which request of a reader.

    ``elsewhere``: another vendor than the cloud's supports the product, so Partner Center is no way round.
    """

    plugin: str
    hook: str
    product: str
    reference: str
    elsewhere: bool = False


def place(plugin: str, hook: str, arguments: dict[str, Any]) -> Place:
    """Return where a plugin is asked."""
    from_draft = arguments.get("draft")
    situation = arguments.get("situation") or (from_draft.situation if isinstance(from_draft, Draft) else None)
    if not isinstance(situation, Situation):
        return Place(plugin, hook, "", reference.get())
    product = situation.product
    return Place(plugin, hook, product.key, reference.get(), elsewhere=product.leaves_the_cloud)


def left_out(name: str, why: LeftOut, situation: Situation) -> PluginPaused:
    """Return the refusal for a judge that does not run: its silence must not pass for consent."""
    where = place(name, "entitlement_check", {"situation": situation})
    message = _("The plugin %(plugin)s judges every request, and it does not run: %(reason)s", **_who(name, why.reason))
    return _error(PluginPaused, message, where)


def owner_left_out(name: str, why: LeftOut, product: str) -> PluginPaused:
    """Return the refusal for a product whose plugin does not run."""
    message = _(
        "%(product)s cannot be filed now: its plugin %(plugin)s does not run. %(reason)s",
        product=product,
        **_who(name, why.reason),
    )
    return PluginPaused(
        message,
        remedy=_("What was saved as a draft is kept. Tell whoever runs this desk the name of the plugin."),
        plugin=name,
        hook="",
        product=product,
        reference=reference.get(),
    )


def paused(where: Place, pause: Pause) -> PluginPaused:
    """Return the refusal for a plugin that is paused."""
    message = _("The plugin %(plugin)s is paused for a while: %(reason)s", **_who(where.plugin, pause.reason))
    return _error(PluginPaused, message, where)


def _who(plugin: str, reason: Words) -> dict[str, Any]:
    return {"plugin": plugin, "reason": reason}


def silent(where: Place) -> PluginSilent:
    """Return the error of a plugin that gave no answer."""
    message = _("The plugin %(plugin)s gave no answer to %(hook)s.", plugin=where.plugin, hook=where.hook)
    return _logged(_error(PluginSilent, message, where))


def raised(where: Place, error: BaseException) -> PluginRaised:
    """Return the error of a plugin that raised."""
    message = _("The plugin %(plugin)s failed in %(hook)s.", plugin=where.plugin, hook=where.hook)
    return _logged(_error(PluginRaised, message, where), error)


def held(where: Place, kind: type[T], answer: object) -> T:
    """Return an answer made anew: one that was not validated, or changed since, would pass for what it is not."""
    if not isinstance(answer, kind):
        raise nonsense(where, kind, answer)
    try:
        made: T = made_anew(answer)
    except Exception as error:
        message = _(
            "The plugin %(plugin)s answered %(hook)s with a %(kind)s that does not hold.",
            plugin=where.plugin,
            hook=where.hook,
            kind=kind.__name__,
        )
        raise _logged(_error(PluginSaidNonsense, message, where), error) from error
    return made


def nonsense(where: Place, kind: type, answer: object) -> PluginSaidNonsense:
    """Return the error of a plugin that answered with something else."""
    message = _(
        "The plugin %(plugin)s answered %(hook)s with %(wrong)s instead of %(right)s.",
        plugin=where.plugin,
        hook=where.hook,
        wrong=type(answer).__name__,
        right=kind.__name__,
    )
    return _logged(_error(PluginSaidNonsense, message, where))


def _error(kind: type[E], message: Words, where: Place) -> E:
    return kind(
        message,
        remedy=_remedy(where),
        plugin=where.plugin,
        hook=where.hook,
        product=where.product,
        reference=where.reference,
    )


def _remedy(where: Place) -> LazyText:
    if where.elsewhere:
        return _(
            "Your text is kept. Tell whoever runs this desk the name of the plugin; until it is mended or disabled, "
            "turn to the vendor by hand."
        )
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
