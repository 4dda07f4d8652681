"""What ``onbehalf new-plugin`` writes is a whole distribution that passes as it stands: the example, renamed."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from hatchling.builders.wheel import WheelBuilder
from sqlmodel import select
from werkzeug.serving import make_server

import webapp
from webapp import new_plugin
from webapp.commands import main
from webapp.errors import StartRefused
from webapp.plugins.manifest import Manifest
from webapp.tables.partners import Partner, SupportContract
from webapp.tables.requests import ServiceRequest
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import ALL_PLUGINS

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "acme-telephony"
FILER = "fabrikam-admin-agent"
LONGEST = "abcdefghij-klmnopqrst-uvwxyz0123-456789a"


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Return the folder of a plugin that was written anew."""
    folder = tmp_path_factory.mktemp("written") / "contoso-voice"
    new_plugin.write("contoso-voice", folder)
    return folder


@pytest.fixture(scope="session")
def site(written, tmp_path_factory):
    """Return a folder as an installer leaves it: the wheel of that plugin, unpacked."""
    folder = tmp_path_factory.mktemp("site")
    (wheel,) = WheelBuilder(str(written)).build(directory=str(folder / "wheels"))
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture
def installed_plugin(site, monkeypatch):
    monkeypatch.syspath_prepend(site)
    yield "contoso-voice"
    for module in [name for name in sys.modules if name.partition(".")[0] == "onbehalf_contoso_voice"]:
        del sys.modules[module]


@pytest.fixture
def app_with_it(installed_plugin, make_app, demo_database, tmp_path):
    """Return the application with the example data, our plugins and the new one."""
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    return make_app(database_url=f"sqlite:///{copy}", plugins=(*ALL_PLUGINS, installed_plugin))


def sign_a_contract(app):
    with app.extensions["onbehalf"].database.writing() as session:
        fabrikam = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one()
        session.add(SupportContract(partner_id=fabrikam.id, plan="contoso_voice_gold", contract_id="4711"))
        session.commit()


@contextmanager
def serving(app):
    """Serve the application on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(*command, cwd, **variables):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONBEHALF_")}
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, env=environ | variables, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_nothing_of_the_examples_name_is_left(written):
    files = [path for path in written.rglob("*") if path.is_file()]

    left = [path for path in files if re.search(r"(?i)acme", f"{path.relative_to(written)} {path.read_text('utf-8')}")]

    assert left == []
    assert {"pyproject.toml", "README.md", "onbehalf-plugin.toml", "messages.po", "test_conformance.py"} <= {
        path.name for path in files
    }


def test_it_is_matched_to_the_installed_version(written):
    project = (written / "pyproject.toml").read_text("utf-8")
    manifest = (written / "onbehalf_contoso_voice" / "onbehalf-plugin.toml").read_text("utf-8")

    lowest, below = re.search(r'dependencies = \["onbehalf>=([\d.]+),<(\d+)"\]', project).groups()
    numbers = tuple(int(part) for part in re.findall(r"\d+", webapp.__version__)[:3])
    assert tuple(map(int, lowest.split("."))) <= numbers < (int(below),)
    assert Manifest(id="x", api=re.search(r'api = "(.*)"', manifest)[1]).fits()


@pytest.mark.parametrize("name", ["a", "contoso-voice", LONGEST])
def test_it_passes_lint_and_format_whatever_its_name(tmp_path, name):
    new_plugin.write(name, tmp_path / "new")

    run("ruff", "check", "--no-cache", ".", cwd=tmp_path / "new")
    run("ruff", "format", "--no-cache", "--check", ".", cwd=tmp_path / "new")


def test_it_passes_strict_types(written, tmp_path):
    run("mypy", "--follow-imports=silent", f"--cache-dir={tmp_path}", cwd=written, MYPYPATH=str(ROOT))


def test_its_own_tests_and_the_conformance_kit_pass_once_it_is_installed(written, site):
    path = os.pathsep.join([str(site), *filter(None, sys.path)])

    told = run("pytest", "-p", "no:cacheprovider", cwd=written, PYTHONPATH=path)

    assert "failed" not in told
    assert "skipped" not in told


def test_a_request_is_filed_with_it(app_with_it):
    app = app_with_it
    filer = Desk(app.test_client(), FILER)
    assert filer.file("Contoso", "contoso_voice").status == 403
    sign_a_contract(app)

    address = filer.filed("Contoso", "contoso_voice", title="Calls break off", severity="A")

    with app.extensions["onbehalf"].database.reading() as session:
        request = session.exec(select(ServiceRequest).where(ServiceRequest.title == "Calls break off")).one()
    assert (request.plugin, request.product_name["sv"]) == ("contoso-voice", "Contoso Voice")
    assert request.doors[0]["url"] == "https://support.contoso-voice.example/cases/new?contract=4711"
    assert request.doors[0]["label"]["en"] == "Contoso Voice"
    assert "Logga in med ditt partnerkonto." in [step["sv"] for step in request.steps]
    assert request.promise["table"]["targets"]["A"]["minutes"] == 30
    assert filer.get(address).status == 200
    assert filer.get(f"{address}/go").location == request.doors[0]["url"]


def test_a_request_is_filed_with_it_in_a_browser(app_with_it, browser_page, enter):
    sign_a_contract(app_with_it)
    page = browser_page
    with serving(app_with_it) as address:
        enter(page, address, FILER)
        contoso = Desk(app_with_it.test_client(), FILER).customer("Contoso")
        page.goto(address + contoso)
        page.locator("a[href$='product=contoso_voice']").click()
        page.get_by_label("Calls: they fail, break off or sound bad").check()
        page.wait_for_load_state("networkidle")
        page.fill("#title", "Calls break off")
        page.fill("#description", "After ten seconds, since this morning.")
        page.locator("input[name=severity][value=B]").check()
        page.click("#send")
        page.wait_for_url(re.compile(r"/requests/OB-[0-9A-HJKMNP-TV-Z]{8}$"))

        assert "support.contoso-voice.example" in page.locator(".handover").inner_text()
        page.fill("#ticket_number", "T-2026-204816")
        page.get_by_role("button", name="Record it").click()
        page.locator(".ticket-number").wait_for()
        assert page.locator("[data-state=filed]").first.is_visible()


def test_with_the_plugin_gone_its_request_is_read_listed_and_exported_and_with_it_back_filing_goes_on(
    app_with_it, make_app, site, monkeypatch
):
    sign_a_contract(app_with_it)
    address = Desk(app_with_it.test_client(), FILER).filed("Contoso", "contoso_voice", title="Calls break off")
    url = app_with_it.extensions["onbehalf"].settings.database_url

    with monkeypatch.context() as uninstalled:
        uninstalled.setattr(sys, "path", [place for place in sys.path if place != str(site)])
        without = make_app(database_url=url)
    assert "contoso-voice" not in without.extensions["onbehalf"].plugins.found
    reader = Desk(without.test_client(), FILER)
    for page in (address, f"{address}/pack"):
        assert "Sign in with your partner account." in reader.get(page).words
        assert "Logga in med ditt partnerkonto." in reader.get(page, Accept_Language="sv").words
    for page in ("/requests?product=contoso_voice", "/requests?q=Calls+break+off", reader.customer("Contoso")):
        assert address in reader.get(page).links
    exported = reader.get("/requests.csv?product=contoso_voice").response.get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(exported))
    assert {"Calls break off", "Contoso Voice"} <= set(row.values())
    assert reader.get(f"{address}/go").location == "https://support.contoso-voice.example/cases/new?contract=4711"
    assert reader.send(reader.get(address).form("/ticket"), ticket_number="T-2026-204816").status == 303
    assert reader.get(f"{reader.customer('Contoso')}/requests/new?product=contoso_voice").status == 404

    back = Desk(make_app(database_url=url, plugins=(*ALL_PLUGINS, "contoso-voice")).test_client(), FILER)
    assert "T-2026-204816" in back.get(address).words
    assert back.filed("Contoso", "contoso_voice", title="Again")


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_its_chapter_of_help_is_for_every_reader(app_with_it, chromium, enter, locale, scheme):
    context = chromium.new_context(locale=locale, color_scheme=scheme, viewport={"width": 320, "height": 800})
    page = context.new_page()
    with serving(app_with_it) as address:
        enter(page, address, FILER)
        for path in ("/help/contoso-voice", "/help", Desk(app_with_it.test_client(), FILER).customer("Contoso")):
            page.goto(address + path)
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate(
                "axe.run('main', {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag22aa']}})"
            )
            assert [(problem["id"], problem["nodes"][0]["html"]) for problem in found["violations"]] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            assert page.evaluate("[...document.querySelectorAll('.plugin-icon')].every(one => one.naturalWidth > 0)")
    context.close()


def test_a_cloud_in_which_another_vendors_product_is_not_registered_refuses_it(app_with_it):
    filer = Desk(app_with_it.test_client(), FILER)

    page = filer.get(f"{filer.customer('Litware Federal')}/entitlement?product=contoso_voice")

    assert "Contoso Voice is not sold in Microsoft Cloud for US Government." in page.words


@pytest.mark.parametrize("name", ["", "Acme", "acme_telephony", "-acme", "acme-", "../acme", "a" * 41, "7up", "åkme"])
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(StartRefused):
        new_plugin.write(name, tmp_path / "new")

    assert not (tmp_path / "new").exists()


def test_a_name_with_which_settings_of_the_desk_begin_is_refused(tmp_path):
    with pytest.raises(StartRefused, match="secret"):
        new_plugin.write("secret", tmp_path / "new")


def test_a_folder_that_cannot_be_written_is_refused():
    with pytest.raises(StartRefused, match="/proc/nope"):
        new_plugin.write("contoso-voice", Path("/proc/nope"))


def test_a_name_that_is_taken_is_refused(tmp_path):
    with pytest.raises(StartRefused, match="azure"):
        new_plugin.write("azure", tmp_path / "new")


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(StartRefused, match="--to"):
        new_plugin.write("contoso-voice", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_says_where_it_wrote_and_what_is_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as ended:
        main(["new-plugin", "contoso-voice"])

    assert ended.value.code == 0
    assert (tmp_path / "onbehalf-contoso-voice" / "pyproject.toml").is_file()
    assert "onbehalf check-plugin contoso-voice" in capsys.readouterr().out


def test_the_wheel_holds_the_example_and_the_marker_of_types():
    forced = WheelBuilder(str(ROOT)).config.build_config["targets"]["wheel"]["force-include"]

    assert forced["examples/acme-telephony"] == "webapp/_example"
    assert (ROOT / "webapp" / "py.typed").is_file()
    assert EXAMPLE.is_dir()
