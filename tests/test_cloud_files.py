"""A cloud that a deployer describes in a file is a cloud like the others."""

import re
import shutil
from pathlib import Path

import flask_babel
import pytest
from sqlalchemy import update
from sqlmodel import select

from webapp.config import load_settings
from webapp.errors import StartRefused
from webapp.plugins.loading import load
from webapp.tables.customers import Customer
from webapp.tables.partners import Enrolment, Partner
from webapp.testing.desk import Desk

MANUAL = (Path(__file__).parents[1] / "docs" / "clouds.md").read_text(encoding="utf-8")
OF_THE_MANUAL = next(block for block in re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL) if block.startswith("key"))
CLOUD, TENANT = "example_sovereign", "77777777-7777-4777-8777-777777777777"


@pytest.fixture
def cloud_file(tmp_path):
    """Return a function that writes a cloud's file: the one of the manual, with some lines changed."""

    def write(name="cloud.toml", **changes):
        text = OF_THE_MANUAL
        for old, new in changes.values():
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def refusal(**settings):
    with pytest.raises(StartRefused) as refused:
        load(load_settings(**settings))
    return f"{refused.value.message} {refused.value.remedy}"


def test_the_cloud_of_the_manual_can_be_enabled_and_sells_what_it_names(cloud_file):
    loaded = load(load_settings(plugins=("azure", "office365"), cloud_files=(cloud_file(),)))

    assert [product.key for product in loaded.products_in("example_sovereign")] == ["azure"]
    assert loaded.clouds["example_sovereign"].portals["azure"].enter_confirmed is False


def test_its_texts_read_in_the_readers_language(cloud_file, make_app):
    app = make_app(cloud_files=(cloud_file(),))
    name = app.extensions["onbehalf"].plugins.clouds["example_sovereign"].name

    with app.app_context():
        words = {}
        for language in ("de", "sv"):
            with flask_babel.force_locale(language):
                words[language] = str(name)
    assert words == {"de": "Souveräne Beispiel-Cloud", "sv": "Example sovereign cloud"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("key = ", "keyy = "), "key"),
        (('url = "https://portal.cloud.example"', 'url = "http://portal.cloud.example"'), "portals.azure.url"),
        (('enter = "/{domain}"', 'enter = "/{password}"'), "portals.azure"),
        (("A = { minutes = 120 }", "A = { minutes = 0 }"), "responses.targets.A.minutes"),
        (('key = "example_sovereign"', 'key = "example_sovereign'), "line 1"),
    ],
)
def test_a_file_that_does_not_fit_stops_the_start_and_names_the_place(cloud_file, change, named):
    file = cloud_file(one=change)

    said = refusal(cloud_files=(file,))
    assert file in said
    assert named in said


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    assert "nowhere.toml" in refusal(cloud_files=(str(tmp_path / "nowhere.toml"),))


def test_a_key_is_one_clouds_alone(cloud_file):
    file = cloud_file(one=('key = "example_sovereign"', 'key = "global"'))
    assert "global" in refusal(cloud_files=(file,))
    assert "example_sovereign" in refusal(cloud_files=(cloud_file("a.toml"), cloud_file("b.toml")))


def test_the_main_job_is_done_in_a_cloud_of_a_file(cloud_file, demo_database, make_app, tmp_path):
    database = shutil.copy(demo_database, tmp_path / "copied.sqlite3")
    app = make_app(database_url=f"sqlite:///{database}", cloud_files=(cloud_file(),))
    with app.extensions["onbehalf"].database.writing() as session:
        partner = session.exec(select(Partner).where(Partner.name == "Fabrikam")).one()
        session.add(Enrolment(partner_id=partner.id, cloud=CLOUD, tenant_id=TENANT, domain="fabrikam.example"))
        session.execute(update(Customer).where(Customer.name == "Contoso").values(cloud=CLOUD))
        session.commit()

    desk = Desk(app.test_client(), "fabrikam-admin-agent")
    request = desk.filed("Contoso", "azure")

    assert desk.get(f"{request}/go").location == "https://portal.cloud.example/contoso.com"
    page = desk.get(request).words
    assert "Example sovereign cloud" in page
    assert "No source confirms this address" in page
