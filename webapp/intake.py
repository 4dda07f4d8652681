"""A request being typed: the words so far, the situation they describe, and whether they fit."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session
from wtforms import Form

from webapp import drafts, entitlements, filing, forms, request_files, situations
from webapp.contracts.clouds import Cloud
from webapp.contracts.handover import Contact, Draft
from webapp.contracts.products import Product
from webapp.contracts.situation import Situation
from webapp.deployment import Deployment
from webapp.entitlements import Entitlement
from webapp.i18n import LANGUAGES
from webapp.permissions import Viewer
from webapp.situations import Parties
from webapp.tables.customers import Customer
from webapp.tables.requests import Draft as SavedDraft
from webapp.tables.requests import ServiceRequest

PLAIN = (
    "subscription",
    "severity",
    "category",
    "language",
    "title",
    "description",
    "contact_name",
    "contact_email",
    "contact_phone",
    "files",
)


@dataclass(frozen=True)
class Intake:
    """One form with all that is known of it; ``data`` holds every word as it was typed."""

    customer: Customer
    cloud: Cloud
    product: Product
    who: Parties
    data: Mapping[str, str]
    situation: Situation
    form: Form
    entitlement: Entitlement
    request_key: str
    saved: bool = field(default=False)

    def draft(self) -> Draft:
        """Return the validated words as the hooks take them."""
        contact = Contact(
            name=self.data["contact_name"].strip(),
            email=self.data["contact_email"].strip(),
            phone=self.data.get("contact_phone", "").strip(),
        )
        title, description = self.data.get("title", "").strip(), self.data.get("description", "").strip()
        return Draft(situation=self.situation, contact=contact, title=title, description=description)


def typed_words(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form that are the reader's own words or choices, and nothing else of what was sent."""
    return {
        name: value
        for name, value in values.items()
        if name in PLAIN or re.fullmatch(r"answer_[a-z][a-z0-9_]{0,39}", name)
    }


def begin(session: Session, deployment: Deployment, viewer: Viewer, customer: Customer, product: Product) -> Intake:
    """Return a fresh form: the viewer's own contact, or what they typed last time for this customer and product."""
    draft = drafts.find(session, viewer, customer, product.key)
    return read(session, deployment, viewer, customer, product, draft.fields if draft else {}, saved=draft is not None)


def read(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    product: Product,
    values: Mapping[str, str],
    *,
    request_key: str = "",
    saved: bool = False,
) -> Intake:
    """Return the form as filled with ``values``; a field that was not sent takes its ordinary value."""
    who = situations.parties(session, deployment, viewer, customer)
    data = _ordinary(who, product) | typed_words(values)
    situation = _situation(deployment, who, product, data)
    return Intake(
        customer=customer,
        cloud=who.cloud,
        product=product,
        who=who,
        data=data,
        situation=situation,
        form=forms.request_form(product, situation, data),
        entitlement=entitlements.check(deployment, situation),
        request_key=request_key if re.fullmatch(r"[A-Za-z0-9_-]{16,64}", request_key) else new_key(),
        saved=saved,
    )


def judged(deployment: Deployment, who: Parties, product: Product, words: Mapping[str, str]) -> Entitlement:
    """Return the checklist for what a draft holds."""
    data = _ordinary(who, product) | typed_words(words)
    return entitlements.check(deployment, _situation(deployment, who, product, data))


def new_key() -> str:
    """Return the key by which a form that is sent twice is known."""
    return secrets.token_urlsafe(18)


def is_what_was_filed(filled: Intake, request: ServiceRequest) -> bool:
    """Say whether the request says all that the form says; one recorded without its answers is known by its words."""
    now = filing.as_sent(filled.draft())
    then = request.words or {"title": request.title, "description": request.description}
    return all(_folded(now.get(name, "")) == _folded(value) for name, value in then.items())


def keep(
    session: Session,
    deployment: Deployment,
    viewer: Viewer,
    customer: Customer,
    product: Product,
    words: Mapping[str, str],
) -> SavedDraft:
    """Keep what was typed as a draft, with the earlier answers that the form did not show for its category.

    :raises Invalid: if it is too much to keep.
    """
    earlier = drafts.find(session, viewer, customer, product.key)
    ticks = {forms.field_name(question) for question in product.questions if question.kind == "confirm"}
    before = {name: value for name, value in earlier.fields.items() if name not in ticks} if earlier else {}
    return drafts.save(session, deployment, viewer, customer, product.key, before | dict(words))


def file(session: Session, deployment: Deployment, viewer: Viewer, intake: Intake) -> ServiceRequest:
    """Make the request of a form that fits; its draft goes in the same commit.

    :raises NotEntitled, PluginError, DoorRefused: as ``filing.prepare``; the draft stays.
    :raises Invalid: if the files to bring along are too many.
    """
    used = drafts.discard(session, viewer, intake.customer, intake.product.key)
    return filing.prepare(
        session,
        deployment,
        viewer,
        intake.customer,
        intake.draft(),
        request_key=intake.request_key,
        follower_id=used.from_partner_id if used else None,
        files=request_files.of_lines(intake.data.get("files", "")),
    )


def _folded(words: str) -> str:
    return words.replace("\r\n", "\n")


def _ordinary(who: Parties, product: Product) -> dict[str, str]:
    """Return what a fresh form holds: the filer's own contact (R24), the cloud's language, the only subscription."""
    mine = [s.id for s in who.customer.subscriptions if s.product == product.key]
    return {
        "category": product.categories[0],
        "language": who.cloud.language,
        "subscription": mine[0] if len(mine) == 1 else "",
        "contact_name": who.member.name,
        "contact_email": who.member.email,
        "contact_phone": who.member.phone,
    }


def _situation(deployment: Deployment, who: Parties, product: Product, data: Mapping[str, str]) -> Situation:
    """Return the situation as far as the words describe one; what fits no choice is left to the form."""
    category = data["category"] if data["category"] in product.categories else product.categories[0]
    answered = forms.answers(product, category, data)
    known = {
        question.key: {choice.key for choice in question.choices}
        for question in product.questions
        if question.kind == "choice"
    }
    return situations.situation(
        deployment,
        who,
        product,
        category=category,
        severity=data.get("severity") if data.get("severity") in product.severities else None,
        language=data["language"] if data["language"] in LANGUAGES else who.cloud.language,
        subscription_id=data["subscription"] or None,
        answers={key: value for key, value in answered.items() if key not in known or value in known[key]},
    )
