"""The migrations build exactly what the models say, and take it away again, on both engines."""

import os
import subprocess
import sys
import threading

from sqlalchemy import inspect, text

from webapp.db import Database

TOGETHER = "import sys, webapp.commands; print('ready', flush=True); sys.stdin.readline()"


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


def test_of_two_upgrades_at_the_same_moment_one_waits_for_the_other_and_both_succeed(database_url):
    environment = os.environ | {"ONBEHALF_DATABASE_URL": database_url}
    command = [sys.executable, "-c", f"{TOGETHER}; from webapp.commands import main; main(['db', 'upgrade'])"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    upgrades = [subprocess.Popen(command, env=environment, text=True, **pipes) for _each in range(2)]
    for upgrade in upgrades:
        assert upgrade.stdout.readline() == "ready\n"
    for upgrade in upgrades:
        upgrade.stdin.write("go\n")
        upgrade.stdin.flush()

    said = [upgrade.communicate() for upgrade in upgrades]

    assert [upgrade.returncode for upgrade in upgrades] == [0, 0], said
    database = Database(database_url)
    assert database.is_current()
    database.check()
    database.engine.dispose()


def test_an_upgrade_waits_for_as_long_as_another_one_takes(database_url, monkeypatch):
    monkeypatch.setattr("webapp.db.BUSY_TIMEOUT_SECONDS", 1)
    first, second = Database(database_url), Database(database_url)
    with first._migrating() as connection:
        connection.execute(text("CREATE TABLE begun (id INTEGER)"))
        other = threading.Thread(target=second.upgrade)
        other.start()
        other.join(1.5)
        assert other.is_alive()
    other.join()

    assert second.is_current()
    for database in (first, second):
        database.engine.dispose()


def test_a_new_database_is_not_current(database_url):
    database = Database(database_url)

    assert not database.is_current()
    database.engine.dispose()
