"""The migrations build exactly what the models say, and take it away again, on both engines."""

from sqlalchemy import inspect

from webapp.db import Database


def tables_of(database):
    return set(inspect(database.engine).get_table_names())


def test_the_migrations_build_exactly_the_tables_of_the_models(migrated_database):
    migrated_database.check()

    assert migrated_database.is_current()


def test_the_way_back_leaves_no_table_and_the_way_up_can_be_gone_again(database_url):
    database = Database(database_url)
    database.upgrade()
    before = tables_of(database)

    database.downgrade("base")
    left = tables_of(database)
    database.upgrade()

    assert left == {"alembic_version"}
    assert tables_of(database) == before
    database.check()
    database.engine.dispose()


def test_a_new_database_is_not_current(database_url):
    database = Database(database_url)

    assert not database.is_current()
    database.engine.dispose()
