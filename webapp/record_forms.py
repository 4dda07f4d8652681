"""The forms of the desk's own records: contracts, publishers, members, customers and what is recorded of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from pydantic import ValidationError as PydanticError
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from webapp import doors
from webapp.contracts.doors import ExternalDoor
from webapp.forms import Answers, EmailAddress, KnownMoment, line_field, needed, options
from webapp.i18n import LANGUAGES, _
from webapp.labels import GRANTED_ROLE, RELATIONSHIP, RELATIONSHIP_KIND, ROLE, SUBSCRIPTION

NO_TICK = ("", "false", False)
OTHER = "other"
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of unions, of the unknown, and of the test locales of CLDR."""

_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{1,28}[0-9]([ ;,]{0,2}(ext\.?|x) ?[0-9]{1,8})?", re.IGNORECASE)


class Day:
    """Accept a day of the calendar."""

    def __call__(self, form: Form, field: Any) -> None:
        if field.data and day(field.data) is None:
            raise ValidationError(_("This is not a date; it looks like 2026-11-21."))


class TenantId:
    """Accept a GUID, but not the one of all zeros."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            doors.canonical_tenant_id((field.data or "").strip())
        except ValueError as error:
            raise ValidationError(
                _("This is not an id; it looks like 2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b, and is not all zeros.")
            ) from error


class DomainName:
    """Accept a domain name, also an internationalised one."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            doors.canonical_domain((field.data or "").strip())
        except ValueError as error:
            raise ValidationError(_("This is not a domain name; it looks like contoso.com.")) from error


class Country:
    """Accept the two letters of a country or region (ISO 3166)."""

    def __call__(self, form: Form, field: Any) -> None:
        if (field.data or "").strip().upper() not in countries():
            raise ValidationError(_("This is no country or region; two letters name one, such as SE or CN."))


class SupportPage:
    """Accept an address that a publisher's door may lead to."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            if not (field.data or "").startswith("https://") or "." not in (field.data or ""):
                raise ValueError("https alone")
            ExternalDoor(url=field.data)
        except (ValueError, PydanticError) as error:
            raise ValidationError(_("This is not an address that starts with https:// and names a host.")) from error


class Phone:
    """Accept a telephone number as people write one."""

    def __call__(self, form: Form, field: Any) -> None:
        if not _PHONE.fullmatch(field.data or ""):
            raise ValidationError(_("This is not a telephone number; it looks like +46 8 465 004 11."))


@cache
def countries() -> frozenset[str]:
    """Return the codes of countries and regions; not those of continents and of the unknown."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRY)


def time_zones() -> list[str]:
    """Return the zones that people choose from: those of places, and UTC."""
    return ["UTC", *sorted(zone for zone in available_timezones() if re.match(r"(?!Etc/)[A-Z]\w+/", zone))]


def day(text: str) -> date | None:
    """Return the day written as ``2026-11-21``, or ``None``."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def choice(label: Any, choices: Iterable[tuple[str, Any]], *, required: bool = True) -> SelectField:
    """Return a list to choose one from; its first entry chooses none."""
    return SelectField(label, choices=options([("", _("Choose one")), *choices]), validators=needed(required))


def kind_of_form(name: str, fields: Mapping[str, Any]) -> type[Form]:
    """Return a class of forms with these fields."""
    return type(name, (Answers,), dict(fields))


def made(name: str, fields: Mapping[str, Any], values: Mapping[str, Any] | MultiDict[str, str]) -> Form:
    """Return a form of these fields, filled with what was typed or recorded."""
    return kind_of_form(name, fields)(formdata=MultiDict(values))


def contract_form(
    values: Mapping[str, Any], clouds: Iterable[tuple[str, Any]], plans: Iterable[tuple[str, Any]]
) -> Form:
    """Return the form of a support contract or benefit."""
    every = [("", _("Every cloud")), *clouds]
    fields = {
        "plan": choice(_("Plan"), [*plans, (OTHER, _("Another plan"))]),
        "plan_name": line_field(_("Name of the other plan"), 60, required=False),
        "cloud": SelectField(_("Cloud"), choices=options(every), validators=needed(False)),
        "contract_id": line_field(_("Contract ID"), 100, required=False),
        "access_id": line_field(_("Access ID"), 100, required=False),
        "valid_from": line_field(_("First day"), 10, Day(), required=False),
        "valid_until": line_field(_("Last day"), 10, Day(), required=False),
    }
    return made("ContractForm", fields, values)


def publisher_form(values: Mapping[str, Any]) -> Form:
    """Return the form of a publisher: name, and the ways to its support (R39)."""
    fields = {
        "name": line_field(_("Name"), 200),
        "support_url": line_field(_("Support page"), 1000, SupportPage(), required=False),
        "support_email": line_field(_("Support e-mail"), 254, EmailAddress(), required=False),
        "support_phone": line_field(_("Support phone"), 40, Phone(), required=False),
        "first_response_minutes": line_field(_("First answer, in minutes"), 6, Minutes(), required=False),
    }
    return made("PublisherForm", fields, values)


class Minutes:
    """Accept a number of minutes, up to a year."""

    def __call__(self, form: Form, field: Any) -> None:
        if not re.fullmatch(r"[1-9][0-9]{0,5}", field.data or "") or int(field.data) > 525_600:
            raise ValidationError(_("This is not a number of minutes between 1 and 525600."))


def offer_form(values: Mapping[str, Any]) -> Form:
    """Return the form of an offer."""
    return made("OfferForm", {"name": line_field(_("Offer"), 200)}, values)


def member_form(values: MultiDict[str, str], accounts: Mapping[str, Any], *, with_roles: bool) -> Form:
    """Return the form of a member; ``accounts`` are the labels of the fields of their user names."""
    fields: dict[str, Any] = {
        "phone": line_field(_("Phone"), 40, Phone(), required=False),
        "language": SelectField(
            _("Language"),
            choices=options([("", _("As the browser says")), *LANGUAGES.items()]),
            validators=needed(False),
        ),
        "time_zone": SelectField(_("Time zone"), choices=options((zone, zone) for zone in time_zones())),
        "active": BooleanField(_("May sign in"), false_values=NO_TICK),
    }
    if with_roles:
        fields["roles"] = SelectMultipleField(_("Roles"), choices=options(ROLE.items()), validators=needed(False))
    fields |= {name: line_field(label, 254, EmailAddress(), required=False) for name, label in accounts.items()}
    return made("MemberForm", fields, values)


def customer_forms(clouds: Iterable[tuple[str, Any]]) -> type[Form]:
    """Return the forms of a customer's identity; an import reads every line of a file by one."""
    fields = {
        "name": line_field(_("Name"), 200),
        "cloud": choice(_("Cloud"), clouds),
        "tenant_id": line_field(_("Tenant id"), 36, TenantId()),
        "domain": line_field(_("Domain"), 253, DomainName()),
        "initial_domain": line_field(_("Initial domain"), 253, DomainName()),
        "country": line_field(_("Country or region"), 2, Country()),
        "reseller": line_field(_("Reseller"), 200, required=False),
    }
    return kind_of_form("CustomerForm", fields)


def customer_form(values: Mapping[str, Any], clouds: Iterable[tuple[str, Any]]) -> Form:
    """Return the form of a customer's identity, filled with what was typed or recorded."""
    return customer_forms(clouds)(formdata=MultiDict(values))


def subscription_form(
    values: Mapping[str, Any], products: Iterable[tuple[str, Any]], offers: Iterable[tuple[str, Any]]
) -> Form:
    """Return the form of a subscription."""
    fields = {
        "product": choice(_("Product"), products),
        "name": line_field(_("Name"), 200),
        "status": choice(_("Status"), SUBSCRIPTION.items()),
        "trial": BooleanField(_("In trial"), false_values=NO_TICK),
        "entitlement_id": line_field(_("Azure subscription id"), 36, TenantId(), required=False),
        "offer_id": choice(_("Offer of the marketplace"), offers, required=False),
    }
    return made("SubscriptionForm", fields, values)


def relationship_form(values: MultiDict[str, str], roles: Iterable[tuple[str, Any]] | None = None) -> Form:
    """Return the form of an admin relationship with the viewer's own partner."""
    fields = {
        "kind": choice(_("Kind"), RELATIONSHIP_KIND.items()),
        "status": choice(_("Status"), RELATIONSHIP.items()),
        "roles": SelectMultipleField(
            _("Roles"), choices=options(roles or GRANTED_ROLE.items()), validators=needed(False)
        ),
        "ends_at": line_field(_("Ends"), 30, KnownMoment(), required=False),
    }
    return made("RelationshipForm", fields, values)


def group_form(
    values: MultiDict[str, str], subscriptions: Iterable[tuple[str, Any]], members: Iterable[tuple[str, Any]]
) -> Form:
    """Return the form of a support group of the viewer's own partner (R27)."""
    every = [("", _("All of the customer's")), *subscriptions]
    fields = {
        "name": line_field(_("Name"), 200),
        "since": line_field(_("Since"), 10, Day()),
        "subscription_id": SelectField(_("Azure subscription"), choices=options(every), validators=needed(False)),
        "members": SelectMultipleField(_("Members"), choices=options(members), validators=needed(False)),
    }
    return made("GroupForm", fields, values)
