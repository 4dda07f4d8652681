"""The situations a plugin is tried in: ordinary ones, hostile customers, and every fact missing once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Contact, Draft
from webapp.contracts.products import Product, Question
from webapp.contracts.situation import (
    ROLES,
    Contract,
    Offer,
    PartnerKind,
    Publisher,
    Relationship,
    RelationshipStatus,
    Situation,
    Subscription,
    SubscriptionStatus,
)
from webapp.i18n import LANGUAGES
from webapp.testing.factories import NOW, make_customer, make_member, make_partner, make_situation

MARKUP = "<script>alert('x')</script>&\"%(name)s{0}"
DOMAINS = {
    "empty": "",
    "undefined": "undefined",
    "null": "null",
    "in Cyrillic": "пример.испытание",
    "in Chinese": "例子.测试",
    "of 253 characters": ".".join(["a" * 63] * 3 + ["b" * 57, "com"]),
    "too long": "a" * 250 + ".com",
    "with a path": "contoso.com/../fabrikam.com",
    "with a query": "contoso.com?x=1#y",
    "with a user": "contoso.com@evil.example",
    "with a line break": "contoso.com\r\nLocation: https://evil.example",
    "right to left": "\u202emoc.osotnoc",
}
TENANTS = {
    "empty": "",
    "undefined": "undefined",
    "all zeros": "00000000-0000-0000-0000-000000000000",
    "no GUID": "not-a-guid",
    "in braces": "{2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b}",
    "without hyphens": "2f6b8c1a5d3e4c7f8a9b1c2d3e4f5a6b",
}


@dataclass(frozen=True)
class Case:
    """One situation by name; ``hostile`` = the customer's tenant or domain is unfit for a door."""

    name: str
    draft: Draft
    hostile: bool = False
    ordinary: bool = False


def cases(cloud: Cloud, product: Product, plans: Iterable[str]) -> Iterator[Case]:
    """Yield every situation in which a plugin is tried for one product in one cloud."""
    base = _ordinary(cloud, product, tuple(plans))
    at = f"{cloud.key}/{product.key}"
    yield Case(f"{at}, ordinary", _draft(base), ordinary=True)
    for name, changes in _variants(base):
        yield Case(f"{at}, {name}", _draft(base.model_copy(update=changes)))
    for name, changes in _hostile(base):
        yield Case(f"{at}, {name}", _draft(base.model_copy(update=changes)), hostile=True)
    yield Case(f"{at}, markup in every word", _draft(_with_markup(base), title=MARKUP, description=MARKUP))
    yield Case(f"{at}, long words", _draft(base, title="Ä" * 250, description="错误 " * 4000))


def _ordinary(cloud: Cloud, product: Product, plans: tuple[str, ...]) -> Situation:
    customer = make_customer(product=product.key)
    if product.by_publisher:
        (bought,) = customer.subscriptions
        publisher = Publisher(name="Wide World Importers", support_url="https://support.wideworldimporters.com")
        bought = bought.model_copy(update={"offer": Offer(name="Importer Suite", publisher=publisher)})
        customer = customer.model_copy(update={"subscriptions": (bought,)})
    contracts = tuple(Contract(plan=plan, contract_id="4711", access_id="0815") for plan in plans)
    return make_situation(
        product,
        cloud=cloud,
        customer=customer,
        partner=make_partner(contracts=contracts),
        category=product.categories[0] if product.categories else None,
        severity=product.severities[-1] if product.severities else None,
        language=cloud.language,
        answers={question.key: _answer(question) for question in product.questions if question.kind != "subscription"},
    )


def _answer(question: Question) -> str:
    if question.kind == "choice":
        return question.choices[0].key
    return {"confirm": "yes", "moment": NOW.isoformat()}.get(question.kind, "Some plausible words")


def _draft(situation: Situation, title: str = "It does not work", description: str = "Since this morning.") -> Draft:
    member = situation.member
    contact = Contact(name=member.name, email=member.email, phone=member.phone)
    return Draft(situation=situation, contact=contact, title=title, description=description)


def _variants(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    product = base.product
    for category in product.categories:
        for severity in product.severities or (None,):
            yield f"{category}, severity {severity or '-'}", {"category": category, "severity": severity}
    for language in LANGUAGES:
        yield f"in {language}", {"language": language}
    yield "by today's rules", {"rules": "today"}
    for question in product.questions:
        for choice in question.choices:
            yield f"{question.key} is {choice.key}", {"answers": dict(base.answers) | {question.key: choice.key}}
    yield from _people(base)
    yield from _holding(base)
    yield from _missing(base)
    yield from _left_empty(base)


def _people(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in get_args(PartnerKind):
        provider = make_partner(name="Northwind", kind="indirect_provider") if kind == "indirect_reseller" else None
        yield f"filed by {kind}", {"partner": _but(base.partner, kind=kind), "provider": provider}
    for role in ROLES:
        yield f"filed as {role}", {"member": make_member(roles=(role,))}
    yield "the partner's own tenant", {"customer": _but(base.customer, own=True)}
    for status in get_args(RelationshipStatus):
        relationship = Relationship(kind="granular", status=status, ends_at=NOW + timedelta(days=3))
        yield f"relationship {status}", {"customer": _but(base.customer, relationships=(relationship,))}
    for status in get_args(SubscriptionStatus):
        bought = tuple(_but(one, status=status) for one in base.customer.subscriptions)
        yield f"subscription {status}", {"customer": _but(base.customer, subscriptions=bought)}


def _holding(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Let the partner, or its provider, hold each plan alone: a branch for a lower one is taken then."""
    for contract in base.partner.contracts:
        alone = _but(base.partner, contracts=(contract,))
        for severity in base.product.severities or (base.severity,):
            yield f"holding {contract.plan} alone, severity {severity or '-'}", {"partner": alone, "severity": severity}
        reseller = _but(base.partner, kind="indirect_reseller", contracts=())
        provider = make_partner(name="Northwind", kind="indirect_provider", contracts=(contract,))
        yield f"whose provider alone holds {contract.plan}", {"partner": reseller, "provider": provider}
    if base.partner.contracts:
        soon = (NOW + timedelta(days=3)).date()
        ending = tuple(_but(one, valid_until=soon) for one in base.partner.contracts)
        yield "contracts that end in three days", {"partner": _but(base.partner, contracts=ending)}


def _left_empty(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Leave empty what need not be answered: all of it at once in each category, and each answer alone."""
    alone: set[str] = set()
    for category in base.product.categories or (None,):
        asked = [one for one in base.product.questions_for(category) if one.kind != "subscription"]
        needed = {one.key: base.answers[one.key] for one in asked if one.required}
        at = category or "no category"
        yield f"{at}, only what must be answered", {"category": category, "answers": needed}
        for optional in (one.key for one in asked if not one.required and one.key not in alone):
            alone.add(optional)
            rest = {key: answer for key, answer in base.answers.items() if key != optional}
            yield f"{at}, without {optional}", {"category": category, "answers": rest}


def _missing(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Leave every fact out once that a situation may lack."""
    yield "nothing answered", {"answers": {}}
    yield "nothing chosen", {"category": None, "severity": None, "answers": {}}
    yield "no roles", {"member": make_member(roles=())}
    yield "no account or telephone", {"member": make_member(account="", phone="")}
    yield "no contracts", {"partner": _but(base.partner, contracts=())}
    yield "not enrolled here", {"partner": _but(base.partner, tenant_id="", contracts=())}
    yield "no subscription", {"customer": _but(base.customer, subscriptions=())}
    yield "no relationship", {"customer": _but(base.customer, relationships=())}
    twice = tuple(_but(one, id=f"{one.id}{n}") for one in base.customer.subscriptions for n in (1, 2))
    yield "two subscriptions, none chosen", {"customer": _but(base.customer, subscriptions=twice)}
    yield "a subscription that is not there", {"subscription_id": "gone"}


def _hostile(base: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, domain in DOMAINS.items():
        yield f"a domain {name}", {"customer": _but(base.customer, domain=domain, initial_domain=domain)}
    for name, tenant in TENANTS.items():
        yield f"a tenant id {name}", {"customer": _but(base.customer, tenant_id=tenant)}


def _with_markup(base: Situation) -> Situation:
    changes: dict[str, Any] = {
        "customer": _but(
            base.customer,
            name=MARKUP,
            reseller=MARKUP,
            subscriptions=tuple(_marked(one) for one in base.customer.subscriptions),
        ),
        "partner": _but(base.partner, name=MARKUP),
        "member": make_member(name=MARKUP, account=MARKUP),
        "answers": {
            question.key: MARKUP if question.kind in {"line", "text"} else _answer(question)
            for question in base.product.questions
            if question.kind != "subscription"
        },
    }
    return base.model_copy(update=changes)


def _marked(bought: Subscription) -> Subscription:
    offer = bought.offer and _but(bought.offer, name=MARKUP, publisher=_but(bought.offer.publisher, name=MARKUP))
    return bought.model_copy(update={"name": MARKUP, "offer": offer})


def _but(value: Any, **changes: Any) -> Any:
    """Return a value with changes."""
    return value.model_copy(update=changes)
