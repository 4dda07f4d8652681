"""What Help shows of this deployment: its clouds, what is sold there, and when their vendors answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from webapp.contracts.clouds import Cloud, Link
from webapp.contracts.escalation import ESCALATION_QUESTIONS
from webapp.contracts.products import Product
from webapp.contracts.responses import ResponseTable
from webapp.contracts.values import Text
from webapp.deployment import Deployment
from webapp.i18n import LANGUAGES, LazyText, _, listed
from webapp.labels import SEVERITY
from webapp.permissions import Viewer
from webapp.response_clock import Desk, promise, response_time

DOCUMENT_LINKS: Mapping[str, Link] = {
    "azure_faq": Link(
        label=_("Azure support FAQ"), url="https://go.microsoft.com/fwlink/?LinkId=717532", confirmed=False
    ),
    "support_agreements": Link(
        label=_("Support agreements for partners"),
        url="https://partner.microsoft.com/support/partnersupport",
        confirmed=False,
    ),
    "dynamics_support": Link(
        label=_("Dynamics support"),
        url="https://learn.microsoft.com/dynamics365/customer-engagement/admin/contact-technical-support",
        confirmed=False,
    ),
}
"""Pages that the documents name in the middle of an answer (R35, R36, R46), as they print them."""


@dataclass(frozen=True)
class Chapter:
    """A part of the page; ``key`` is its anchor and the name of its template."""

    key: str
    title: LazyText


@dataclass(frozen=True)
class Sold:
    """A cloud, and the products that can be filed for there."""

    cloud: Cloud
    products: tuple[Product, ...]

    @property
    def open(self) -> bool:
        """Say whether anything can be filed there at all."""
        return self.cloud.status == "open"


@dataclass(frozen=True)
class Promised:
    """A vendor's promise: for each row what it is about, and the time for each column of languages.

    ``counted`` explains the slowest row, with the hours in which it counts.
    """

    names: tuple[Text, ...]
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Text, ...]], ...]
    counted: Text
    source: str
    by_microsoft: bool


@dataclass(frozen=True)
class Help:
    """What the templates of Help are filled with."""

    deployment: Deployment
    viewer: Viewer

    @property
    def rules(self) -> str:
        """Which rules count where the documents and today's pages differ."""
        return self.deployment.settings.rules

    @property
    def links(self) -> Mapping[str, Link]:
        """The pages that the documents name in the middle of an answer."""
        return DOCUMENT_LINKS

    @property
    def kinds(self) -> tuple[Text, ...]:
        """The kinds of problems that are handed over, as the form asks for them (R4)."""
        question = next(question for question in ESCALATION_QUESTIONS if question.key == "issue_kind")
        return tuple(choice.label for choice in question.choices if choice.key != "none")

    @cached_property
    def sold(self) -> tuple[Sold, ...]:
        """The enabled clouds."""
        plugins = self.deployment.plugins
        return tuple(Sold(cloud, plugins.products_in(key)) for key, cloud in plugins.clouds.items())

    @property
    def microsofts(self) -> tuple[Sold, ...]:
        """The open clouds that Microsoft operates."""
        return tuple(sold for sold in self.sold if sold.open and sold.cloud.operator == "Microsoft")

    def sells(self, *keys: str) -> bool:
        """Say whether one of the products can be filed for in any open cloud."""
        return any(product.key in keys for sold in self.sold if sold.open for product in sold.products)

    @property
    def publishers(self) -> bool:
        """Say whether a product is supported by its publisher."""
        return any(product.by_publisher for sold in self.sold if sold.open for product in sold.products)

    @property
    def telephones(self) -> tuple[Cloud, ...]:
        """The open clouds that have a number to call."""
        return tuple(sold.cloud for sold in self.sold if sold.open and sold.cloud.telephone)

    @property
    def promises(self) -> tuple[Promised, ...]:
        """What each open cloud promises; clouds with the same promise share a table."""
        tables: list[tuple[ResponseTable, list[Cloud]]] = []
        for cloud in (sold.cloud for sold in self.sold if sold.open):
            alike = next((clouds for table, clouds in tables if table == cloud.responses), None)
            if alike is None:
                tables.append((cloud.responses, [cloud]))
            else:
                alike.append(cloud)
        return tuple(
            self._promised(table, tuple(c.name for c in clouds), by_microsoft=clouds[0].operator == "Microsoft")
            for table, clouds in tables
        )

    @property
    def plans(self) -> tuple[Promised, ...]:
        """The promises of products that count instead by today's pages, by the plan held (R55)."""
        if self.rules != "today":
            return ()
        products = {product.key: product for sold in self.microsofts for product in sold.products}
        return tuple(
            self._promised(table, (product.label, *((table.name,) if table.name else ())), by_microsoft=True)
            for product in products.values()
            for table in product.responses
        )

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The parts of the page that this deployment needs, in reading order."""
        return tuple(_chapters(self))

    def _promised(self, table: ResponseTable, names: tuple[Text, ...], *, by_microsoft: bool) -> Promised:
        columns = _columns(table)
        desk = Desk(
            staffed=self.deployment.settings.staffed_hours,
            country=self.viewer.partner.country,
            time_zone=self.viewer.partner.time_zone,
            overrides=self.deployment.settings.holidays,
        )
        return Promised(
            names=names,
            columns=tuple(label for label, _language in columns),
            rows=tuple(_rows(table, [language for _label, language in columns], by_microsoft=by_microsoft)),
            counted=_counted(table, desk, self.deployment.now()),
            source=table.source,
            by_microsoft=by_microsoft,
        )


def _columns(table: ResponseTable) -> tuple[tuple[Text, str], ...]:
    """Return the heads of the columns, each with a language that stands for it (R51)."""
    alike = all(target.any_language or target.minutes is None for target in table.targets.values())
    if alike or not table.languages:
        return ((_("In any language"), ""),)
    named = listed(LANGUAGES.get(language, language) for language in table.languages)
    return ((_("In %(languages)s", languages=named), table.languages[0]), (_("In any other language"), ""))


def _rows(
    table: ResponseTable, languages: Iterable[str], *, by_microsoft: bool
) -> Iterator[tuple[Text, tuple[LazyText, ...]]]:
    """Yield what each target is about and its time in each language; Microsoft alone words its severities (R50)."""
    for key in ("A", "B", "C", "other"):
        if key not in table.targets:
            continue
        if key == "other":
            what: Text = _("Not a break-fix problem")
        else:
            what = SEVERITY[key] if by_microsoft else _("Severity %(letter)s", letter=key)
        category, severity = ("advisory", None) if key == "other" else ("break_fix", key)
        times = (response_time(table, category=category, severity=severity, language=each) for each in languages)
        yield what, tuple(times)


def _counted(table: ResponseTable, desk: Desk, now: datetime) -> Text:
    slowest = promise(table, category="advisory", severity="C", language="", filed_at=now, desk=desk)
    return slowest.why if slowest else ""


def _chapters(shown: Help) -> Iterator[Chapter]:
    yield Chapter("desk", _("How this desk works"))
    yield Chapter("rules", _("Which rules count here"))
    if shown.microsofts:
        yield Chapter("before", _("Before you file with Microsoft"))
        yield Chapter("entitlement", _("What the support entitlement includes"))
    if any(sold.open for sold in shown.sold):
        yield Chapter("first_answer", _("How soon the first answer comes"))
    if shown.microsofts:
        yield Chapter("by_hand", _("By hand, through Partner Center"))
    if shown.sells("azure"):
        yield Chapter("azure", _("Filing for Azure"))
    if shown.sells("microsoft365", "dynamics365", "ems"):
        yield Chapter("office365", _("Filing in the Office 365 admin center"))
    if shown.publishers:
        yield Chapter("marketplace", _("Products of the commercial marketplace"))
    yield Chapter("clouds", _("Clouds, and pages to read next"))
