"""While servers are upgraded one after the other: the version before works on the new tables, and any server answers.

The new version's tables are made here by hand: those of this version, with something added or taken away.
"""

import json

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import select

from webapp.app import create_app
from webapp.commands import main
from webapp.cookies import PLAIN
from webapp.errors import StartRefused
from webapp.tables.requests import ServiceRequest
from webapp.tables_fit import bring_up, fit_of, refuse_unfit
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import SECRET

ASTRID = "fabrikam-admin-agent"
LATER = "29991231_of_a_later_version"
ADDED = {
    "nothing": lambda _op: None,
    "a table": lambda op: op.create_table("parcel", sa.Column("id", sa.Integer(), primary_key=True)),
    "a column that may be empty": lambda op: op.add_column("customer", sa.Column("colour", sa.String(20))),
    "a column with a default": lambda op: op.add_column(
        "customer", sa.Column("colour", sa.String(20), server_default="blue", nullable=False)
    ),
}


def must_be_filled(op):
    op.add_column("canned_text", sa.Column("colour", sa.String(20), server_default="blue", nullable=False))
    with op.batch_alter_table("canned_text") as batch:
        batch.alter_column("colour", server_default=None)


TAKEN = {
    "a table is gone": lambda op: op.drop_table("canned_text"),
    "a column is gone": lambda op: op.drop_column("service_request", "files"),
    "a column must be filled": must_be_filled,
}


def made_later(database, change):
    """Do to the tables what a later version's migration does."""
    with database.engine.connect() as connection:
        change(Operations(MigrationContext.configure(connection)))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :later"), {"later": LATER})
        connection.commit()


@pytest.mark.parametrize("change", ADDED)
def test_tables_to_which_a_later_version_only_added_are_used(migrated_database, change):
    made_later(migrated_database, ADDED[change])

    assert fit_of(migrated_database) == "later"
    refuse_unfit(migrated_database)


@pytest.mark.parametrize("change", TAKEN)
def test_tables_that_lack_what_this_version_needs_are_refused_with_what_to_do(migrated_database, change):
    made_later(migrated_database, TAKEN[change])

    assert fit_of(migrated_database) == "foreign"
    with pytest.raises(StartRefused, match="later version") as refused:
        refuse_unfit(migrated_database)
    assert "restore the backup" in str(refused.value.remedy)
    with pytest.raises(StartRefused, match="later version"):
        bring_up(migrated_database)


def test_tables_of_this_version_and_of_an_earlier_one_are_told_apart(migrated_database):
    assert fit_of(migrated_database) == "current"

    migrated_database.downgrade("-1")

    assert fit_of(migrated_database) == "earlier"
    assert bring_up(migrated_database) == "current"
    migrated_database.downgrade("base")
    assert fit_of(migrated_database) == "earlier"


@pytest.mark.parametrize("change", ADDED)
def test_a_desk_goes_on_while_the_tables_of_a_later_version_are_beneath_it(
    demo_app_on_each_engine, desk_on_each_engine, change
):
    reader = desk_on_each_engine(ASTRID)
    made_later(demo_app_on_each_engine.extensions["onbehalf"].database, ADDED[change])

    ready = reader.client.get("/readyz")
    assert (ready.status_code, ready.json["parts"]["migrations"]) == (200, "ready")
    request = reader.filed("Contoso", "azure")
    for address in ("/", "/customers", "/requests", "/texts", request):
        assert reader.get(address).status == 200, address


def test_a_desk_whose_tables_were_taken_away_is_not_ready(demo_app_on_each_engine):
    made_later(demo_app_on_each_engine.extensions["onbehalf"].database, TAKEN["a column is gone"])

    ready = demo_app_on_each_engine.test_client().get("/readyz")

    assert (ready.status_code, ready.json["parts"]["migrations"]) == (503, "not ready")


def test_the_commands_say_of_which_version_the_tables_are(migrated_database, monkeypatch, capsys):
    url = migrated_database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", url)
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET)

    def says(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    def doctor():
        rows = json.loads(says("doctor", "--json", "--offline")[1])["findings"]
        return [(row["level"], bool(row["remedy"])) for row in rows if row["topic"] == "migrations"]

    made_later(migrated_database, ADDED["a table"])
    assert says("db", "upgrade") == (0, "The database is of a later version, and this one can use it.\n")
    assert says("serve", "--host", "192.0.2.1")[1].startswith("http://192.0.2.1:8000 cannot be used")
    assert doctor() == [("note", False)]

    made_later(migrated_database, TAKEN["a table is gone"])
    for command in (("db", "upgrade"), ("serve",)):
        code, said = says(*command)
        assert code == 1
        assert "cannot work on its tables" in said
    assert doctor() == [("error", True)]


@pytest.fixture
def servers(demo_app_on_each_engine, compiled_templates):
    """Return two servers with one secret and one database."""
    one = demo_app_on_each_engine
    other = create_app(one.extensions["onbehalf"].settings, demo=True)
    other.jinja_env.bytecode_cache = compiled_templates
    yield one, other
    other.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture
def moved(servers):
    """Return a function that lets a reader of the first server ask the second, with the cookie that the browser has."""

    def move(reader):
        client = servers[1].test_client()
        client.set_cookie(PLAIN, reader.client.get_cookie(PLAIN).value)
        return Desk(client)

    return move


def test_a_form_of_one_server_is_sent_to_the_other_with_session_token_and_key(servers, moved):
    reader = Desk(servers[0].test_client(), ASTRID)
    form = reader.new("Contoso", "azure")
    elsewhere = moved(reader)

    filed = elsewhere.send(form, action="file", title="Half here, half there")
    again = reader.send(form, action="file", title="Half here, half there")

    assert filed.status == again.status == 303
    assert filed.location == again.location, "the same form is filed once, whoever takes it"
    assert "Half here, half there" in reader.get(filed.location).words


@pytest.mark.parametrize("product", ["azure", "dynamics365"])
def test_a_recorded_promise_holds_no_field_that_a_server_of_the_version_before_would_refuse(servers, product):
    reader = Desk(servers[0].test_client(), ASTRID)
    ref = reader.filed("Contoso", product).rpartition("/")[2]

    with servers[0].extensions["onbehalf"].database.reading() as session:
        request = session.exec(select(ServiceRequest).where(ServiceRequest.ref == ref)).one()

    assert set(request.promise["table"]) == {"targets", "languages", "staffed", "plans", "name", "source"}


def test_what_was_typed_at_one_server_is_there_at_the_other(servers, moved):
    reader = Desk(servers[0].test_client(), ASTRID)
    form = reader.new("Contoso", "azure")
    address = form.action.removesuffix("/requests") + "/draft?product=azure"

    saved = reader.client.put(address, data=form.filled(title="Half a sentence"), headers={"HX-Request": "true"})

    assert saved.status_code == 200
    assert moved(reader).new("Contoso", "azure").values()["title"] == "Half a sentence"


def test_signing_out_at_one_server_ends_the_session_at_the_other(servers, moved):
    reader = Desk(servers[0].test_client(), ASTRID)
    elsewhere = moved(reader)
    assert elsewhere.get("/customers").status == 200

    reader.send(reader.get("/").form("/sign-out"))

    assert elsewhere.get("/customers").status == 303
