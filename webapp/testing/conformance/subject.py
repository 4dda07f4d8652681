"""The plugin on trial: loaded once, and asked in every situation, with everything it does written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from time import thread_time

from webapp.contracts.clouds import Cloud
from webapp.contracts.escalation import ESCALATION_QUESTIONS
from webapp.contracts.handover import Check, PreparedRequest, RedirectTarget
from webapp.contracts.products import Product
from webapp.contracts.situation import Situation
from webapp.errors import PluginError, StartRefused
from webapp.i18n import _
from webapp.plugins import asking, refusals
from webapp.plugins.breaker import Limits, Record, Records, Times
from webapp.plugins.finding import Installed, installed
from webapp.plugins.loading import Plugins, load, look
from webapp.testing.conformance.cases import Case, cases
from webapp.testing.conformance.companions import companions, settings_for
from webapp.testing.conformance.watching import Watch, watching
from webapp.worldwide import GLOBAL

NEVER = 10**9


@dataclass(frozen=True)
class Ran:
    """What the plugin answered in one case; ``prepared`` and ``target`` only where it could be filed."""

    case: Case
    own: tuple[Check, ...] = ()
    prepared: PreparedRequest | None = None
    target: RedirectTarget | None = None
    error: PluginError | None = None


@dataclass
class Subject:
    """One plugin, loaded as a deployment would, beside those that bring clouds.

    ``unreached`` are the lines of its hooks that no situation reached, once they were followed.
    """

    installed: Installed
    plugins: Plugins
    watch: Watch
    folder: Path
    unreached: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.installed.name

    @property
    def runs(self) -> bool:
        """Whether it could be loaded."""
        return self.name in self.plugins.running

    @property
    def files(self) -> list[Path]:
        """The files of its code."""
        return [self.folder] if self.folder.is_file() else sorted(self.folder.rglob("*.py"))

    @property
    def record(self) -> Record:
        """Its calls, in seconds of the processor."""
        return self.plugins.guard.record_of(self.name)

    @property
    def owned(self) -> dict[tuple[str, str], Product]:
        """The products it owns, by cloud and key."""
        return {at: product for at, product in self.plugins.products.items() if self.plugins.owners[at] == self.name}

    @property
    def clouds(self) -> tuple[Cloud, ...]:
        """The clouds it brings."""
        return tuple(cloud for key, cloud in self.plugins.clouds.items() if self.plugins.brought.get(key) == self.name)

    @cached_property
    def ran(self) -> tuple[Ran, ...]:
        """Its answers in every situation, asked once."""
        return tuple(self.run(case) for case in self.cases())

    def cases(self) -> Iterator[Case]:
        """Yield the situations: of its own products, or of a stand-in's where it owns none."""
        plans = self.installed.manifest.plans if self.installed.manifest else ()
        for (cloud, _key), product in self.owned.items():
            yield from cases(self.plugins.clouds[cloud], product, plans)
        if not self.owned:
            for cloud in dict.fromkeys((GLOBAL.key, *(cloud.key for cloud in self.clouds))):
                yield from cases(self.plugins.clouds[cloud], _stand_in(self.plugins.clouds[cloud]), plans)

    def run(self, case: Case) -> Ran:
        """Ask the plugin for its part in one case."""
        self.watch.doing = case.name
        with watching(self.watch):
            try:
                return self._answers(case)
            except PluginError as error:
                return Ran(case, error=error)

    def _answers(self, case: Case) -> Ran:
        situation = case.draft.situation
        hooks = self.plugins.running[self.name].hooks
        own: tuple[Check, ...] = ()
        if "entitlement_check" in hooks:
            mine = asking.for_plugin(self.plugins, self.name, situation)
            own = self.plugins.guard.many(self.name, "entitlement_check", Check, situation=mine)
        if (situation.cloud.key, situation.product.key) not in self.owned:
            return Ran(case, own)
        whole = asking.checks(self.plugins, situation)
        if any(check.outcome == "fail" for check in whole) or not _complete(situation):
            return Ran(case, own)
        prepared = asking.prepared(self.plugins, case.draft)
        return Ran(case, own, prepared, asking.target(self.plugins, case.draft, prepared))


def _complete(situation: Situation) -> bool:
    """Say whether the form would be sent: everything required is answered."""
    product = situation.product
    asked = [question for question in product.questions_for(situation.category) if question.required]
    answered = all(
        situation.subscription is not None if question.kind == "subscription" else question.key in situation.answers
        for question in asked
    )
    return answered and situation.category is not None and (situation.severity is not None or not product.severities)


def subject(name: str) -> Subject:
    """Load the plugin.

    :raises StartRefused: if it is not installed, or a setting of it does not fit.
    """
    found = installed()
    refusals.refuse_unclear((name,), found)
    plugin = found[name]
    folder = _folder(plugin)
    watch = Watch(folder, doing="at its import and registration")
    records = Records(Limits(failures=NEVER, slow_calls=NEVER), Times(timer=thread_time))
    beside = companions(plugin, found)
    with watching(watch):
        plugins = _loaded(name, beside, records)
    return Subject(plugin, plugins, watch, folder)


def _loaded(name: str, beside: tuple[str, ...], records: Records) -> Plugins:
    try:
        return load(settings_for((name, *beside)), records=records)
    except StartRefused:
        _refuse_bad_settings(name)
    return load(settings_for((name,)), records=records)  # it clashes with one beside it, which has a check of its own


def _refuse_bad_settings(name: str) -> None:
    """Say where the kit takes the plugin's settings from, if they are what stops it."""
    try:
        look(settings_for((name,)))
    except StartRefused as refused:
        raise StartRefused(
            refused.message,
            remedy=_(
                "%(remedy)s The conformance kit takes the plugin's settings from the environment, as a desk does: set "
                "a variable that is required, to any value, for the check.",
                remedy=refused.remedy,
            ),
        ) from refused


def _folder(plugin: Installed) -> Path:
    """Return the folder of its top package, or the file of its module, without importing it."""
    spec = find_spec(plugin.entry_point.module.partition(".")[0]) if plugin.entry_point else None
    places = (spec.submodule_search_locations or [spec.origin or ""]) if spec else [""]
    return Path(next(iter(places)))


def _stand_in(cloud: Cloud) -> Product:
    """Return a product for a plugin that owns none: a policy judges every product."""
    return Product(
        key=cloud.products[0] if cloud.products else "azure",
        label=cloud.name,
        vendor=cloud.operator,
        portal="azure",
        questions=ESCALATION_QUESTIONS,
    )
