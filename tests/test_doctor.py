"""The doctor finds what keeps a deployment from serving, says what to do, and changes nothing."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp import enrolments
from webapp.commands import main
from webapp.config import load_settings
from webapp.doctor import examine
from webapp.testing.openid_provider import SECRET as CLIENT_SECRET
from webapp.testing.openid_provider import as_json, running
from webapp.testing.pytest_plugin import SECRET

TENANT = "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11"


@pytest.fixture
def provider():
    with running() as served:
        yield served


@pytest.fixture
def deployment(migrated_database, provider):
    """Return the settings of a deployment in which nothing is wrong, on each engine; what is passed in differs."""
    candidate = enrolments.Candidate("Fabrikam", "direct_bill", "global", TENANT, country="SE")
    with migrated_database.writing() as session:
        enrolments.admit(session, candidate, ("global",), now=datetime.now(UTC))
    url = migrated_database.url
    if url.get_backend_name() == "sqlite":
        Path(url.database).chmod(0o640)
    way = {"client_id": "desk", "client_secret": CLIENT_SECRET, "discovery": provider.discovery}
    fit = {
        "database_url": url.render_as_string(hide_password=False),
        "secret_key": SECRET,
        "plugins": ("azure", "office365"),
        "sign_in": {"global": way},
        "allowed_hosts": ("desk.example.com",),
    }
    return lambda **changes: lambda: load_settings(**fit | changes)


def found(read, *, online=True):
    return [(finding.topic, finding.level) for finding in examine(read, online=online) if finding.level != "ok"]


def test_a_sound_deployment_needs_nothing_done(deployment):
    assert {level for _topic, level in found(deployment())} <= {"note"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"secret_key": "short"}, ("secret", "error")),
        ({"secret_key": "repeat" * 8}, ("secret", "warning")),
        ({"metrics_token": "short"}, ("metrics", "warning")),
        ({"old_secret_keys": ("x",)}, ("secret", "error")),
        ({"database_url": "postgresql://db.example.com:PASSWORD/x"}, ("database", "error")),
        ({"database_url": "sqlite:////etc/passwd"}, ("database", "error")),
        ({"plugins": ("azure", "azur")}, ("plugins", "error")),
        ({"plugins": ()}, ("plugins", "warning")),
        ({"safe_mode": True}, ("plugins", "warning")),
        ({"clouds": ("global", "usgov"), "plugins": ("azure",)}, ("plugins", "error")),
        ({"plugins": ("azure", "usgov")}, ("clouds", "note")),
        ({"plugins": ("vianet",), "clouds": ("global", "china")}, ("clouds", "warning")),
        ({"allowed_hosts": ()}, ("hosts", "warning")),
        ({"sign_in": {}}, ("sign_in", "error")),
        ({"sign_in": {}}, ("partners", "warning")),
        ({"database_url": "mysql://desk@db/desk"}, ("database", "error")),
        ({"database_url": "nonsense"}, ("database", "error")),
        ({"database_url": "postgresql://nobody@127.0.0.1:1/none"}, ("database", "error")),
        ({"limits_storage": "redis://127.0.0.1:1"}, ("limits", "warning")),
        ({"limits_storage": "carrier-pigeon://loft"}, ("limits", "error")),
        ({"rules": "yesterday"}, ("settings", "error")),
    ],
)
def test_what_is_wrong_is_found(deployment, changes, expected):
    assert expected in found(deployment(**changes))


def test_a_place_to_count_in_that_is_none_is_found_without_asking_anything(deployment):
    assert ("limits", "error") in found(deployment(limits_storage="garbage"), online=False)
    assert "limits" not in dict(found(deployment(limits_storage="redis://127.0.0.1:1"), online=False))


def test_whatever_asks_for_attention_says_what_to_do(deployment):
    read = deployment(secret_key="", plugins=(), allowed_hosts=(), sign_in={}, limits_storage="redis://127.0.0.1:1")

    for finding in examine(read):
        assert str(finding.message)
        assert bool(str(finding.remedy)) == (finding.level in {"warning", "error"}), finding


def test_a_database_that_was_never_made_is_named_and_not_made(deployment, tmp_path):
    file = tmp_path / "new" / "desk.sqlite3"

    assert ("database", "error") in found(deployment(database_url=f"sqlite:///{file}"))
    assert not file.parent.exists()


def test_tables_of_another_version_are_found(deployment, migrated_database):
    migrated_database.downgrade("-1")

    assert ("migrations", "error") in found(deployment())


def test_a_file_that_others_may_read_is_found(deployment, tmp_path, monkeypatch):
    file = tmp_path / "onbehalf.toml"
    file.write_text("page_size = 50\n")
    monkeypatch.setenv("ONBEHALF_CONFIG", str(file))

    file.chmod(0o644)
    assert ("files", "warning") in found(deployment())
    file.chmod(0o600)
    assert ("files", "warning") not in found(deployment())


def test_secrets_that_others_may_read_are_found(deployment, tmp_path, monkeypatch):
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    file = folder / "onbehalf_metrics_token"
    file.write_text("0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("ONBEHALF_SECRETS", str(folder))

    file.chmod(0o644)
    assert ("files", "warning") in found(deployment())
    file.chmod(0o600)
    assert ("files", "warning") not in found(deployment())
    folder.chmod(0o755)
    assert ("files", "warning") in found(deployment())


def test_a_plugin_that_does_not_run_is_found_with_the_reason_and_a_remedy(deployment, install_plugin):
    install_plugin("later", "", manifest='id = "later"\napi = ">=99.0,<100"\n')
    install_plugin("broken", "raise RuntimeError('at import')")

    said = [one for one in examine(deployment(plugins=("azure", "later", "broken"))) if one.topic == "plugins"]

    assert [(one.level, bool(str(one.remedy))) for one in said] == [("error", True), ("error", True), ("ok", False)]
    assert ">=99.0,<100" in str(said[0].message)
    assert "RuntimeError" in str(said[1].message)


def test_settings_of_a_plugin_that_is_not_enabled_are_noted_by_plugin_and_file(deployment, tmp_path, monkeypatch):
    file = tmp_path / "onbehalf.toml"
    file.write_text("[plugins.azure]\n[plugins.vianet]\nx = 1\n[plugins.ofice365]\n")
    file.chmod(0o600)
    monkeypatch.setenv("ONBEHALF_CONFIG", str(file))

    said = [one for one in examine(deployment(), online=False) if "[plugins." in str(one.message)]

    assert [(one.topic, one.level) for one in said] == [("plugins", "note")] * 2
    for one, name in zip(said, ("ofice365", "vianet"), strict=True):
        assert f"[plugins.{name}]" in str(one.message)
        assert str(file) in str(one.message)
    assert "installed" in str(said[0].message)
    assert "enabled" in str(said[1].message)


VAULT = """
    from webapp import Check, Product, hookimpl

    @hookimpl
    def register_products(cloud):
        vault = Product(key="vault", label="Vault", vendor="V", portal=None, third_party=True)
        return [vault] if cloud.key == "global" else []
"""
TRUE = 'id = "vault"\napi = ">=1.0,<2"\nproducts = ["vault"]\nsold_in = ["global"]\n'


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("", "", None),
        ('["global"]', '["global", "usgov"]', None),
        ('["vault"]', '["vault", "safe"]', "products"),
        ('["vault"]', '["safe"]', "products"),
        ('products = ["vault"]\nsold_in = ["global"]\n', "", "products"),
        ("sold_in", 'clouds = ["moon"]\nsold_in', "clouds"),
    ],
)
def test_a_manifest_that_says_what_is_not_registered_is_warned_of(deployment, install_plugin, old, new, field):
    install_plugin("vault", VAULT, manifest=TRUE.replace(old, new) if old else TRUE)

    said = [
        str(one.message)
        for one in examine(deployment(plugins=("azure", "vault")), online=False)
        if one.level == "warning"
    ]

    assert [one for one in said if "manifest" in one and "vault" in one and (field or "?") in one] == said[:1]
    assert bool(said) is bool(field)


def test_no_manifest_of_ours_is_warned_of_however_much_of_it_is_enabled(deployment, tmp_path):
    ours = ("azure", "office365", "vianet", "marketplace", "usgov", "germany")
    manual = (Path(__file__).parents[1] / "docs" / "clouds.md").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(manual.split("```toml\n")[2].split("```")[0])
    for changes in (
        {"plugins": ours},
        {"plugins": ours, "clouds": ("global",)},
        {"plugins": ("azure", "usgov"), "cloud_overrides": {"usgov": {"products": []}}},
        {"plugins": ("azure",), "cloud_files": (str(tmp_path / "own.toml"),)},
    ):
        assert not [one for one in examine(deployment(**changes), online=False) if "manifest of" in str(one.message)]


def test_every_host_that_the_desk_connects_to_is_named(deployment, provider, install_plugin):
    install_plugin("caller", "", manifest='id = "caller"\napi = ">=1.0,<2"\nhosts = ["api.vendor.example"]\n')

    read = deployment(plugins=("azure", "caller"), limits_storage="redis://limits.example:6379")
    said = " ".join(str(one.message) for one in examine(read, online=False) if one.topic == "outbound")

    for host in ("api.vendor.example", "limits.example", "127.0.0.1"):
        assert host in said


def test_a_provider_that_is_away_is_found_and_named(deployment, provider):
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{trial.getsockname()[1]}/.well-known/openid-configuration"
    way = {"client_id": "desk", "client_secret": CLIENT_SECRET, "discovery": nobody}
    read = deployment(sign_in={"global": way})

    (finding,) = [one for one in examine(read) if one.topic == "sign_in"]
    assert finding.level == "error"
    assert nobody in str(finding.remedy)
    assert CLIENT_SECRET not in str(finding)


def test_a_page_that_is_no_provider_is_found(deployment, provider):
    provider.answers["/.well-known/openid-configuration"] = as_json({"hello": "world"})

    assert ("sign_in", "error") in found(deployment())


@pytest.mark.parametrize(("seconds", "expected"), [(300, True), (-300, True), (0, False)])
def test_a_clock_that_makes_tokens_fail_is_found(deployment, seconds, expected):
    findings = examine(deployment(), clock=lambda: datetime.now(UTC) + timedelta(seconds=seconds))

    assert (("clock", "error") in [(one.topic, one.level) for one in findings]) is expected


def test_offline_nobody_else_is_asked(deployment, provider):
    examine(deployment(), online=False)

    assert provider.asked == []


def test_the_command_fails_for_a_script_and_prints_no_secret(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    secret = "abcdefghijklmnop" * 2
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", secret)

    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json"])

    printed = capsys.readouterr().out
    rows = json.loads(printed)["findings"]
    assert ended.value.code == 1
    assert {"topic": "secret", "level": "ok"}.items() <= rows[0].items()
    assert {row["level"] for row in rows} <= {"ok", "note", "warning", "error"}
    assert secret not in printed


def test_a_warning_fails_only_where_it_is_asked_to(deployment, capsys, monkeypatch):
    settings = deployment(allowed_hosts=())()
    monkeypatch.setenv("ONBEHALF_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ONBEHALF_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ONBEHALF_PLUGINS", "azure")
    monkeypatch.setenv("ONBEHALF_SIGN_IN", json.dumps({key: way.model_dump() for key, way in settings.sign_in.items()}))

    for arguments, code in ((["doctor"], 0), (["doctor", "--strict"], 1)):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == code, capsys.readouterr().out
