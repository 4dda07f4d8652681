"""A running desk connects to no host but those its settings name."""

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from webapp.testing.openid_provider import SECRET as CLIENT_SECRET
from webapp.testing.openid_provider import running
from webapp.testing.pytest_plugin import ALL_PLUGINS, SECRET

DESK = """
    import json, sys

    reached = set()

    def watch(event, arguments):
        if event == "socket.connect":
            reached.add(str(arguments[1]))
        elif event == "socket.getaddrinfo":
            reached.add(str(arguments[0]))

    sys.addaudithook(watch)
    given = json.loads(sys.argv[1])

    import requests
    from webapp.app import create_app
    from webapp.config import load_settings
    from webapp.testing.desk import Desk

    app = create_app(load_settings(**given["settings"]), demo=given["demo"])
    client = app.test_client()
    if given["demo"]:
        desk = Desk(client, "fabrikam-admin-agent")
        products = {"Contoso": "azure", "Relecloud": "azure", "海信贸易": "vianet", "Litware": "marketplace"}
        for customer, product in products.items():
            request = desk.filed(customer, product)
            assert desk.get(f"{request}/go").status == 303
        for page in ("/", "/customers", "/requests", "/requests.csv", "/entitlements", "/help", "/readyz"):
            assert desk.get(page).status == 200, page
    else:
        assert client.get("/sign-in/oidc?cloud=global").status_code == 303
    print(json.dumps(sorted(reached)))
"""


@pytest.fixture
def reached():
    """Return a function that runs a desk in a process of its own, and returns every address that it turned to."""

    def run(*, demo, **settings):
        given = {"settings": {"plugins": ALL_PLUGINS, "secret_key": SECRET} | settings, "demo": demo}
        done = subprocess.run(
            [sys.executable, "-c", dedent(DESK), json.dumps(given)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_the_main_job_turns_to_no_other_machine(reached, demo_database, tmp_path):
    database = tmp_path / "demo.sqlite3"
    database.write_bytes(demo_database.read_bytes())

    assert reached(demo=True, database_url=f"sqlite:///{database}") == []


def test_signing_in_turns_to_the_provider_of_the_settings_alone(reached, migrated_sqlite, tmp_path):
    database = tmp_path / "desk.sqlite3"
    database.write_bytes(migrated_sqlite.read_bytes())
    with running() as provider:
        way = {"client_id": "desk", "client_secret": CLIENT_SECRET, "discovery": provider.discovery}
        addresses = reached(demo=False, database_url=f"sqlite:///{database}", sign_in={"global": way})

        port = provider.address.rpartition(":")[2]
    assert provider.asked
    assert {address for address in addresses if port not in address} <= {"127.0.0.1"}
    assert any(port in address for address in addresses)
