"""When the vendor owes the first answer, and why then (R49 to R55)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from types import MappingProxyType
from typing import Literal

from webapp.business_hours import Desk, add_staffed_minutes, in_words
from webapp.contracts.responses import ResponseTable, Target
from webapp.contracts.situation import Situation
from webapp.i18n import LANGUAGES, LazyText, _, listed, ngettext

__all__ = ["ClockState", "Desk", "Promise", "promise", "response_time", "state_of", "table_for", "target_of"]

ClockState = Literal["waiting", "soon", "late", "met", "missed", "unanswered"]
PUBLISHER = "publisher"
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Promise:
    """When the first answer is due, in UTC, and the sentences that explain it."""

    due_at: datetime
    why: LazyText


def table_for(situation: Situation) -> ResponseTable | None:
    """Return the promise that counts, or ``None`` where nobody made one.

    A publisher's product has its publisher's (R39). By today's pages a product's own table counts, that of the plan
    the partner holds before everyone's (R55); else it is the cloud's, but another vendor promises for itself alone.
    Targets of plans the partner does not hold are left out: nobody promised them (R54).
    """
    if situation.product.by_publisher:
        return _publishers_table(situation)
    others = situation.product.third_party
    own = situation.product.responses if situation.rules == "today" or others else ()
    held = (table for table in own if table.plans and situation.contract(*table.plans))
    everyones = (table for table in own if not table.plans)
    table = next(held, None) or next(everyones, None) or (None if others else situation.cloud.responses)
    if table is None:
        return None
    promised = {key: t for key, t in table.targets.items() if not t.plans or situation.contract(*t.plans)}
    if len(promised) == len(table.targets):
        return table
    return table.model_copy(update={"targets": MappingProxyType(promised)})


def _publishers_table(situation: Situation) -> ResponseTable | None:
    subscription = situation.subscription
    offer = subscription.offer if subscription else None
    if offer is None or offer.publisher.first_response_minutes is None:
        return None
    target = Target(minutes=offer.publisher.first_response_minutes, any_language=True)
    return ResponseTable(targets=dict.fromkeys(("A", "B", "C", "other"), target), source=PUBLISHER)


def target_of(table: ResponseTable, *, category: str | None, severity: str | None) -> Target | None:
    """Return what is promised, or ``None`` while the severity it depends on is not chosen (R50, R52)."""
    return table.targets.get((severity or "") if _by_severity(table, category) else "other")


def _by_severity(table: ResponseTable, category: str | None) -> bool:
    """Say whether the severity decides; a publisher states one time for everything."""
    return "other" not in table.targets or (category in (None, "break_fix") and table.source != PUBLISHER)


def promise(
    table: ResponseTable, *, category: str | None, severity: str | None, language: str, filed_at: datetime, desk: Desk
) -> Promise | None:
    """Return when the first answer to a request is due and why then, or ``None`` where nothing is promised.

    :param language: What the request is written in: minutes count around the clock in the table's languages only (R51).
    :param filed_at: When the vendor got it; must carry its zone.
    :param desk: The hours that count where the table states none.
    """
    if filed_at.tzinfo is None:
        raise ValueError("a moment without its zone is due at no certain time")
    target = target_of(table, category=category, severity=severity)
    if target is None:
        return None
    desk = replace(desk, staffed=table.staffed or desk.staffed)
    sentences = [
        _what_is_promised(table, category=category, severity=severity, language=language, target=target),
        *_how_it_counts(table, target, language, desk),
    ]
    due_at = _due_at(target, filed_at, desk, around_the_clock=_around_the_clock(table, target, language))
    return Promise(due_at=due_at, why=reduce(_followed_by, sentences))


def response_time(table: ResponseTable, *, category: str | None, severity: str | None, language: str) -> LazyText:
    """Return the short words that stand beside a choice of severity."""
    target = target_of(table, category=category, severity=severity)
    if target is None:
        return _("no time is promised for the first answer")
    return _within(target, around_the_clock=_around_the_clock(table, target, language))


def state_of(
    due_at: datetime, *, now: datetime, answered_at: datetime | None, closed_at: datetime | None = None
) -> ClockState:
    """Return how a request stands: ``soon`` in the last hour, ``late`` once the time is past.

    One that was closed before anybody answered is ``unanswered``: its clock has stopped, and nobody met a promise.
    """
    if answered_at is not None:
        return "met" if answered_at <= due_at else "missed"
    if closed_at is not None:
        return "unanswered"
    if now > due_at:
        return "late"
    return "soon" if due_at - now <= SOON else "waiting"


def _around_the_clock(table: ResponseTable, target: Target, language: str) -> bool:
    """Say whether minutes count day and night (R51); a table's ``zh`` means every kind of Chinese."""
    spoken = {language, language.replace("-", "_").partition("_")[0]}
    return target.minutes is not None and (target.any_language or not spoken.isdisjoint(table.languages))


def _due_at(target: Target, filed_at: datetime, desk: Desk, *, around_the_clock: bool) -> datetime:
    if target.minutes is not None and around_the_clock:
        return filed_at.astimezone(UTC) + timedelta(minutes=target.minutes)
    full_days = (target.business_days or 0) * (desk.staffed.closes - desk.staffed.opens)
    return add_staffed_minutes(filed_at, target.minutes or full_days, desk)


def _within(target: Target, *, around_the_clock: bool) -> LazyText:
    if target.minutes is None:
        days = target.business_days or 0
        return ngettext("first answer within %(num)s business day", "first answer within %(num)s business days", days)
    hours, rest = divmod(target.minutes, 60)
    if rest:
        return _within_minutes(target.minutes, around_the_clock=around_the_clock)
    return _within_hours(hours, around_the_clock=around_the_clock)


def _within_hours(hours: int, *, around_the_clock: bool) -> LazyText:
    if around_the_clock:
        return ngettext(
            "first answer within %(num)s hour, around the clock",
            "first answer within %(num)s hours, around the clock",
            hours,
        )
    return ngettext(
        "first answer within %(num)s hour, in staffed hours",
        "first answer within %(num)s hours, in staffed hours",
        hours,
    )


def _within_minutes(minutes: int, *, around_the_clock: bool) -> LazyText:
    if around_the_clock:
        return ngettext(
            "first answer within %(num)s minute, around the clock",
            "first answer within %(num)s minutes, around the clock",
            minutes,
        )
    return ngettext(
        "first answer within %(num)s minute, in staffed hours",
        "first answer within %(num)s minutes, in staffed hours",
        minutes,
    )


def _followed_by(sentence: LazyText, following: LazyText) -> LazyText:
    """Join two whole sentences; not every language puts a space between them."""
    return _("%(sentence)s %(following)s", sentence=sentence, following=following)


def _what_is_promised(
    table: ResponseTable, *, category: str | None, severity: str | None, language: str, target: Target
) -> LazyText:
    words = _within(target, around_the_clock=_around_the_clock(table, target, language))
    any_language = target.any_language or target.minutes is None
    named = _language_name(language)
    if table.source == PUBLISHER:
        return _("The publisher states, for every severity and language: %(promise)s.", promise=words)
    if not _by_severity(table, category):
        if any_language:
            return _("Not a break-fix problem, whatever the language: %(promise)s.", promise=words)
        return _("Not a break-fix problem, language %(language)s: %(promise)s.", language=named, promise=words)
    if any_language:
        return _("Severity %(severity)s, whatever the language: %(promise)s.", severity=severity, promise=words)
    return _(
        "Severity %(severity)s, language %(language)s: %(promise)s.", severity=severity, language=named, promise=words
    )


def _how_it_counts(table: ResponseTable, target: Target, language: str, desk: Desk) -> list[LazyText]:
    """Return the sentences behind the first: which plan, which languages, which hours, and what is not certain."""
    sentences = [_("The times are those of: %(name)s.", name=table.name)] if table.name is not None else []
    if _around_the_clock(table, target, language):
        if not target.any_language and not table.languages_confirmed:
            sentences.append(_("That times in this language count around the clock is our reading, unconfirmed."))
        return sentences
    if target.minutes is not None and table.languages:
        sentences.append(_languages_around_the_clock(table.languages))
    sentences.append(in_words(desk))
    if not desk.staffed.confirmed:
        sentences.append(_("No source states these hours: they are a setting of this desk, unconfirmed."))
    return sentences


def _languages_around_the_clock(languages: tuple[str, ...]) -> LazyText:
    return ngettext(
        "Times count around the clock in %(num)s language only: %(languages)s.",
        "Times count around the clock in %(num)s languages only: %(languages)s.",
        len(languages),
        languages=listed(map(_language_name, languages)),
    )


def _language_name(language: str) -> str:
    """Return a language in its own words, else its code."""
    return LANGUAGES.get(language, language)
