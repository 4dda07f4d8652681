"""A plugin's settings are typed, its secrets come from a variable or a file of their own, and nothing repeats them."""

import json
import logging
import traceback

import pytest

from webapp.commands import main
from webapp.config import load_settings
from webapp.errors import StartRefused
from webapp.plugins import report
from webapp.plugins.loading import load
from webapp.testing.desk import Desk

SECRET = "hunter2-and-more"
SCHEMA = """
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from webapp import hookimpl

class Settings(BaseModel):
    model_config = ConfigDict(frozen=True)
    token: SecretStr | None = None
    plan: str = "basic"
    regions: tuple[str, ...] = ()
    retries: int = 3
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    def write(content):
        (tmp_path / "onbehalf.toml").write_text(content, encoding="utf-8")
        monkeypatch.setenv("ONBEHALF_CONFIG", str(tmp_path / "onbehalf.toml"))

    return write


@pytest.fixture
def secret_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(SECRET + "\n", encoding="utf-8")
    return file


@pytest.fixture
def widget(install_plugin):
    """Install a plugin with settings; return a function that starts it."""
    install_plugin("widget", SCHEMA)
    return lambda: load(load_settings(plugins=("widget",)))


def refusal(start):
    with pytest.raises(StartRefused) as refused:
        start()
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    return refused.value


def test_a_secret_comes_from_its_variable(widget, monkeypatch):
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)

    assert widget().settings["widget"].token.get_secret_value() == SECRET


def test_a_secret_comes_from_the_file_that_its_variable_names(widget, monkeypatch, secret_file):
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN_FILE", str(secret_file))

    assert widget().settings["widget"].token.get_secret_value() == SECRET


def test_every_setting_may_lie_in_the_folder_of_secrets_and_a_variable_wins(widget, monkeypatch, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name, content in (("token", SECRET), ("plan", "gold"), ("retries", "5")):
        (folder / f"onbehalf_widget_{name}").write_text(content + "\n", encoding="utf-8")
    (folder / "onbehalf_another_setting").write_text("of a plugin that is not enabled", encoding="utf-8")
    monkeypatch.setenv("ONBEHALF_SECRETS", str(folder))
    monkeypatch.setenv("ONBEHALF_WIDGET_PLAN", "silver")

    own = widget().settings["widget"]

    assert (own.token.get_secret_value(), own.plan, own.retries) == (SECRET, "silver", 5)


def test_an_unknown_name_in_the_folder_of_secrets_is_refused(widget, monkeypatch, tmp_path):
    (tmp_path / "onbehalf_widget_tokne").write_text(SECRET, encoding="utf-8")
    monkeypatch.setenv("ONBEHALF_SECRETS", str(tmp_path))

    assert "tokne" in str(refusal(widget))


def test_the_toml_file_may_name_the_file_of_a_secret(widget, write, secret_file):
    write(f'[plugins.widget]\ntoken_file = "{secret_file}"\nplan = "gold"\n')

    settings = widget().settings["widget"]

    assert (settings.token.get_secret_value(), settings.plan) == (SECRET, "gold")


def test_a_secret_in_the_toml_file_is_refused_with_where_to_put_it(widget, write):
    write(f'[plugins.widget]\ntoken = "{SECRET}"\n')

    refused = refusal(widget)

    assert "token of widget" in str(refused.message)
    assert "ONBEHALF_WIDGET_TOKEN_FILE" in str(refused.remedy)


def test_a_secret_given_twice_is_refused(widget, monkeypatch, secret_file):
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN_FILE", str(secret_file))

    assert "both set" in str(refusal(widget).message)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"], ids=["gone", "empty", "a line break", "no text"])
def test_a_file_that_holds_no_secret_is_refused_by_its_variable(widget, monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "odd").write_bytes(content)
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN_FILE", str(tmp_path / "odd"))

    assert "ONBEHALF_WIDGET_TOKEN_FILE" in str(refusal(widget).message)


def test_only_a_secret_has_a_file(widget, monkeypatch, secret_file):
    monkeypatch.setenv("ONBEHALF_WIDGET_PLAN_FILE", str(secret_file))

    assert "plan_file" in str(refusal(widget).message)


def test_a_list_is_written_as_json(widget, monkeypatch):
    monkeypatch.setenv("ONBEHALF_WIDGET_REGIONS", '["eu", "asia"]')
    assert widget().settings["widget"].regions == ("eu", "asia")

    monkeypatch.setenv("ONBEHALF_WIDGET_REGIONS", "[eu")
    assert "ONBEHALF_WIDGET_REGIONS" in str(refusal(widget).message)


@pytest.mark.parametrize(
    "validator",
    [
        "@field_validator('token')\n    @classmethod\n    def check(cls, it): raise ValueError(it.get_secret_value())",
        "@model_validator(mode='before')\n    @classmethod\n    def check(cls, values): raise ValueError(str(values))",
        "@model_validator(mode='after')\n    def check(self): raise ValueError(self.token.get_secret_value())",
    ],
)
def test_a_validator_that_repeats_a_secret_does_not_bring_it_into_the_refusal(install_plugin, monkeypatch, validator):
    install_plugin("widget", f"{SCHEMA}\n    {validator}\n")
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)

    assert "ONBEHALF_WIDGET_" in str(refusal(lambda: load(load_settings(plugins=("widget",)))))


def test_a_class_of_settings_that_raises_with_a_secret_leaves_its_plugin_out_without_repeating_it(
    install_plugin, monkeypatch, caplog
):
    check = "@model_validator(mode='after')\n    def check(self): raise RuntimeError(self.token.get_secret_value())"
    install_plugin("widget", f"{SCHEMA}\n    {check}\n")
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)

    why = load(load_settings(plugins=("widget",))).left_out["widget"]

    assert "RuntimeError" in str(why.reason)
    assert SECRET not in str(why.reason) + caplog.text


def test_a_plugin_whose_name_begins_with_anothers_keeps_its_variables_to_itself(install_plugin, monkeypatch):
    install_plugin("acme", SCHEMA)
    install_plugin("acme-phones", SCHEMA)
    install_plugin("acme-bare", "")
    monkeypatch.setenv("ONBEHALF_ACME_PLAN", "gold")
    monkeypatch.setenv("ONBEHALF_ACME_PHONES_PLAN", "silver")

    plugins = load(load_settings(plugins=("acme", "acme-bare", "acme-phones")))

    assert {name: plugins.settings[name].plan for name in ("acme", "acme-phones")} == {
        "acme": "gold",
        "acme-phones": "silver",
    }
    assert plugins.settings["acme-bare"] is None
    monkeypatch.setenv("ONBEHALF_ACME_BARE_PLAN", "gold")
    with pytest.raises(StartRefused, match="acme-bare has no setting plan"):
        load(load_settings(plugins=("acme", "acme-bare", "acme-phones")))
    with pytest.raises(StartRefused, match="acme has no setting bare_plan"):
        load(load_settings(plugins=("acme", "acme-phones")))


def test_nothing_that_is_printed_logged_or_shown_repeats_a_secret(widget, monkeypatch, capsys, caplog, make_app):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)
    monkeypatch.setenv("ONBEHALF_WIDGET_RETRIES", "5")
    monkeypatch.setenv("ONBEHALF_PLUGINS", "widget")
    plugins = widget()

    with pytest.raises(SystemExit):
        main(["plugins", "--json"])
    printed = capsys.readouterr().out
    told = next(plugin for plugin in json.loads(printed)["plugins"] if plugin["name"] == "widget")

    assert told["settings"] == ["retries", "token"]
    assert told["known_settings"] == ["token", "plan", "regions", "retries"]
    shown = [repr(plugins), repr(plugins.settings["widget"]), plugins.settings["widget"].model_dump_json()]
    shown += [repr(report.of(plugins)), printed, caplog.text]
    assert not [text for text in shown if SECRET in text]


def test_the_operators_page_shows_which_settings_are_set_and_none_of_their_values(
    install_plugin, monkeypatch, make_app, demo_database, tmp_path
):
    install_plugin("widget", SCHEMA)
    monkeypatch.setenv("ONBEHALF_WIDGET_TOKEN", SECRET)
    monkeypatch.setenv("ONBEHALF_WIDGET_PLAN", "a-plan-of-our-own")
    (tmp_path / "copy.sqlite3").write_bytes(demo_database.read_bytes())
    app = make_app(database_url=f"sqlite:///{tmp_path / 'copy.sqlite3'}", plugins=("widget",))

    page = Desk(app.test_client(), "fabrikam-global-admin").get("/admin/plugins")

    for words in ("token set · secret", "plan set", "retries default"):
        assert words in page.words
    assert SECRET not in page.text
    assert "a-plan-of-our-own" not in page.text


def test_a_plugin_that_is_named_like_a_setting_of_the_desk_is_given_none_of_its_secrets(install_plugin, monkeypatch):
    install_plugin("secret", SCHEMA.replace('plan: str = "basic"', 'key: str = "mine"'))
    install_plugin("page", SCHEMA)
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", SECRET * 3)
    monkeypatch.setenv("ONBEHALF_PAGE_SIZE", "50")

    own = load(load_settings(plugins=("secret", "page"))).settings

    assert own["secret"].key == "mine"
    assert own["page"].plan == "basic"
