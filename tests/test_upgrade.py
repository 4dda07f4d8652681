"""A database filled at any earlier migration keeps its data, and the version before can go on beside the new one.

What fills it is derived from the tables as they were, so that a new migration is tried without a line added here.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from webapp.collation import KEPT
from webapp.db import Database
from webapp.testing.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
EARLIER = REVISIONS[:-1]
ROWS = 3
WRITTEN_BY_READING = {"user_session", "audit_entry"}
ONLY_ADDED_TO = {"audit_entry"}
WORDS = ["Ärlig", "Ёлка", "张三", "'quoted'", '"%s"', "\\", "𠮷", "{}"]


def reflected(database):
    """Return the tables as they are in the database, parents first."""
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def value_of(column, number):
    """Return the value of a column in the row of that number, from 1; in the last row, nothing where nothing may be."""
    parents = [key.column for key in column.foreign_keys]
    if column.nullable and number == ROWS:
        return None
    if parents:
        return number if isinstance(parents[0].type, sa.Integer) else value_of(parents[0], number)
    kind = column.type
    made = {
        sa.Boolean: lambda: bool(number % 2),
        sa.Integer: lambda: number,
        sa.Numeric: lambda: number,
        sa.JSON: lambda: {"number": number, "words": WORDS, "nested": [{"empty": None}]},
        sa.DateTime: lambda: datetime(2026, 3, 29, 0, 59, 59, 123456, UTC) + timedelta(hours=number),
        sa.Date: lambda: date(2024, 2, 28) + timedelta(days=number),
        sa.String: lambda: f"{number}{column.name} {' '.join(WORDS)}"[: kind.length or None],
    }
    return next(make() for which, make in made.items() if isinstance(kind, which))


def fill(database):
    """Put rows into every table; return what was put, by table."""
    tables = reflected(database)
    with database.writing() as session:
        for table in tables:
            rows = [{c.name: value_of(c, number) for c in table.columns} for number in range(1, ROWS + 1)]
            session.execute(sa.insert(table), rows)
        session.commit()
    return tables


def columns_of(table, taken):
    """Return the columns of a table but for those that are taken away later."""
    return [column for column in table.columns if f"{table.name}.{column.name}" not in taken]


def rows_of(database, tables, taken=()):
    """Return the rows of the tables, with the columns that the tables name, but for what is taken away."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(*columns_of(table, taken))).mappings().all()))
            for table in tables
            if table.name not in taken
        }


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.engine.dispose()


@pytest.mark.parametrize("revision", EARLIER)
def test_what_an_earlier_version_wrote_is_all_there_after_the_upgrade(database, revision):
    database.upgrade(revision)
    tables = fill(database)
    before = rows_of(database, tables, taken_after(revision))

    database.upgrade()

    assert before
    assert all(len(rows) == ROWS for rows in before.values())
    assert rows_of(database, tables, taken_after(revision)) == before
    assert database.is_current()
    database.check()


def test_a_customers_place_in_lists_is_counted_for_those_that_were_there(database):
    database.upgrade("20261126_views_bulk_texts_files")
    fill(database)

    database.upgrade()

    with database.reading() as session:
        places = session.execute(sa.text(f"SELECT {', '.join(KEPT.values())} FROM customer")).all()  # noqa: S608
    assert len(places) == ROWS
    assert all(all(place) for place in places)


@pytest.mark.parametrize("revision", EARLIER)
def test_the_pages_open_on_a_desk_that_was_upgraded(demo_app_on_each_engine, revision):
    app = demo_app_on_each_engine
    database = app.extensions["onbehalf"].database
    database.downgrade(revision)
    tables = reflected(database)
    before = rows_of(database, tables)

    database.upgrade()

    reader = Desk(app.test_client(), "fabrikam-global-admin")
    assert rows_of(database, [table for table in tables if table.name not in WRITTEN_BY_READING]) == {
        name: rows for name, rows in before.items() if name not in WRITTEN_BY_READING
    }
    request = next(link for link in reader.get("/requests").links if link.startswith("/requests/OB-"))
    for address in ("/", "/customers", "/figures", "/entitlements", "/members", "/contracts", "/texts", request):
        assert reader.get(address).status == 200, address
    assert reader.filed("Contoso", "azure")


# ---- Two versions side by side --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(REVISIONS)))
def test_the_version_before_reads_and_writes_beside_the_new_one(database, before, after):
    database.upgrade(before)
    taken = contracts_of(after)
    tables = [table for table in fill(database) if table.name not in taken]
    database.upgrade(after)
    known = rows_of(database, tables, taken)

    with database.writing() as session:
        for table in tables:
            more = {c.name: value_of(c, ROWS + 1) for c in columns_of(table, taken)}
            session.execute(sa.insert(table), [more])
            texts = [c for c in columns_of(table, taken) if isinstance(c.type, sa.String) and not c.foreign_keys]
            if texts and "id" in table.columns and table.name not in ONLY_ADDED_TO:
                again = {texts[-1].name: value_of(texts[-1], ROWS + 2)}
                session.execute(sa.update(table).where(table.c.id == more["id"]), again)
        session.commit()

    now = rows_of(database, tables, taken)
    assert {name: len(rows) for name, rows in now.items()} == dict.fromkeys(known, ROWS + 1)
    assert all(set(known[name]) <= set(rows) for name, rows in now.items())


def taken_after(revision):
    """Return what later migrations declare to take away: ``table`` or ``table.column``."""
    later = REVISIONS[REVISIONS.index(revision) + 1 :]
    return {name for one in later for name in contracts_of(one)}


def contracts_of(revision):
    """Return what a migration takes away, each with the version whose code did not use it any more."""
    return getattr(SCRIPTS.get_revision(revision).module, "contracts", {})


def schema_of(database):
    """Return what the database holds its tables to, by table."""
    inspector = sa.inspect(database.engine)
    return {name: Held.of(inspector, name) for name in inspector.get_table_names() if name != "alembic_version"}


@dataclass
class Held:
    """What one table is held to."""

    columns: dict
    key: tuple
    unique: set
    foreign: set
    checks: set

    @classmethod
    def of(cls, inspector, table):
        unique = [constraint["column_names"] for constraint in inspector.get_unique_constraints(table)]
        unique += [index["column_names"] for index in inspector.get_indexes(table) if index["unique"]]
        return cls(
            columns={column["name"]: column for column in inspector.get_columns(table)},
            key=tuple(inspector.get_pk_constraint(table)["constrained_columns"]),
            unique={tuple(columns) for columns in unique},
            foreign={tuple(key["constrained_columns"]) for key in inspector.get_foreign_keys(table)},
            checks={check["sqltext"] for check in inspector.get_check_constraints(table)},
        )


def minded(before, after, contracts=()):
    """Yield what a migration does that the version before minds, in words."""
    for table, old in before.items():
        if table in after:
            yield from (f"{table}{words}" for words in minded_in(table, old, after[table], contracts))
        elif table not in contracts:
            yield f"{table} is gone"


def minded_in(table, old, new, contracts):
    for name, column in old.columns.items():
        found = new.columns.get(name)
        if found is None:
            if f"{table}.{name}" not in contracts:
                yield f".{name} is gone"
        elif column["nullable"] and not found["nullable"]:
            yield f".{name} must be filled"
        elif narrower(column["type"], found["type"]):
            yield f".{name} is of another type"
    empty = {name for name, column in new.columns.items() if name not in old.columns and column["nullable"]}
    for name in new.columns.keys() - old.columns.keys() - empty:
        if new.columns[name]["default"] is None:
            yield f".{name} is new and must be filled"
    if new.key != old.key:
        yield " has another key"
    for columns in (new.unique - old.unique) | (new.foreign - old.foreign):
        if not empty & set(columns):
            yield f" is held to more: {', '.join(columns)}"
    if new.checks - old.checks:
        yield " is checked more"


def narrower(old, new):
    """Say whether a type is another one; a text that may be longer is not."""
    lengths = [getattr(kind, "length", None) for kind in (old, new)]
    if isinstance(old, sa.String) and isinstance(new, sa.String):
        return lengths[1] is not None and (lengths[0] is None or lengths[1] < lengths[0])
    return repr(old) != repr(new)


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(REVISIONS)))
def test_a_migration_only_adds_unless_it_declares_what_nobody_uses_any_more(database, before, after):
    database.upgrade(before)
    known = schema_of(database)

    database.upgrade(after)

    assert list(minded(known, schema_of(database), contracts_of(after))) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_a_migration_takes_away_a_version_that_was_released_did_not_use_any_more(revision):
    titles = re.findall(r"^## ([\d.]+)(.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    released = {version for version, words in titles if "not released" not in words}

    assert set(contracts_of(revision).values()) <= released


def altered(op, name, **how):
    with op.batch_alter_table("partner") as batch:
        batch.alter_column(name, **how)


def altered_kind(op):
    altered(op, "time_zone", type_=sa.JSON(), postgresql_using="to_json(time_zone)")


def must_be_filled(op):
    op.add_column("partner", sa.Column("colour", sa.String(9), server_default="", nullable=False))
    altered(op, "colour", server_default=None)


def checked(op):
    with op.batch_alter_table("partner") as batch:
        batch.create_check_constraint("ck_partner_name", sa.text("name <> ''"))


@pytest.mark.parametrize(
    ("migration", "words"),
    [
        (lambda op: op.drop_table("canned_text"), ["canned_text is gone"]),
        (lambda op: op.drop_column("service_request", "files"), ["service_request.files is gone"]),
        (lambda op: op.add_column("partner", sa.Column("colour", sa.String(9))), []),
        (lambda op: op.add_column("partner", sa.Column("colour", sa.String(9), server_default="", nullable=False)), []),
        (lambda op: op.create_index("ix_partner_country", "partner", ["country"]), []),
        (
            lambda op: op.create_index("uq_partner_country", "partner", ["country"], unique=True),
            ["partner is held to more: country"],
        ),
        (lambda op: altered(op, "country", type_=sa.String(3)), []),
        (lambda op: altered(op, "name", type_=sa.String(20)), ["partner.name is of another type"]),
        (altered_kind, ["partner.time_zone is of another type"]),
        (must_be_filled, ["partner.colour is new and must be filled"]),
        (checked, ["partner is checked more"]),
    ],
)
def test_what_the_version_before_would_mind_is_found(migrated_database, migration, words):
    before = schema_of(migrated_database)

    with migrated_database.engine.connect() as connection:
        migration(Operations(MigrationContext.configure(connection)))
        connection.commit()

    assert list(minded(before, schema_of(migrated_database))) == words
    declared = {word.partition(" ")[0]: "1.0" for word in words if word.endswith(" is gone")}
    assert list(minded(before, schema_of(migrated_database), declared)) == ([] if declared else words)
