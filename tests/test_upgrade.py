"""A database filled at any earlier migration keeps its data, and the version before can go on beside the new one.

What fills it is derived from the tables as they were, so that a new migration is tried without a line added here.
"""

import ast
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
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


def rows_of(database, tables):
    """Return the rows of the tables, with the columns that the tables name."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(*table.columns)).mappings().all()))
            for table in tables
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
    before = rows_of(database, tables)

    database.upgrade()

    assert before
    assert all(len(rows) == ROWS for rows in before.values())
    assert rows_of(database, tables) == before
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
    tables = fill(database)
    database.upgrade(after)
    known = rows_of(database, tables)

    with database.writing() as session:
        for table in tables:
            more = {c.name: value_of(c, ROWS + 1) for c in table.columns}
            session.execute(sa.insert(table), [more])
            texts = [c for c in table.columns if isinstance(c.type, sa.String) and not c.foreign_keys]
            if texts and "id" in table.columns and table.name not in ONLY_ADDED_TO:
                again = {texts[-1].name: value_of(texts[-1], ROWS + 2)}
                session.execute(sa.update(table).where(table.c.id == more["id"]), again)
        session.commit()

    now = rows_of(database, tables)
    assert {name: len(rows) for name, rows in now.items()} == dict.fromkeys(known, ROWS + 1)
    assert all(set(known[name]) <= set(rows) for name, rows in now.items())


EXPANDS = {"create_table", "add_column", "create_index", "create_unique_constraint", "f", "get_bind", "execute"}
"""What a migration may call while the version before is still running; ``execute`` fills what it has just added."""


def called_by(function):
    return {
        node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"op", "batch_op"}
    }


def columns_of(function):
    """Yield the columns that are added to a table that is there already."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_column":
            yield next(part for part in node.args if isinstance(part, ast.Call))


@pytest.mark.parametrize("revision", REVISIONS[2:])
def test_a_migration_only_adds_unless_it_says_which_version_stopped_using_what_it_takes_away(revision):
    script = SCRIPTS.get_revision(revision)
    tree = ast.parse(Path(script.path).read_text(encoding="utf-8"))
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")

    if contracts := getattr(script.module, "contracts", ""):
        assert script.down_revision, f"{revision} takes away what {contracts} does not use any more"
        return
    assert called_by(upgrade) <= EXPANDS
    for column in columns_of(upgrade):
        given = {word.arg: ast.unparse(word.value) for word in column.keywords}
        assert given.get("nullable") == "True" or "server_default" in given, ast.unparse(column)
