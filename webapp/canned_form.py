"""The form of a canned text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import Form, SelectField

from webapp.forms import line_field, needed, options, text_field
from webapp.i18n import LANGUAGES, _
from webapp.record_forms import made


def canned_form(values: Mapping[str, Any], products: Iterable[tuple[str, Any]]) -> Form:
    """Return the form, filled with what was typed or recorded."""
    any_product, any_language = ("", _("Any product")), ("", _("Any language"))
    fields = {
        "title": line_field(_("Title"), 100),
        "product": SelectField(_("Product"), choices=options([any_product, *products]), validators=needed(False)),
        "language": SelectField(
            _("Language"), choices=options([any_language, *LANGUAGES.items()]), validators=needed(False)
        ),
        "body": text_field(_("Text"), required=True),
    }
    return made("CannedForm", fields, values)
