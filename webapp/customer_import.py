"""Customers from a file: every line is checked before the first is written, and all are written or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

from sqlmodel import Session, col, select
from werkzeug.datastructures import MultiDict

from webapp import audit, customer_records
from webapp.deployment import Deployment
from webapp.errors import Conflict, DeskError, Invalid
from webapp.i18n import LazyText, _, ngettext
from webapp.permissions import Viewer
from webapp.record_forms import customer_forms
from webapp.tables.customers import Customer
from webapp.tables.partners import Partner

COLUMNS: Mapping[str, LazyText] = {
    "name": _("The customer's name."),
    "cloud": _("The key of its cloud: %(keys)s.", keys="global, usgov, germany, china"),
    "tenant_id": _("Its tenant id, a GUID."),
    "domain": _("Its domain, such as contoso.com; also one in another script."),
    "initial_domain": _("The domain its tenant began with, such as contoso.onmicrosoft.com."),
    "country": _("Two letters, such as SE or CN."),
    "reseller": _("May be left out: a reseller's tenant id in this cloud, or the name of one you work with already."),
}
"""The columns, in any order, named in the first line."""

NEEDED = tuple(name for name in COLUMNS if name != "reseller")
MOST_LINES = 2000
SEPARATORS = ",;\t"
TOO_MANY = "\0"
"""The column of a cell behind the last that the first line names."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line, in the words of the form's field; ``line`` counts from 1, as an editor does."""

    line: int
    column: str
    why: str


@dataclass
class Checked:
    """What a file holds: customers to be added, or what is wrong with it."""

    customers: list[Customer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decoded(content: bytes) -> str:
    """Return a file's text; spreadsheets write UTF-8 with a mark, or UTF-16.

    :raises Invalid: if it is neither.
    """
    try:
        return content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            _("The file is not text in UTF-8."), remedy=_("Save it again as CSV in UTF-8, and choose it again.")
        ) from error


def checked(session: Session, deployment: Deployment, partner: Partner, text: str) -> Checked:
    """Check every line of a file of customers of ``partner``; nothing is written.

    :raises Invalid: if it is no table with the columns needed, is empty, or too long.
    """
    found, seen = Checked(), _tenants(session, partner)
    resellers = lru_cache(partial(customer_records.reseller_of, session, partner))
    forms = customer_forms([(cloud.key, cloud.name) for cloud in deployment.plugins.clouds.values()])
    for line, words in _lines(text):
        form = forms(formdata=MultiDict({name: words.get(name, "") for name in COLUMNS}))
        if TOO_MANY in words:
            why = _(
                "This line has more cells than the first. Put quotation marks around a cell that holds a separator."
            )
            found.problems.append(Problem(line, "", str(why)))
        elif not form.validate():
            errors = ((name or "", str(why)) for name, whys in form.errors.items() for why in whys)
            found.problems += [Problem(line, name, why) for name, why in errors]
        else:
            customer = Customer(partner_id=partner.id, **customer_records.canonical(form.data))
            try:
                reseller = resellers(customer.cloud, (form.data["reseller"] or "").strip())
                customer.reseller_id = reseller.id if reseller else None
                _require_new(seen, customer, line)
                found.customers.append(customer)
            except DeskError as error:
                column = "tenant_id" if isinstance(error, Conflict) else "reseller"
                found.problems.append(Problem(line, column, str(error)))
    return found


def write(session: Session, deployment: Deployment, partner: Partner, found: Checked, *, viewer: Viewer | None) -> int:
    """Add all customers of a file that was checked in this transaction, and return how many.

    ``viewer`` is who does it on a page; ``None`` on the command line.

    :raises Invalid: if any line is wrong; then none is added.
    :raises Conflict: if somebody was quicker with one of the tenants; the caller adds none.
    """
    if found.problems:
        raise Invalid(
            _("The file has mistakes, so no customer was added."), remedy=_("Correct the lines named, and try again.")
        )
    for customer in found.customers:
        customer_records.put(session, customer)
    facts, subject = {"count": len(found.customers)}, f"partner:{partner.id}"
    audit.record(session, viewer, deployment.now(), "customer.imported", subject, partner.name, detail=facts)
    session.commit()
    return len(found.customers)


def _tenants(session: Session, partner: Partner) -> dict[tuple[str, str], int]:
    """Return the tenants that the partner has customers for already, each with line 0."""
    mine = select(Customer.cloud, Customer.tenant_id).where(col(Customer.partner_id) == partner.id)
    return dict.fromkeys(((row.cloud, row.tenant_id) for row in session.execute(mine)), 0)


def _require_new(seen: dict[tuple[str, str], int], customer: Customer, line: int) -> None:
    before = seen.setdefault((customer.cloud, customer.tenant_id), line)
    if before == line:
        return
    if before:
        message = _("Line %(line)s has this tenant id in this cloud too.", line=before)
    else:
        message = _("You have a customer with this tenant id in this cloud already.")
    raise Conflict(message, remedy=_("Remove one of the two."))


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number and words by column; empty lines are passed over."""
    text = text.lstrip("\ufeff")
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip().lower() for name in next((row for row in reader if any(row)), [])]
        _require_columns(columns)
        yield from _rows(reader, columns)
    except csv.Error as error:
        raise Invalid(
            _("Line %(line)s is not CSV: %(why)s.", line=reader.line_num, why=str(error)),
            remedy=_("Look for a quotation mark that is opened and not closed."),
        ) from error


def _rows(reader: Iterator[list[str]], columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for row in reader:
        line = reader.line_num  # type: ignore[attr-defined]  # a csv.reader, whose type cannot be named
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MOST_LINES:
            raise Invalid(
                ngettext("The file has more than %(num)s line.", "The file has more than %(num)s lines.", MOST_LINES),
                remedy=_("Import it in parts."),
            )
        yield line, dict(zip((*columns, TOO_MANY), (cell.strip() for cell in row), strict=False))
    if not count:
        raise Invalid(_("The file holds no customer."), remedy=_("Put one customer on each line below the first."))


def _require_columns(columns: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS or columns.count(name) > 1]
    if missing or unknown:
        raise Invalid(
            _(
                "The first line must name the columns. Missing: %(missing)s. Unknown or twice: %(unknown)s.",
                missing=", ".join(missing) or "-",
                unknown=", ".join(name[:40] for name in unknown[:10]) or "-",
            ),
            remedy=_("Name the columns as in the example on this page."),
        )
