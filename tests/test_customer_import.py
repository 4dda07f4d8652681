"""Customers from a file: dry run first, every bad line with why, all of them or none; by page and by command."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlmodel import select

from webapp import customer_import
from webapp.errors import Invalid
from webapp.permissions import Viewer
from webapp.tables.audit import AuditEntry
from webapp.tables.customers import Customer, CustomerTerm
from webapp.tables.partners import Member, Partner
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

ONBEHALF = str(Path(sys.executable).with_name("onbehalf"))
HEAD = "name,cloud,tenant_id,domain,initial_domain,country"
FABRIKAM = "fabrikam-admin-agent"


def tenant(number):
    return f"2f6b8c1a-0000-4c7f-8a9b-{number:012d}"


def line(number, **changes):
    cells = {
        "name": f"Imported {number}",
        "cloud": "global",
        "tenant_id": tenant(number),
        "domain": f"imported{number}.example",
        "initial_domain": f"imported{number}.onmicrosoft.com",
        "country": "SE",
    }
    return ",".join((cells | changes).values())


def text(*lines, head=HEAD):
    return "\n".join((head, *lines)) + "\n"


@pytest.fixture
def app(demo_app_on_each_engine):
    return demo_app_on_each_engine


@pytest.fixture
def reader(app, desk_on_each_engine):
    return desk_on_each_engine(FABRIKAM)


@pytest.fixture
def imported(app):
    """Return a function that lists the names of customers that came from a file."""

    def names():
        with app.extensions["onbehalf"].database.reading() as session:
            found = session.exec(select(Customer.name).where(Customer.tenant_id.startswith("2f6b8c1a-0000")))
            return sorted(found)

    return names


@pytest.fixture
def check(demo_app):
    """Return a function that checks a text as Fabrikam and returns its problems as (line, column)."""

    def run(words):
        deployment = demo_app.extensions["onbehalf"]
        with demo_app.app_context(), deployment.database.reading() as session:
            fabrikam = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one()
            return customer_import.checked(session, deployment, fabrikam, words)

    return run


def places(found):
    return [(problem.line, problem.column) for problem in found.problems]


def upload(reader, content, action="check"):
    data = {"csrf_token": reader.token(), "action": action, "file": (io.BytesIO(content), "customers.csv")}
    return reader.client.post("/customers/import", data=data, content_type="multipart/form-data")


def test_a_file_is_checked_first_and_added_with_the_next_click(reader, imported):
    form = reader.get("/customers/import").form("/import")

    checked = reader.send(form, text=text(line(1), line(2)), action="check")
    before = imported()
    added = reader.send(checked.form("/import"), action="import")

    assert (checked.status, before, added.status) == (200, [], 303)
    assert "2 customers fit" in checked.words
    assert imported() == ["Imported 1", "Imported 2"]
    assert "Imported 2" in reader.get_search("imported2.example").words


def test_the_button_that_adds_is_not_there_before_a_check_without_mistakes(reader):
    page = reader.get("/customers/import")
    wrong = reader.send(page.form("/import"), text=text(line(1, country="XX")), action="check")
    right = reader.send(page.form("/import"), text=text(line(1)), action="check")

    buttons = [
        [value for name, value in shown.form("/import").buttons if name == "action"] for shown in (page, wrong, right)
    ]

    assert buttons == [["check"], ["check"], ["import", "check"]]


def test_every_bad_line_is_named_with_why_and_none_is_added(reader, imported):
    words = text(line(1), line(2, country="XX"), line(3, domain="nowhere", tenant_id="x"), line(4), line(1))

    answer = reader.post("/customers/import", {"text": words, "action": "import"})

    assert answer.status == 422
    assert "4 mistakes; nothing was added" in answer.words
    for says in ("3 country", "4 tenant_id", "4 domain", "6 tenant_id Line 2 has this tenant id"):
        assert says in answer.words
    assert answer.form("/import").values()["text"] == words
    assert imported() == []


@pytest.mark.parametrize("action", ["import", "check"])
def test_a_customer_one_has_already_is_a_mistake(reader, imported, action):
    with_contoso = reader.get(reader.customer("Contoso"))
    known = next(given for given in with_contoso.words.split() if len(given) == 36 and given.count("-") == 4)

    answer = reader.post(
        "/customers/import", {"text": text(line(1), line(2, tenant_id=known.upper())), "action": action}
    )

    assert answer.status == 422
    assert "already" in answer.words
    assert imported() == []


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (text(line(1)).encode("utf-8-sig"), "a byte order mark"),
        (text(line(1)).encode("utf-16"), "UTF-16"),
        (text(line(1)).replace("\n", "\r\n").encode(), "Windows line ends"),
        (text(line(1)).replace("\n", "\r").encode(), "old Mac line ends"),
        (text(line(1)).replace(",", ";").encode(), "semicolons"),
        (text(line(1)).replace(",", "\t").encode(), "tabs"),
        (text(line(1), head=HEAD.upper()).encode(), "capitals"),
        (text("", line(1), "", ",,,,,").encode(), "empty lines"),
        (text(line(1, name='"Quoted, Inc."')).encode(), "a quoted comma"),
        (text(line(1, domain="räksmörgås.example")).encode(), "another script"),
        (text(line(1) + ",", head=HEAD + ",reseller").encode(), "an empty reseller"),
        (
            b"country,name,cloud,tenant_id,initial_domain,domain\n"
            + f"SE,Turned,global,{tenant(1)},a.onmicrosoft.com,a.example\n".encode(),
            "another order",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_as_spreadsheets_write_it_is_taken(desk, demo_app, content, what):
    reader = desk(FABRIKAM)

    answer = upload(reader, content, action="import")

    assert answer.status_code == 303, what
    with demo_app.extensions["onbehalf"].database.reading() as session:
        row = session.exec(select(Customer).where(Customer.tenant_id == tenant(1))).one()
    assert row.country == "SE"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "Missing: name, cloud, tenant_id, domain, initial_domain, country"),
        ("\n\n", "Missing: name"),
        ("name,cloud\nA,global\n", "Missing: tenant_id"),
        (text(line(1), head=HEAD + ",password"), "Unknown or twice: password"),
        (text(line(1), head=HEAD + ",name"), "Unknown or twice: name"),
        (HEAD, "holds no customer"),
        (text('"opened and never closed,' + line(1)), "is not CSV"),
        (text(line(1, name="a\0b")), "invisible character"),
    ],
)
def test_what_is_no_table_of_customers_is_refused_with_what_to_do(desk, words, says):
    reader = desk(FABRIKAM)

    answer = reader.post("/customers/import", {"text": words, "action": "import"})

    assert answer.status == 422
    assert says in answer.words
    assert len(answer.headings) == 1


def test_a_file_that_is_not_text_is_refused(desk):
    answer = upload(desk(FABRIKAM), b"\x89PNG\r\n\x1a\n\xff\xfe\xfa")

    assert answer.status_code == 422
    assert "not text in UTF-8" in answer.text


def test_a_line_with_too_many_cells_is_one_mistake_among_the_others(check):
    found = check(text(line(1) + ",more", line(2, country="XX"), line(3)))

    assert places(found) == [(2, ""), (3, "country")]
    assert [customer.name for customer in found.customers] == ["Imported 3"]


def test_a_short_line_misses_its_last_cells(check):
    assert places(check(text("Only a name"))) == [
        (2, column) for column in ("cloud", "tenant_id", "domain", "initial_domain", "country")
    ]


def test_a_line_is_counted_as_an_editor_does_also_behind_a_cell_of_two_lines(check):
    assert places(check(text(line(1, name='"Two\nlines"'), line(2, country="XX")))) == [(3, "name"), (4, "country")]


def test_a_file_that_is_too_long_is_refused(check):
    lines = [line(number) for number in range(customer_import.MOST_LINES + 1)]

    with pytest.raises(Invalid, match="more than 2000 lines"):
        check(text(*lines))


def test_the_words_of_a_file_are_shown_and_never_run(desk):
    reader = desk(FABRIKAM)
    hostile = '"</textarea><script>alert(1)</script>"'

    answer = reader.post("/customers/import", {"text": text(line(1, name=hostile, country="SWE")), "action": "check"})

    assert answer.status == 422
    assert "<script>alert" not in answer.text
    assert hostile in answer.form("/import").values()["text"]


def test_a_provider_names_its_resellers_in_the_file(desk, demo_app):
    reader = desk("northwind-admin-agent")
    words = text(line(1) + ",Adatum", line(2) + ",Trey", line(3) + ",", head=HEAD + ",reseller")

    refused = reader.post("/customers/import", {"text": words, "action": "import"})
    taken = reader.post("/customers/import", {"text": words.replace(",Trey", ","), "action": "import"})

    assert (refused.status, taken.status) == (422, 303)
    assert "3 reseller" in refused.words
    assert desk("adatum-admin-agent").customer("Imported 1")


def test_two_imports_of_one_file_at_once_add_it_once(app, imported):
    deployment, words, done = app.extensions["onbehalf"], text(line(1), line(2)), []

    def write():
        with app.app_context(), deployment.database.writing() as session:
            fabrikam = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one()
            try:
                found = customer_import.checked(session, deployment, fabrikam, words)
                done.append(customer_import.write(session, deployment, fabrikam, found, viewer=None))
            except customer_import.DeskError as error:
                done.append(error.status)

    threads = [threading.Thread(target=write) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) in ([2, 409], [2, 422])
    assert imported() == ["Imported 1", "Imported 2"]


def test_an_import_that_breaks_off_leaves_nothing_behind(app, imported):
    deployment = app.extensions["onbehalf"]
    with app.app_context(), deployment.database.writing() as session:
        member, partner = session.exec(
            select(Member, Partner).join(Partner, Partner.id == Member.partner_id).where(Member.key == FABRIKAM)
        ).one()
        customers = customer_import.checked(session, deployment, partner, text(line(1), line(2))).customers
        customer_import.customer_records.put(session, customers[0])
        assert Viewer(member, partner).partner_id == customers[0].partner_id

    assert imported() == []
    with deployment.database.reading() as session:
        assert session.exec(select(CustomerTerm).where(CustomerTerm.term == "imported1")).all() == []


@pytest.fixture
def onbehalf(app, tmp_path):
    """Return a function that runs the command against the demo's database."""
    environment = {
        "ONBEHALF_DATABASE_URL": app.extensions["onbehalf"].settings.database_url,
        "ONBEHALF_PLUGINS": ",".join(ALL_PLUGINS),
        "ONBEHALF_SECRET_KEY": SECRET,
        "PATH": "/usr/bin:/bin",
    }

    def run(words, *options):
        file = tmp_path / "customers.csv"
        file.write_text(words, encoding="utf-8")
        command = [ONBEHALF, "import", "customers", str(file), *options]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


def test_the_command_adds_a_file_and_tells_the_audit_trail(app, onbehalf, imported):
    dry = onbehalf(text(line(1), line(2)), "--partner", "Fabrikam", "--dry-run")
    before = imported()
    done = onbehalf(text(line(1), line(2)), "--partner", "Fabrikam")

    assert (dry.returncode, dry.stdout, before) == (0, "2 customers fit; nothing was added.\n", [])
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 customers were added.\n", "")
    assert imported() == ["Imported 1", "Imported 2"]
    with app.extensions["onbehalf"].database.reading() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "customer.imported")).all()
    assert (entry.subject_name, entry.detail) == ("Fabrikam", {"count": 2})


def test_the_command_names_every_bad_line_and_adds_nothing(onbehalf, imported):
    done = onbehalf(text(line(1), line(2, country="XX"), line(3, cloud="mars")), "--partner", "Fabrikam")

    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert [words.partition(":")[0] for words in lines[:2]] == ["Line 3, country", "Line 4, cloud"]
    assert lines[2] == "2 mistakes; nothing was added."
    assert imported() == []


def test_the_command_asks_whose_customers_they_are(onbehalf, imported):
    several, none = onbehalf(text(line(1))), onbehalf(text(line(1)), "--partner", "Adatum")

    assert [done.returncode for done in (several, none)] == [1, 1]
    assert "Name one with --partner: Fabrikam, Northwind, Trey, 蓝天云." in several.stderr
    assert imported() == []
