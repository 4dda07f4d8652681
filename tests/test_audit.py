"""The audit trail: what is written, that nobody changes it unseen, who reads it, and what it never holds."""

import json
import re
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlmodel
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from webapp import audit, audit_list, enrolments
from webapp.commands import main
from webapp.db import Database
from webapp.labels import ACTION
from webapp.permissions import Viewer
from webapp.tables.audit import AuditEntry
from webapp.tables.partners import Member, Partner
from webapp.testing.pytest_plugin import SECRET

ROOT = Path(__file__).resolve().parents[1]
MANAGER, AGENT = "fabrikam-global-admin", "fabrikam-admin-agent"
RESELLER, PROVIDER = "adatum-admin-agent", "northwind-admin-agent"
NOW = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)
TYPED = {
    "title": "Typed-title words",
    "description": "Typed-description words",
    "contact_email": "typed-contact@fabrikam.com",
}
TRIGGERS = {
    "sqlite": [
        "DROP TRIGGER audit_entry_no_update",
        "DROP TRIGGER audit_entry_no_delete",
        "DROP TRIGGER audit_entry_no_replace",
    ],
    "postgresql": ["ALTER TABLE audit_entry DISABLE TRIGGER USER"],
}


def database_of(app):
    return app.extensions["onbehalf"].database


def entries(database, **which):
    with database.reading() as session:
        statement = select(*audit.COLUMNS).filter_by(**which).order_by(AuditEntry.id)
        return session.execute(statement).all()


def written(app, after, **which):
    """Return what was written after that entry as (who, action, subject, name)."""
    found = [row for row in entries(database_of(app), **which) if row.id > after]
    return [(row.member_name, row.action, row.subject, row.subject_name) for row in found]


def newest(app):
    with database_of(app).reading() as session:
        return session.execute(select(func.max(AuditEntry.id))).scalar() or 0


def verdict_of(database, head=""):
    with database.reading() as session:
        return audit.verify(session, head)


def viewer_of(number, name="Karin Holmberg"):
    member = Member(id=number, key=f"m{number}", partner_id=number, name=name)
    partner = Partner(id=number, name="Fabrikam", kind="direct_bill", country="SE", time_zone="UTC")
    return Viewer(member, partner, address="2001:db8::7")


def tamper(database, *statements):
    """Change the trail as whoever owns the database can: the triggers dropped first."""
    with database.engine.connect() as connection:
        for statement in (*TRIGGERS[connection.dialect.name], *statements):
            connection.execute(text(statement))
        connection.commit()


@pytest.fixture
def chain(migrated_database):
    """Return a database with five entries."""
    with migrated_database.writing() as session:
        for number in range(1, 6):
            facts = {"rows": number, "filters": ["q", "state"], "to": "Åsa 蓝天"}
            subject = f"customer:{number}"
            audit.record(session, viewer_of(number), NOW, "customer.viewed", subject, "Contoso", detail=facts)
        session.commit()
    return migrated_database


@pytest.fixture
def app(demo_app_on_each_engine):
    return demo_app_on_each_engine


@pytest.fixture
def open_desk(desk_on_each_engine):
    return desk_on_each_engine


def test_each_entry_is_chained_to_the_one_before_and_is_read_back_as_it_was_hashed(chain):
    rows = entries(chain)

    assert [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows] == [audit.GENESIS, *(row.digest for row in rows[:-1])]
    assert verdict_of(chain) == audit.Verdict(5, rows[-1].digest, None, knows_head=True)
    assert rows[0].at == NOW
    assert rows[0].detail == {"rows": 1, "filters": ["q", "state"], "to": "Åsa 蓝天"}


def test_an_empty_trail_is_whole(migrated_database):
    assert verdict_of(migrated_database) == audit.Verdict(0, audit.GENESIS, None, knows_head=True)


def test_what_is_longer_than_its_column_or_holds_nul_is_cut_before_it_is_hashed(migrated_database):
    with migrated_database.writing() as session:
        audit.record(session, viewer_of(1, "N\0" * 300), NOW, "a" * 99, "s" * 999, "n\0" * 999, address="x" * 99)
        audit.record(session, None, NOW, "session.refused", address="x" * 99)
        session.commit()

    (first, second) = entries(migrated_database)

    assert (len(first.member_name), len(first.action), len(first.subject), len(first.subject_name)) == (
        200,
        60,
        100,
        250,
    )
    assert (first.address, len(second.address), second.member_id) == ("2001:db8::7", 64, None)
    assert verdict_of(migrated_database).broken is None


CHANGES = {
    "another time": ("UPDATE audit_entry SET at = '2026-11-21 09:30:15.123457' WHERE id = 3", 3, "changed"),
    "another partner": ("UPDATE audit_entry SET partner_id = 2 WHERE id = 3", 3, "changed"),
    "nobody's": ("UPDATE audit_entry SET partner_id = NULL WHERE id = 3", 3, "changed"),
    "another member": ("UPDATE audit_entry SET member_id = 1 WHERE id = 3", 3, "changed"),
    "another name": ("UPDATE audit_entry SET member_name = 'Ole' WHERE id = 3", 3, "changed"),
    "another address": ("UPDATE audit_entry SET address = '127.0.0.1' WHERE id = 3", 3, "changed"),
    "another action": ("UPDATE audit_entry SET action = 'draft.taken' WHERE id = 3", 3, "changed"),
    "another subject": ("UPDATE audit_entry SET subject = 'customer:9' WHERE id = 3", 3, "changed"),
    "another subject's name": ("UPDATE audit_entry SET subject_name = 'Litware' WHERE id = 3", 3, "changed"),
    "another reference": ("UPDATE audit_entry SET reference = 'x' WHERE id = 3", 3, "changed"),
    "other facts": ("UPDATE audit_entry SET detail = '{}' WHERE id = 3", 3, "changed"),
    "another digest": ("UPDATE audit_entry SET digest = 'x' WHERE id = 3", 3, "changed"),
    "another digest before": ("UPDATE audit_entry SET previous = 'x' WHERE id = 3", 3, "changed"),
    "the first one changed": ("UPDATE audit_entry SET address = '' WHERE id = 1", 1, "changed"),
    "the first one gone": ("DELETE FROM audit_entry WHERE id = 1", 2, "missing"),
    "one gone": ("DELETE FROM audit_entry WHERE id = 3", 4, "missing"),
    "two gone": ("DELETE FROM audit_entry WHERE id IN (3, 4)", 5, "missing"),
    "another number": ("UPDATE audit_entry SET id = 9 WHERE id = 5", 9, "missing"),
    "a number before the first": ("UPDATE audit_entry SET id = -1 WHERE id = 5", -1, "chain"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_or_removed_entry_is_found_and_named(chain, change):
    statement, entry_id, why = CHANGES[change]
    tamper(chain, statement)

    assert verdict_of(chain).broken == audit.Broken(entry_id, why)


def test_two_entries_that_changed_places_are_found(chain):
    tamper(
        chain,
        "UPDATE audit_entry SET id = 99 WHERE id = 2",
        "UPDATE audit_entry SET id = 2 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 99",
    )

    assert verdict_of(chain).broken == audit.Broken(2, "changed")


def forge(database, entry_id, previous):
    """Insert an entry that is right in itself: its digest is the one it ought to have."""
    with database.writing() as session:
        entry = AuditEntry(id=entry_id, at=NOW, partner_id=1, member_id=1, action="x", detail={}, previous=previous)
        entry.digest = audit.digest_of(entry)
        session.add(entry)
        session.commit()


def test_a_forged_entry_in_the_place_of_a_removed_one_breaks_at_the_next(chain):
    tamper(chain, "DELETE FROM audit_entry WHERE id = 3")
    forge(chain, 3, entries(chain)[1].digest)

    assert verdict_of(chain).broken == audit.Broken(4, "chain")


def test_a_forged_entry_between_two_is_found(chain):
    tamper(chain, "UPDATE audit_entry SET id = 6 WHERE id = 5", "UPDATE audit_entry SET id = 5 WHERE id = 4")
    forge(chain, 4, entries(chain)[2].digest)

    assert verdict_of(chain).broken == audit.Broken(5, "changed")


@pytest.mark.parametrize(
    "change",
    ["at = 'yesterday'", "at = 5", "detail = '{'", "detail = 'NaN'", "detail = x'ff'", "member_name = x'ff'"],
)
def test_a_value_that_sqlite_takes_though_nobody_wrote_it_is_found_too(migrated_sqlite, tmp_path, change):
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'audit.sqlite3')}")
    with database.writing() as session:
        for number in (1, 2, 3):
            audit.record(session, viewer_of(number), NOW, "customer.viewed")
        session.commit()

    tamper(database, f"UPDATE audit_entry SET {change} WHERE id = 2")  # noqa: S608  # nobody's text

    assert verdict_of(database).broken == audit.Broken(2, "changed")
    database.engine.dispose()


def test_a_trail_of_many_pages_is_walked_to_its_end(migrated_database, monkeypatch):
    monkeypatch.setattr(audit, "PAGE", 3)
    with migrated_database.writing() as session:
        for number in range(1, 11):
            audit.record(session, viewer_of(number), NOW, "customer.viewed")
        session.commit()
    whole = verdict_of(migrated_database)

    tamper(migrated_database, "UPDATE audit_entry SET action = 'x' WHERE id = 10")

    assert (whole.count, whole.broken) == (10, None)
    assert verdict_of(migrated_database).broken == audit.Broken(10, "changed")


def test_cutting_off_the_end_is_found_by_a_head_kept_elsewhere_and_by_nothing_else(chain):
    kept = verdict_of(chain).head

    tamper(chain, "DELETE FROM audit_entry WHERE id > 3")

    assert verdict_of(chain) == audit.Verdict(3, entries(chain)[-1].digest, None, knows_head=True)
    assert not verdict_of(chain, kept).knows_head


def test_a_head_kept_elsewhere_is_known_as_the_chain_grows(chain):
    kept = verdict_of(chain).head
    with chain.writing() as session:
        audit.record(session, viewer_of(1), NOW, "list.exported")
        session.commit()

    assert verdict_of(chain, kept).knows_head
    assert verdict_of(chain, kept).count == 6


COPY = (
    "INSERT OR REPLACE INTO audit_entry SELECT {}, at, partner_id, member_id, 'Ole', address, action, subject,"
    " subject_name, reference, detail, previous, digest FROM audit_entry WHERE id = 2"
)
FORBIDDEN = {
    "both": [
        "UPDATE audit_entry SET address = '' WHERE id = 2",
        "UPDATE audit_entry SET id = 9 WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 2",
        "DELETE FROM audit_entry",
    ],
    "sqlite": ["UPDATE OR REPLACE audit_entry SET id = 3 WHERE id = 2", COPY.format("id"), COPY.format("9")],
    "postgresql": [
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry RESTART IDENTITY CASCADE",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE id = 2 ON CONFLICT (id) DO UPDATE SET address = ''",
    ],
}


def test_the_database_itself_refuses_to_change_or_remove_an_entry(chain, database_engine):
    before = entries(chain)

    for statement in FORBIDDEN["both"] + FORBIDDEN[database_engine]:
        with chain.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            connection.execute(text(statement))

    assert entries(chain) == before


def test_what_is_undone_leaves_no_entry(chain):
    with chain.writing() as session:
        audit.record(session, viewer_of(1), NOW, "list.exported")
        session.rollback()

    assert verdict_of(chain).count == 5
    assert len(entries(chain)) == 5


def test_writers_at_once_keep_one_chain(migrated_database):
    def write(number):
        try:
            for turn in range(15):
                with migrated_database.writing() as session:
                    session.add(Partner(name=f"{number}-{turn}", kind="advisor", country="SE", time_zone="UTC"))
                    audit.record(session, viewer_of(number), NOW, "customer.viewed")
                    audit.record(session, viewer_of(number), NOW, "list.exported")
                    session.commit()
        except DatabaseError as error:
            failed.append(error)

    failed, threads = [], [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = entries(migrated_database)
    assert failed == []
    assert [row.id for row in rows] == list(range(1, 181))
    assert verdict_of(migrated_database).broken is None
    assert all(first.member_id == second.member_id for first, second in zip(rows[::2], rows[1::2], strict=True))


def test_the_example_data_has_a_whole_trail(app):
    verdict = verdict_of(database_of(app))

    assert verdict.count > 100
    assert verdict.broken is None


def test_a_request_is_told_step_by_step_by_name_and_reference(app, open_desk):
    reader, before = open_desk(AGENT), newest(app)
    form = reader.new("Contoso", "azure")
    request = reader.send(form, action="file", **TYPED).location
    reader.get(f"{request}/go")
    reader.post(f"{request}/ticket", {"ticket_number": "118032014183770"})
    reader.post(f"{request}/notes", {"text": "Typed-note words"})
    reader.post(f"{request}/state", {"state": "answered"})
    reader.post(f"{request}/state", {"state": "closed"})
    reader.post(f"{request}/state", {"state": "filed"})
    reader.send(reader.get(request).form("/owner"))

    told = written(app, before, subject=f"request:{request.rpartition('/')[2]}")

    steps = ["prepared", "opened", "filed", "note", "answered", "closed", "reopened", "owner"]
    assert [action for _who, action, _subject, _name in told] == [f"request.{step}" for step in steps]
    assert {(who, name) for who, _action, _subject, name in told} == {("Astrid Nyberg", "Contoso")}
    (owner,) = [row for row in entries(database_of(app), action="request.owner") if row.id > before]
    assert owner.detail["owner"]
    assert owner.address == "127.0.0.1"
    assert re.fullmatch(r"\S{8,40}", owner.reference)
    assert verdict_of(database_of(app)).broken is None


def test_nothing_that_was_typed_and_no_token_is_in_any_entry(app, open_desk):
    reader, before = open_desk(MANAGER), newest(app)
    form = reader.new("Contoso", "azure")
    sent = form.filled(action="file", **TYPED)
    request = reader.send(form, action="file", **TYPED).location
    number = "118032014183770"
    reader.post(f"{request}/ticket", {"ticket_number": number})
    reader.post(f"{request}/notes", {"text": "Typed-note words"})
    reader.file("Wingtip Toys", "azure", **TYPED)
    reader.get("/requests.csv?q=Typed-search")
    reader.get("/entitlements.csv?q=Typed-search")
    reader.get("/admin/audit.jsonl?subject=Typed-search")
    reader.get("/requests/Typed-reference")
    reader.get("/customers/999999/requests/new?product=Typed-product")
    reader.post(f"{request}/notes", {"text": "Typed-note words", "csrf_token": "Typed-token"})
    secrets = [sent["csrf_token"], sent["request_key"], SECRET, reader.token(), number]
    secrets += [cookie.value for cookie in reader.client._cookies.values()]

    kept = json.dumps([list(row) for row in entries(database_of(app)) if row.id > before], default=str)

    assert len(kept) > 2000
    assert "typed" not in kept.lower()
    assert not [secret for secret in secrets if secret in kept]


def test_a_view_of_a_customer_is_written_once_for_each_member_customer_and_hour(app, open_desk, set_clock):
    nine = datetime.now(UTC).replace(minute=10, second=0, microsecond=0)
    set_clock(app, nine)
    reader, before = open_desk(AGENT), newest(app)
    contoso, litware = reader.customer("Contoso"), reader.customer("Litware")

    def looked():
        told = written(app, before, action="customer.viewed")
        return [(who, name) for who, _action, _subject, name in told]

    for address in (contoso, contoso, f"{contoso}/requests/new?product=azure", litware):
        assert reader.get(address).status == 200
    once = looked()
    open_desk(MANAGER).get(contoso)
    colleague = looked()
    set_clock(app, nine + timedelta(hours=1))
    later = open_desk(AGENT)
    later.get(contoso)
    later.get(contoso)

    assert once == [("Astrid Nyberg", "Contoso"), ("Astrid Nyberg", "Litware")]
    assert colleague == [*once, ("Karin Holmberg", "Contoso")]
    assert looked() == [*colleague, ("Astrid Nyberg", "Contoso")]


def test_a_request_shows_its_customer_so_it_counts_as_a_view(app, open_desk, set_clock):
    set_clock(app, datetime.now(UTC).replace(minute=0))
    request = open_desk(AGENT).filed("Contoso", "azure")
    before = newest(app)

    open_desk(MANAGER).get(request)

    ((who, _action, subject, name),) = written(app, before, action="customer.viewed")
    assert (who, name) == ("Karin Holmberg", "Contoso")
    assert subject.startswith("customer:")


def test_lists_and_searches_are_no_views(app, open_desk):
    reader, before = open_desk(AGENT), newest(app)

    for address in ("/", "/customers?q=Contoso", "/requests", "/entitlements"):
        assert reader.get(address).status == 200

    assert written(app, before) == []


def refusals(app, after):
    rows = [row for row in entries(database_of(app)) if row.id > after and row.action.endswith("refused")]
    return [(row.action, row.subject, row.subject_name, row.detail) for row in rows]


def test_a_refusal_of_support_is_written_with_the_rules_that_failed_and_the_draft_is_kept(app, open_desk):
    reader, before = open_desk(AGENT), newest(app)

    answer = reader.file("Wingtip Toys", "azure", **TYPED)

    ((action, _subject, name, detail),) = refusals(app, before)
    assert answer.status == 403
    assert (action, name, detail["product"]) == ("request.refused", "Wingtip Toys", "azure")
    assert detail["rules"]
    assert all(re.fullmatch(r"R[0-9]+", rule) for rule in detail["rules"])
    assert reader.new("Wingtip Toys", "azure").values()["title"] == TYPED["title"]


def test_a_strangers_object_and_one_that_is_none_are_written_alike_and_without_a_name(app, open_desk):
    theirs = open_desk("trey-admin-agent").filed("Humongous Insurance", "microsoft365")
    customer = open_desk("adatum-admin-agent").customer("Margie's Travel")
    reader, before = open_desk(AGENT), newest(app)

    for address in (customer, "/customers/999999", theirs, f"{theirs}/go", "/requests/OB-00000000"):
        assert reader.get(address).status == 404
    assert reader.post("/drafts/999999/take", {}).status == 404
    found = refusals(app, before)

    ref = theirs.rpartition("/")[2]
    number = customer.rpartition("/")[2]
    assert [subject for _action, subject, _name, _detail in found] == [
        f"customer:{number}",
        "customer:999999",
        f"request:{ref}",
        f"request:{ref}",
        "request:OB-00000000",
        "draft:999999",
    ]
    assert {(action, name, detail["status"]) for action, _subject, name, detail in found} == {("refused", "", 404)}
    assert written(app, before, action="customer.viewed") == []


def test_an_old_form_and_another_sites_are_written_as_refused(app, open_desk):
    reader = open_desk(AGENT)
    request = reader.filed("Contoso", "azure")
    before = newest(app)

    reader.post(f"{request}/notes", {"text": "x", "csrf_token": "old"})
    reader.post(f"{request}/notes", {"text": "x"}, Origin="https://evil.example")
    reader.post("/preferences", {"language": "sv"}, Sec_Fetch_Site="cross-site")

    subject = f"request:{request.rpartition('/')[2]}"
    assert [(entry[0], entry[1], entry[3]["page"]) for entry in refusals(app, before)] == [
        ("refused", subject, "requests.notes"),
        ("refused", subject, "requests.notes"),
        ("refused", "", "preferences.save"),
    ]


def test_a_mistake_and_a_page_that_is_none_are_no_refusals(app, open_desk):
    reader = open_desk(AGENT)
    request, before = reader.filed("Contoso", "azure"), newest(app)

    answers = [
        reader.get("/nothing-here"),
        reader.get(f"{request}/go?door=99"),
        reader.post(f"{request}/ticket", {"ticket_number": ""}),
        reader.file("Contoso", "azure", title=""),
    ]

    assert [answer.status for answer in answers] == [404, 404, 422, 422]
    assert refusals(app, before) == []


def test_a_stranger_fills_no_trail(app, open_desk):
    before, stranger = newest(app), open_desk()

    stranger.get("/customers/1")
    stranger.post("/customers/1/requests", {"product": "azure"})

    assert written(app, before) == []


def test_a_draft_that_is_passed_and_taken_is_told_without_its_words(app, open_desk):
    reseller, provider, before = open_desk(RESELLER), open_desk(PROVIDER), newest(app)
    form = reseller.new("Margie's Travel", "azure")
    reseller.send(form, action="save", **TYPED)
    customer = form.action.rpartition("/")[0]

    reseller.post(f"{customer}/pass?product=azure", {"to": "provider"})
    waiting = next(form for form in provider.get("/").forms if form.action.endswith("/take"))
    assert provider.send(waiting).status == 303

    rows = [row for row in entries(database_of(app)) if row.id > before and row.action.startswith("draft.")]
    assert [(row.action, row.subject_name) for row in rows] == [
        ("draft.passed", "Margie's Travel"),
        ("draft.taken", "Margie's Travel"),
    ]
    assert rows[0].detail == {"product": "azure", "to": "Northwind"}
    assert "Typed" not in json.dumps([list(row) for row in rows], default=str)


def test_an_export_is_told_with_its_filters_by_name_alone(app, open_desk):
    reader, before = open_desk(MANAGER), newest(app)

    for address in ("/requests.csv?state=filed&q=secret", "/entitlements.csv?q=secret", "/admin/audit.jsonl?member=1"):
        assert reader.get(address).status == 200

    rows = [row for row in entries(database_of(app), action="list.exported") if row.id > before]
    assert [(row.subject_name, row.detail["filters"]) for row in rows] == [
        ("requests.csv", ["q", "state"]),
        ("entitlements.csv", ["q"]),
        ("audit.jsonl", ["member"]),
    ]
    assert [row.detail.get("rows") for row in rows] == [0, 0, None]


def test_signing_in_and_out_is_told(app, open_desk):
    before = newest(app)

    reader = open_desk(AGENT)
    reader.send(reader.get("/").form("/sign-out"))

    assert [entry[:2] for entry in written(app, before)] == [
        ("Astrid Nyberg", "session.begun"),
        ("Astrid Nyberg", "session.ended"),
    ]


def listed(reader, address):
    """Return the numbers of the entries on every page of the list, in order."""
    found = []
    while address:
        page = reader.get(address)
        assert page.status == 200
        found += [int(given["data-entry"]) for tag, given in page.tags if "data-entry" in given]
        address = next((link for link in page.links if "after=" in link), None)
    return found


def exported(reader, address):
    answer = reader.get(address)
    assert answer.status == 200
    assert answer.response.mimetype == "application/jsonl"
    return [json.loads(line) for line in answer.response.get_data().decode("utf-8").splitlines()]


def partner_id(app, name):
    with database_of(app).reading() as session:
        return session.execute(select(Partner.id).where(Partner.name == name)).scalar_one()


def test_the_pages_show_every_entry_of_ones_own_partner_once_the_newest_first(app, open_desk):
    reader = open_desk(MANAGER)

    mine = sorted(
        entries(database_of(app), partner_id=partner_id(app, "Fabrikam")),
        key=lambda row: (row.at, row.id),
        reverse=True,
    )
    found = listed(reader, "/admin/audit")

    assert len(mine) > 200
    assert found == [row.id for row in mine]


def test_the_exported_lines_are_the_list(app, open_desk):
    reader = open_desk(MANAGER)
    shown = {row.id: row for row in entries(database_of(app))}

    lines = exported(reader, "/admin/audit.jsonl?action=request.prepared")

    assert [line["id"] for line in lines] == listed(reader, "/admin/audit?action=request.prepared")
    assert len(lines) > 100
    for line in lines:
        row = shown[line["id"]]
        assert line == {name: getattr(row, name) for name in line} | {"at": row.at.isoformat(timespec="microseconds")}
        assert line["digest"] == row.digest
        assert "previous" not in line


def test_an_export_of_more_than_one_page_holds_every_entry_once(app, open_desk, monkeypatch):
    monkeypatch.setattr(audit_list, "EXPORT_PAGE", 7)
    reader = open_desk(MANAGER)
    before = listed(reader, "/admin/audit?action=request.filed")

    assert [line["id"] for line in exported(reader, "/admin/audit.jsonl?action=request.filed")] == before


def test_a_filter_finds_what_it_says(app, open_desk):
    reader = open_desk(MANAGER)
    reader.get(reader.customer("Contoso"))
    mine = entries(database_of(app), partner_id=partner_id(app, "Fabrikam"))
    some = mine[len(mine) // 2]
    request = next(row for row in mine if row.action == "request.prepared")
    zone = ZoneInfo("Europe/Stockholm")
    day = some.at.astimezone(zone).date()
    filters = {
        f"member={some.member_id}": lambda row: row.member_id == some.member_id,
        "action=customer.viewed": lambda row: row.action == "customer.viewed",
        f"subject={request.subject}": lambda row: row.subject == request.subject,
        f"subject={request.subject.removeprefix('request:').lower()}": lambda row: row.subject == request.subject,
        "subject=cONTOSO": lambda row: "contoso" in row.subject_name.lower(),
        "subject=海信": lambda row: "海信" in row.subject_name,
        "subject=%25": lambda row: "%" in row.subject_name,
        f"since={day}": lambda row: row.at.astimezone(zone).date() >= day,
        f"until={day}": lambda row: row.at.astimezone(zone).date() <= day,
        f"since={day}&until={day}&action={some.action}": lambda row: (
            row.at.astimezone(zone).date() == day and row.action == some.action
        ),
    }

    for query, fits in filters.items():
        wanted = {row.id for row in mine if fits(row)}
        assert set(listed(reader, f"/admin/audit?{query}")) == wanted, query
        assert wanted or "%25" in query, query


def test_an_unknown_value_finds_nothing_rather_than_everything(app, open_desk):
    reader = open_desk(MANAGER)

    for query in ("member=me", "member=-1", "action=gone", "subject=customer:0", "since=soon", "until=2026-13-40"):
        assert listed(reader, f"/admin/audit?{query}") == [], query
        assert exported(reader, f"/admin/audit.jsonl?{query}") == [], query
    for query in (
        "since=9999-12-31",
        "until=9999-12-31",
        "since=0001-01-01",
        "after=x",
        "after=9999-12-31T00:00:00Z~9",
    ):
        assert reader.get(f"/admin/audit?{query}").status == 200, query


def promote(app, key):
    with database_of(app).writing() as session:
        member = session.exec(sqlmodel.select(Member).where(Member.key == key)).one()
        member.roles = ["global_admin"]
        session.add(member)
        session.commit()


def test_another_partners_manager_sees_none_of_ours_though_they_share_a_customer(app, open_desk):
    promote(app, RESELLER)
    promote(app, PROVIDER)
    ours, theirs = open_desk(PROVIDER), open_desk(RESELLER)
    ours.get(ours.customer("Margie's Travel"))
    theirs.get(theirs.customer("Margie's Travel"))

    lines = exported(theirs, "/admin/audit.jsonl")
    found = listed(theirs, "/admin/audit")

    grace = entries(database_of(app), member_name="Grace Whitfield")[-1]
    assert {line["partner_id"] for line in lines} == {partner_id(app, "Adatum")}
    assert [line["subject_name"] for line in lines if line["action"] == "customer.viewed"] == ["Margie's Travel"]
    assert not {*found} & {*listed(ours, "/admin/audit")}
    assert "Grace Whitfield" not in theirs.get("/admin/audit").text
    assert listed(theirs, f"/admin/audit?member={grace.member_id}") == []
    assert exported(theirs, f"/admin/audit.jsonl?member={grace.member_id}") == []


@pytest.mark.parametrize("member", ["fabrikam-sales", "fabrikam-helpdesk", "fabrikam-no-role"])
def test_who_may_not_see_the_trail_is_refused_and_that_is_told(app, open_desk, member):
    reader, before = open_desk(member), newest(app)

    answers = [reader.get(address) for address in ("/admin/audit", "/admin/audit.jsonl")]

    assert [answer.status for answer in answers] == [403, 403]
    assert "/admin/audit" not in reader.get("/").links
    assert [detail["page"] for _action, _subject, _name, detail in refusals(app, before)] == [
        "audit.index",
        "audit.export",
    ]


def test_what_was_done_to_a_partner_on_the_command_line_is_shown_to_it_alone(app, open_desk):
    with database_of(app).writing() as session:
        candidate = enrolments.Candidate("Trey", "advisor", "usgov", "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11")
        trey = enrolments.admit(session, candidate, ("usgov",), now=NOW)[0]
        audit.record(session, None, NOW, "session.refused", "tenant:5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11")
        audit.record(session, None, NOW, "session.refused", "tenant:0b2d9c3a-95d4-4b8e-8f0a-6a1c2e3d4f55")
        admin = session.exec(sqlmodel.select(Member).where(Member.key == "trey-admin-agent")).one()
        admin.roles = ["global_admin"]
        session.commit()

    theirs = [json.loads(line) for line in open_desk("trey-admin-agent").get("/admin/audit.jsonl").text.splitlines()]
    ours = open_desk(MANAGER).get("/admin/audit.jsonl").text

    by_nobody = [(row["action"], row["subject"]) for row in theirs if row["partner_id"] is None]
    tenant = "tenant:5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11"
    assert sorted(by_nobody) == [("partner.admitted", f"partner:{trey.id}"), ("session.refused", tenant)]
    assert "partner.admitted" not in ours
    assert tenant not in ours


def test_who_may_see_the_trail_finds_it_in_the_navigation(open_desk):
    assert "/admin/audit" in open_desk(MANAGER).get("/").links


def test_what_cannot_be_written_is_not_shown(demo_app, desk):
    reader = desk(MANAGER)
    contoso = reader.customer("Contoso")
    with database_of(demo_app).engine.connect() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
        connection.commit()

    answers = [reader.get(address) for address in (contoso, "/requests.csv", "/admin/audit.jsonl")]

    assert all(answer.status in {500, 503} for answer in answers)
    assert not any("contoso.com" in answer.text for answer in answers)


def test_every_action_that_core_writes_has_words(demo_app):
    code = "".join(path.read_text("utf-8") for path in (ROOT / "webapp").rglob("*.py"))
    actions = {row.action for row in entries(database_of(demo_app))}
    kinds = re.findall(r'timeline\.write\(.{0,80}?viewer, "(\w+)"', code)
    named = re.findall(r'(?:audit\.record\(|_tell\().{0,120}?"([a-z]+\.[a-z]+)"', code)

    assert {"edited", "prepared", "passed"} <= set(kinds)
    assert {"member.changed", "partner.admitted", "session.begun", "customer.imported", "draft.taken"} <= set(named)
    assert actions | {f"request.{kind}" for kind in kinds} | set(named) <= set(ACTION)


@pytest.fixture
def verify(chain, monkeypatch, capsys):
    """Return a function that runs ``onbehalf audit verify`` and returns its exit code, output and errors."""
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", chain.url.render_as_string(hide_password=False))

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(("audit", "verify", *arguments))
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def test_the_command_says_that_the_trail_is_whole_and_gives_its_head(chain, verify):
    head = entries(chain)[-1].digest

    code, out, _err = verify()

    assert code == 0
    assert "5 entries" in out
    assert head in out
    assert verify("--head", entries(chain)[1].digest.upper())[0] == 0


def test_the_command_names_the_broken_entry_and_what_to_do(chain, verify):
    tamper(chain, "UPDATE audit_entry SET member_name = 'Ole' WHERE id = 4")

    code, out, err = verify()

    happened, to_do = err.splitlines()
    assert (code, out) == (1, "")
    assert "entry 4" in happened
    assert "backup" in to_do


@pytest.mark.parametrize("head", ["0" * 63, "f" * 64, "no digest"])
def test_the_command_refuses_a_head_that_is_not_there(verify, head):
    code, out, err = verify("--head", head)

    assert (code, out) == (1, "")
    assert "5 entries are left" in err
