"""`onbehalf partner add`: whom it admits, and how it refuses."""

import pytest
from sqlmodel import select

from webapp.commands import main
from webapp.tables.audit import AuditEntry
from webapp.tables.partners import Enrolment, Partner

TENANT = "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11"
OTHER = "0b2d9c3a-95d4-4b8e-8f0a-6a1c2e3d4f55"
FABRIKAM = ("partner", "add", "Fabrikam", "--kind", "direct_bill", "--cloud", "global", "--tenant", TENANT)


@pytest.fixture
def database(migrated_database, monkeypatch):
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", migrated_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure,vianet")
    return migrated_database


@pytest.fixture
def add(database, capsys):
    """Run the command; return its status, and the lines it printed."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return ended.value.code, (printed.out + printed.err).splitlines()

    return run


def admitted(database):
    with database.reading() as session:
        return session.exec(
            select(Partner.name, Partner.kind, Enrolment.cloud, Enrolment.tenant_id)
            .join(Enrolment, Enrolment.partner_id == Partner.id)
            .order_by(Enrolment.id)
        ).all()


def test_a_partner_is_admitted_by_name_kind_cloud_and_tenant_alone(add, database):
    status, lines = add(*FABRIKAM)

    assert status == 0
    assert admitted(database) == [("Fabrikam", "direct_bill", "global", TENANT)]
    assert lines[0] == f"Fabrikam is admitted in global with tenant {TENANT}."


def test_admitting_a_partner_is_in_the_audit_trail(add, database):
    add(*FABRIKAM)
    refused, _lines = add(*FABRIKAM)

    with database.reading() as session:
        (entry,) = session.exec(select(AuditEntry)).all()
    assert refused == 1
    assert (entry.action, entry.subject, entry.subject_name) == ("partner.admitted", "partner:1", "Fabrikam")
    assert entry.detail == {"kind": "direct_bill", "cloud": "global", "tenant": TENANT}


def test_who_admits_a_partner_is_told_that_no_client_is_set_up_for_the_cloud(add, monkeypatch):
    _status, without = add(*FABRIKAM)
    monkeypatch.setenv("ONBEHALF_SIGN_IN", '{"china": {"client_id": "desk", "client_secret": "s"}}')
    _status, with_client = add("partner", "add", "蓝天云", "--kind", "advisor", "--cloud", "china", "--tenant", TENANT)

    assert "ONBEHALF_SIGN_IN" in without[1]
    assert len(with_client) == 1


def test_what_is_stated_of_a_partner_is_kept(add, database):
    add(*FABRIKAM, "--domain", "Büro.example", "--country", "SE", "--time-zone", "Europe/Stockholm")

    with database.reading() as session:
        partner, enrolment = session.exec(select(Partner)).one(), session.exec(select(Enrolment)).one()
    assert (partner.country, partner.time_zone) == ("SE", "Europe/Stockholm")
    assert enrolment.domain == "xn--bro-hoa.example"


def test_a_tenant_id_in_capital_letters_is_the_same_tenant(add, database):
    status, _lines = add(*FABRIKAM[:-1], TENANT.upper())

    assert status == 0
    assert admitted(database)[0].tenant_id == TENANT


def test_a_known_partner_is_admitted_in_another_cloud_as_itself(add, database):
    add(*FABRIKAM)

    status, _lines = add("partner", "add", "Fabrikam", "--kind", "direct_bill", "--cloud", "china", "--tenant", OTHER)

    assert status == 0
    assert [(row.name, row.cloud) for row in admitted(database)] == [("Fabrikam", "global"), ("Fabrikam", "china")]
    with database.reading() as session:
        assert len(session.exec(select(Partner)).all()) == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("Fabrikam", "--kind", "wholesaler", "--cloud", "global", "--tenant", TENANT), "indirect_reseller"),
        (("Fabrikam", "--kind", "advisor", "--cloud", "usgov", "--tenant", TENANT), "global, china"),
        (("Fabrikam", "--kind", "advisor", "--cloud", "global", "--tenant", "fabrikam.com"), "tenant"),
        (("Fabrikam", "--kind", "advisor", "--cloud", "global", "--tenant", "0" * 8 + TENANT[8:] + "x"), "tenant"),
        (("  ", "--kind", "advisor", "--cloud", "global", "--tenant", TENANT), "name"),
        (("a\nb", "--kind", "advisor", "--cloud", "global", "--tenant", TENANT), "name"),
        ((*FABRIKAM[2:], "--domain", "not a domain"), "domain"),
        ((*FABRIKAM[2:], "--country", "Sweden"), "SE or CN"),
        ((*FABRIKAM[2:], "--country", "XX"), "SE or CN"),
        ((*FABRIKAM[2:], "--time-zone", "Stockholm"), "Europe/Stockholm"),
    ],
)
def test_what_does_not_fit_is_refused_in_two_lines_and_nothing_is_added(add, database, arguments, named):
    status, lines = add("partner", "add", *arguments)

    assert status == 1
    assert len(lines) == 2
    assert named in " ".join(lines)
    assert admitted(database) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("Northwind", "--kind", "direct_bill", "--cloud", "global", "--tenant", TENANT.upper()), "Fabrikam"),
        (("Fabrikam", "--kind", "direct_bill", "--cloud", "global", "--tenant", TENANT), "already"),
        (("Fabrikam", "--kind", "direct_bill", "--cloud", "global", "--tenant", OTHER), TENANT),
        (("Fabrikam", "--kind", "advisor", "--cloud", "china", "--tenant", OTHER), "direct_bill"),
    ],
    ids=["another partner's tenant", "the same again", "a second tenant in the cloud", "another kind"],
)
def test_what_contradicts_the_record_is_refused_and_changes_nothing(add, database, arguments, named):
    add(*FABRIKAM)

    status, lines = add("partner", "add", *arguments)

    assert status == 1
    assert len(lines) == 2
    assert named in " ".join(lines)
    assert admitted(database) == [("Fabrikam", "direct_bill", "global", TENANT)]


def test_a_database_without_tables_is_refused_with_the_command_that_makes_them(add, monkeypatch, tmp_path):
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")

    status, lines = add(*FABRIKAM)

    assert status == 1
    assert lines[1] == "Run: onbehalf db upgrade"
