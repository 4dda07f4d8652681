"""A setting that does not fit stops the start, names its variable, and keeps its value to itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.config import Settings, demo_port, load_settings, plugins_are_named
from webapp.errors import StartRefused


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes the file that ``ONBEHALF_CONFIG`` names."""

    def write(content):
        file = tmp_path / "onbehalf.toml"
        file.write_text(content, encoding="utf-8")
        monkeypatch.setenv("ONBEHALF_CONFIG", str(file))
        return file

    return write


def refusal(**given_settings):
    with pytest.raises(StartRefused) as refused:
        load_settings(**given_settings)
    assert str(refused.value.remedy)
    return str(refused.value.message)


def test_without_any_setting_the_documents_count_and_no_plugin_is_loaded():
    loaded = load_settings()

    assert (loaded.rules, loaded.plugins, loaded.secret_key) == ("documents", (), "")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RULES", "yesterday"),
        ("PAGE_SIZE", "0"),
        ("PAGE_SIZE", "201"),
        ("PAGE_SIZE", "many"),
        ("STAFFED_DAYS", "0,7"),
        ("STAFFED_DAYS", "-1"),
        ("STAFFED_DAYS", "monday"),
        ("STAFFED_DAYS", ""),
        ("STAFFED_FROM", "-1"),
        ("STAFFED_FROM", "1440"),
        ("STAFFED_FROM", "9:00"),
        ("STAFFED_UNTIL", "0"),
        ("STAFFED_UNTIL", "1441"),
        ("STAFFED_TIME_ZONE", "Europe/Stokholm"),
        ("STAFFED_TIME_ZONE", "../../etc/passwd"),
        ("STAFFED_TIME_ZONE", "europe/stockholm"),
        ("STAFFED_TIME_ZONE", " "),
        ("HOLIDAYS", "2027-02-15"),
        ("HOLIDAYS", '["2027-02-15"]'),
        ("HOLIDAYS", '{"CN": "2027-02-15"}'),
        ("HOLIDAYS", '{"CN": ["15.02.2027"]}'),
        ("HOLIDAYS", '{"CN": ["20270215"]}'),
        ("HOLIDAYS", '{"CN": ["2027-W07-1"]}'),
        ("HOLIDAYS", '{"CN": ["2027-02-30"]}'),
        ("HOLIDAYS", '{"CN": ["-2027-02-15"]}'),
        ("HOLIDAYS", '{"CN": ["++2027-02-15"]}'),
        ("HOLIDAYS", '{"CN": ["2027-02-15\\n"]}'),
        ("HOLIDAYS", '{"CN": ["２０２７-02-15"]}'),
        ("HOLIDAYS", '{"CN": [""]}'),
        ("HOLIDAYS", '{"cn": ["2027-02-15"]}'),
        ("HOLIDAYS", '{"China": ["2027-02-15"]}'),
        ("CLOUD_OVERRIDES", "{"),
        ("CLOUD_OVERRIDES", '{"global": "https://portal.azure.com"}'),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_variable(monkeypatch, variable, value):
    monkeypatch.setenv(f"ONBEHALF_{variable}", value)

    assert f"ONBEHALF_{variable}" in refusal()


def test_every_bad_value_is_named_at_once(monkeypatch):
    monkeypatch.setenv("ONBEHALF_RULES", "yesterday")
    monkeypatch.setenv("ONBEHALF_PAGE_SIZE", "many")

    message = refusal()

    assert "ONBEHALF_RULES" in message
    assert "ONBEHALF_PAGE_SIZE" in message


@pytest.mark.parametrize("variable", ["RULES", "PAGE_SIZE", "STAFFED_DAYS", "STAFFED_TIME_ZONE", "HOLIDAYS"])
def test_a_value_is_not_repeated_since_a_secret_may_have_slipped_into_the_wrong_variable(monkeypatch, variable):
    monkeypatch.setenv(f"ONBEHALF_{variable}", "hunter2-is-my-secret")

    assert "hunter2" not in refusal()


def test_a_secret_of_the_wrong_type_in_the_file_is_not_repeated(write):
    write("secret_key = [\"hunter2\"]\ndatabase_url = {password = 'hunter2'}\n")

    message = refusal()

    assert "ONBEHALF_SECRET_KEY" in message
    assert "ONBEHALF_DATABASE_URL" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("opens_and_closes", [("1020", "1020"), ("1021", "1020"), ("1020", None), (None, "540")])
def test_a_desk_that_closes_before_it_opens_stops_the_start(monkeypatch, opens_and_closes):
    for variable, value in zip(("STAFFED_FROM", "STAFFED_UNTIL"), opens_and_closes, strict=True):
        if value is not None:
            monkeypatch.setenv(f"ONBEHALF_{variable}", value)

    assert "ONBEHALF_STAFFED_UNTIL" in refusal()


def test_hours_zone_and_holidays_that_fit_are_taken(monkeypatch):
    monkeypatch.setenv("ONBEHALF_STAFFED_DAYS", "0, 5")
    monkeypatch.setenv("ONBEHALF_STAFFED_FROM", "480")
    monkeypatch.setenv("ONBEHALF_STAFFED_UNTIL", "1440")
    monkeypatch.setenv("ONBEHALF_STAFFED_TIME_ZONE", "Asia/Shanghai")
    monkeypatch.setenv("ONBEHALF_HOLIDAYS", '{"CN": ["2027-02-15", "+2027-02-20"], "SE": []}')

    loaded = load_settings()

    hours = loaded.staffed_hours
    assert (hours.days, hours.opens, hours.closes, hours.time_zone) == ((0, 5), 480, 1440, "Asia/Shanghai")
    assert not hours.confirmed
    assert loaded.holidays == {"CN": ["2027-02-15", "+2027-02-20"], "SE": []}


@pytest.mark.parametrize("variable", ["ONBEHALF_SECRET", "ONBEHALF_PLUGIN", "ONBEHALF_", "ONBEHALF_AZURE_DAYS"])
def test_a_variable_that_no_setting_has_stops_the_start(monkeypatch, variable):
    monkeypatch.setenv(variable, "hunter2")

    message = refusal()

    assert variable in message
    assert "hunter2" not in message


def test_a_variable_of_an_enabled_plugin_is_left_to_the_plugin(monkeypatch):
    monkeypatch.setenv("ONBEHALF_OFFICE365_WARN_DAYS", "45")

    assert load_settings(plugins=("office365",)).plugins == ("office365",)
    assert "ONBEHALF_OFFICE365_WARN_DAYS" in refusal(plugins=("azure",))


def test_names_are_separated_by_commas_and_spaces_do_not_count(monkeypatch):
    monkeypatch.setenv("ONBEHALF_PLUGINS", " azure , office365,, ")

    assert load_settings().plugins == ("azure", "office365")


def test_a_file_sets_what_no_variable_sets_and_a_variable_wins(write, monkeypatch):
    write('rules = "today"\npage_size = 50\nplugins = ["azure"]\n[holidays]\nCN = ["2027-02-15"]\n')
    monkeypatch.setenv("ONBEHALF_PAGE_SIZE", "10")

    loaded = load_settings()

    assert (loaded.rules, loaded.page_size, loaded.plugins) == ("today", 10, ("azure",))
    assert loaded.holidays == {"CN": ["2027-02-15"]}


def test_tables_of_plugins_in_the_file_are_no_list_of_plugins(write, monkeypatch):
    write("[plugins.office365]\nwarn_days = 45\n")
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure")

    assert load_settings().plugins == ("azure",)


def test_a_key_in_the_file_that_no_setting_has_stops_the_start(write):
    write("rulse = 'today'\n")

    assert "ONBEHALF_RULSE" in refusal()


def test_a_bad_value_in_the_file_is_named_like_its_variable(write):
    write("[holidays]\nCN = ['tomorrow']\n")

    assert "ONBEHALF_HOLIDAYS" in refusal()


@pytest.mark.parametrize("content", ["rules = ", "rules = today", "[rules", "rules = 'a'\nrules = 'b'"])
def test_a_file_that_is_no_toml_stops_the_start_and_is_named(write, content):
    file = write(content)

    assert str(file) in refusal()


def test_a_file_in_another_encoding_stops_the_start_and_is_named(write):
    file = write("")
    file.write_bytes('secret_key = "ö"'.encode("latin-1"))

    assert str(file) in refusal()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_is_not_there_stops_the_start_and_is_named(tmp_path, monkeypatch, name):
    monkeypatch.setenv("ONBEHALF_CONFIG", str(tmp_path / name))

    assert str(tmp_path / name) in refusal()


def test_what_is_passed_in_wins_over_variable_and_file(write, monkeypatch):
    write("page_size = 50\n")
    monkeypatch.setenv("ONBEHALF_PAGE_SIZE", "10")

    assert load_settings(page_size=7).page_size == 7


def test_plugins_are_named_in_the_environment_or_in_the_file_and_by_a_table_they_are_not(write, monkeypatch):
    assert not plugins_are_named()
    write("[plugins.office365]\nwarn_days = 45\n")
    assert not plugins_are_named()
    write("plugins = []\n")
    assert plugins_are_named()
    write("")
    monkeypatch.setenv("ONBEHALF_PLUGINS", "")
    assert plugins_are_named()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.0", "٣", " 80"])
def test_a_port_that_is_none_stops_the_demo(port):
    with pytest.raises(StartRefused, match="PORT"):
        demo_port({"PORT": port})


def test_the_demo_listens_at_port_8000_unless_told_otherwise():
    assert demo_port({}) == demo_port({"PORT": ""}) == 8000
    assert demo_port({"PORT": "65535"}) == 65535


@given(
    variable=st.sampled_from([name for name in Settings.model_fields if name != "secret_key"]),
    value=st.text(st.characters(codec="ascii", exclude_characters="\0")),
)
def test_whatever_a_variable_holds_the_start_goes_on_or_is_refused_with_its_name(variable, value):
    refused = ""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"ONBEHALF_{variable.upper()}", value)
        try:
            load_settings()
        except StartRefused as error:
            refused = str(error.message)

    assert not refused or f"ONBEHALF_{variable.upper()}" in refused


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "onbehalf_secret_key").write_text("of-a-file\n")
    monkeypatch.setenv("ONBEHALF_SECRETS", str(tmp_path))

    assert load_settings().secret_key == "of-a-file"
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", "of-the-variable")
    assert load_settings().secret_key == "of-the-variable"


def test_a_folder_of_secrets_that_is_not_there_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("ONBEHALF_SECRETS", str(tmp_path / "nowhere"))

    assert "nowhere" in refusal()
