"""The form of a new request, built from a product's questions, and what makes its answers fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from babel.support import NullTranslations
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of an older WTForms
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from webapp.contracts.products import Product, Question
from webapp.contracts.situation import Customer, Situation
from webapp.doors import canonical_domain
from webapp.errors import Invalid
from webapp.i18n import CORE, LANGUAGES, _, ngettext
from webapp.labels import CATEGORY, SEVERITY
from webapp.moments import from_input

TITLE_LENGTH, TEXT_LENGTH, LINE_LENGTH = 250, 20_000, 250
Validator = Callable[[Form, Any], None]


WTFORMS = (
    _("This field is required."),
    _("Not a valid choice."),
    ngettext(
        "Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters.", 1, max=1
    ),
    ngettext(
        "'%(value)s' is not a valid choice for this field.",
        "'%(value)s' are not valid choices for this field.",
        1,
        value="",
    ),
)
"""What WTForms says in our forms, marked here: its own catalogues know one Chinese alone, and other words than ours."""


class Answers(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """Any form of answers, its messages in the reader's language; where a write comes from is checked at the gate."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """The token is not part of the answers, and the messages are in our own catalogues."""

        csrf = False

        def get_translations(self, _form: Form) -> NullTranslations:
            return CORE.get_translations()


class ControlCharacters:
    """Refuse what no keyboard types: control characters, and in a line also line breaks and direction marks."""

    def __init__(self, *, line: bool) -> None:
        self.refused = {"Cc", "Cf", "Zl", "Zp", "Cs"} if line else {"Cc", "Cs"}
        self.fine = set() if line else set("\r\n\t")

    def __call__(self, form: Form, field: Any) -> None:
        for character in field.data or "":
            if unicodedata.category(character) in self.refused and character not in self.fine:
                raise ValidationError(
                    _("This holds an invisible character that portals refuse. Type it, or paste it as plain text.")
                )


class PartnersContact:
    """Refuse the customer's own contact: the vendor works with the partner (R24, R32)."""

    def __init__(self, customer: Customer) -> None:
        own = () if customer.own else (customer.domain, customer.initial_domain)
        self.domains = tuple(domain.casefold() for domain in own if domain)

    def __call__(self, form: Form, field: Any) -> None:
        host = _ascii_host((field.data or "").rpartition("@")[2].rstrip("."))
        for domain in self.domains:
            if host == domain or host.endswith("." + domain):
                raise ValidationError(
                    _(
                        "This address is the customer's (%(domain)s). The vendor answers the partner who files: enter "
                        "your own contact, or the vendor will not talk to you about the request.",
                        domain=domain,
                    )
                )


def _ascii_host(host: str) -> str:
    """Return a host as domains are recorded, so that one typed in its own script is known as the customer's too."""
    try:
        return canonical_domain(host)
    except ValueError:
        return host.casefold()


class EmailAddress:
    """Accept what has one @, no spaces, and a host with a dot."""

    def __call__(self, form: Form, field: Any) -> None:
        if not re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,250}\.[^@\s<>,;.]{2,}", field.data or ""):
            raise ValidationError(_("This is not an e-mail address; it looks like name@example.com."))


class KnownMoment:
    """Accept a date and time in the reader's zone."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            from_input(field.data or "", otherwise=None)  # type: ignore[arg-type]  # nothing typed is nothing wrong
        except Invalid as error:
            whole = _("%(sentence)s %(following)s", sentence=error.message, following=error.remedy)
            raise ValidationError(whole) from error


def request_form(product: Product, situation: Situation, data: Mapping[str, str]) -> Form:
    """Return the form for the situation's product and category, filled with ``data``.

    Fields are named as in the address book of the design: ``category``, ``severity``, ``language``, ``title``,
    ``description``, ``contact_*``, ``subscription`` and ``answer_<question key>``. Nothing is lost: a value that fits
    no choice is kept as it was typed, and refused with the choices.
    """
    category = situation.category or product.categories[0]
    asked = product.questions_for(category)
    # the fields are made in the order of the page: WTForms keeps it, and so does the list of what is missing
    fields: dict[str, Any] = {"category": _choice(_("Category"), [(key, CATEGORY[key]) for key in product.categories])}
    fields |= {field_name(q): _field(q, situation) for q in asked if q.step == "before"}
    fields["title"] = line_field(_("Title"), TITLE_LENGTH)
    fields["description"] = text_field(_("Description"), required=True)
    fields |= {field_name(q): _field(q, situation) for q in asked if q.step == "details"}
    if product.severities:
        fields["severity"] = _choice(_("Business impact"), [(key, SEVERITY[key]) for key in product.severities])
    fields["language"] = SelectField(
        _("Language of support"), choices=options(LANGUAGES.items()), validators=[InputRequired()]
    )
    fields["contact_name"] = line_field(_("Contact name"), LINE_LENGTH)
    fields["contact_email"] = line_field(_("Contact e-mail"), 254, EmailAddress(), PartnersContact(situation.customer))
    fields["contact_phone"] = line_field(_("Contact phone"), 40, required=False)
    form: Form = type("RequestForm", (Answers,), fields)(formdata=MultiDict(data))
    return form


def field_name(question: Question) -> str:
    """Return the name of a question's field."""
    return "subscription" if question.kind == "subscription" else f"answer_{question.key}"


def answers(product: Product, category: str | None, data: Mapping[str, str]) -> dict[str, str]:
    """Return what was answered, by question key; an empty answer is none, a tick is ``yes``."""
    found = {}
    for question in product.questions_for(category):
        value = data.get(field_name(question), "").strip()
        if value and question.kind != "subscription":
            found[question.key] = _answer(question, value)
    return {key: value for key, value in found.items() if value}


def _answer(question: Question, value: str) -> str:
    """Return an answer as plugins read it: a tick as ``yes``, a moment in UTC; one that does not fit is no answer."""
    if question.kind == "confirm":
        return "yes"
    if question.kind != "moment":
        return value
    try:
        return from_input(value, otherwise=datetime.now(UTC)).isoformat(timespec="minutes")
    except Invalid:
        return ""  # the form refuses it by name


def _field(question: Question, situation: Situation) -> Any:
    if question.kind == "choice":
        return _choice(question.label, [(c.key, c.label) for c in question.choices], required=question.required)
    if question.kind == "subscription":
        mine = [(s.id, s.name) for s in situation.subscriptions]
        return SelectField(
            question.label, choices=options([("", _("Choose one")), *mine]), validators=needed(question.required)
        )
    if question.kind == "confirm":
        return BooleanField(question.label, validators=needed(question.required), false_values=("", "false", False))
    if question.kind == "moment":
        return StringField(question.label, validators=[*needed(question.required), KnownMoment()])
    if question.kind == "text":
        return text_field(question.label, required=question.required)
    return line_field(question.label, LINE_LENGTH, required=question.required)


def _choice(label: Any, choices: Sequence[tuple[str, Any]], *, required: bool = True) -> RadioField:
    return RadioField(label, choices=options(choices), validators=needed(required))


def options(choices: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return choices as WTForms takes them: value and label each."""
    return [SelectChoice(value, label) for value, label in choices]


def line_field(label: Any, length: int, *validators: Any, required: bool = True) -> StringField:
    """Return a field for one line, without control characters and not longer than ``length``."""
    shape = [Length(max=length), ControlCharacters(line=True), *validators]
    return StringField(label, validators=[*needed(required), *shape], filters=[stripped])


def text_field(label: Any, *, required: bool) -> TextAreaField:
    """Return a field for a text of several lines."""
    return TextAreaField(label, validators=[*needed(required), Length(max=TEXT_LENGTH), ControlCharacters(line=False)])


def needed(required: bool) -> list[Any]:
    """Return the validator that asks for an answer, or lets it be."""
    return [DataRequired()] if required else [Optional()]


def stripped(value: str | None) -> str | None:
    """Return what was typed, without the spaces around it."""
    return value.strip(" ") if value else value
