"""The samples of the guides are what the guides say: units that are sound and closed, and a proxy that works."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from webapp.testing.pytest_plugin import missing

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "docs" / "samples"
UNITS = sorted(SAMPLES.glob("*.service"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NAME = "desk.example.com"
EXPOSED = 20
"""Tenths of systemd's measure of exposure, from 0 to 100, that a unit may reach."""


def found_or_missing(program, required):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin") or missing(program, required=required)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_of_the_manual_links_to_is_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)

    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert gone == []


@pytest.fixture
def unit(request, tmp_path):
    """Return a copy of a unit that starts a program which is there."""
    text = request.param.read_text(encoding="utf-8")
    copy = tmp_path / request.param.name
    copy.write_text(text.replace("/opt/onbehalf/bin/onbehalf", sys.executable), encoding="utf-8")
    return copy


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name, indirect=True)
def test_systemd_takes_a_unit_without_a_word(unit):
    analyze = found_or_missing("systemd-analyze", "REQUIRE_SYSTEMD")

    ran = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)

    ours = [line for line in (ran.stdout + ran.stderr).splitlines() if unit.name in line]
    assert (ran.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_leaves_little_exposed(unit):
    analyze = found_or_missing("systemd-analyze", "REQUIRE_SYSTEMD")

    ran = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={EXPOSED}", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


# ---- nginx ----------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def write_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, plain, no_password))


@contextmanager
def answering(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxied(make_app, demo_database, tmp_path):
    """Yield what asks the sample's nginx in front of two desks, and the servers of the desks."""
    nginx = found_or_missing("nginx", "REQUIRE_NGINX")
    copy = shutil.copy(demo_database, tmp_path / "demo.sqlite3")
    app = make_app(
        database_url=f"sqlite:///{copy}", trusted_proxies=1, allowed_hosts=(NAME,), metrics_token="0123456789" * 4
    )
    with answering(app) as first, answering(app) as second:
        port = free_port()
        process = subprocess.Popen([nginx, "-c", written(tmp_path, port, first, second)], stderr=subprocess.DEVNULL)
        try:
            wait_for(port, process)
            yield lambda method, path, **more: asked(port, tmp_path, method, path, **more), (first, second)
        finally:
            process.terminate()
            process.wait(20)


def written(folder, port, first, second):
    """Write the sample as nginx's whole configuration, with ports and files of this test; return its path."""
    write_certificate(folder)
    text = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "127.0.0.1:8000": f"127.0.0.1:{first.server_port}",
        "127.0.0.1:8001": f"127.0.0.1:{second.server_port}",
        "/etc/ssl/onbehalf": str(folder),
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
    }.items():
        assert old in text
        text = text.replace(old, new)
    text = re.sub(r"^ *listen \[::\].*$", "", text, flags=re.MULTILINE)
    places = "".join(
        f"{what}_temp_path {folder}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    file = folder / "whole.conf"
    file.write_text(f"{main}http {{\naccess_log off;\n{places}{text}\n}}\n", encoding="utf-8")
    return str(file)


def wait_for(port, process):
    for _try in range(400):
        assert process.poll() is None, "nginx does not take the sample"
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    pytest.fail("nginx does not listen")


def asked(port, folder, method, path, body=None, **headers):
    context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    raw = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection = HTTPSConnection(NAME, context=context)
    connection.sock = context.wrap_socket(raw, server_hostname=NAME)
    connection.request(
        method, path, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer, text


def test_the_desk_answers_through_the_sample_of_nginx_and_believes_only_what_it_sets(proxied):
    ask, _servers = proxied

    page, _text = ask("GET", "/sign-in", X_Forwarded_Host="evil.example", X_Forwarded_For="203.0.113.9")
    away, _text = ask("GET", "/customers")
    forged, _text = ask("GET", "/sign-in", Host="evil.example")

    assert page.status == 200
    assert "max-age" in page.getheader("Strict-Transport-Security", "")
    assert away.status == 303
    assert "evil.example" not in away.getheader("Location")
    assert forged.status == 400


def test_nobody_reads_the_numbers_from_outside(proxied):
    ask, _servers = proxied

    answer, _text = ask("GET", "/metrics", Authorization=f"Bearer {'0123456789' * 4}")

    assert answer.status == 403


def test_a_page_comes_from_the_other_desk_when_one_is_away(proxied):
    ask, (first, _second) = proxied
    first.shutdown()
    first.server_close()

    statuses = [ask("GET", "/sign-in")[0].status for _time in range(4)]

    assert statuses == [200] * 4


def test_what_is_too_large_is_refused_before_the_desk_reads_it(proxied):
    ask, _servers = proxied

    answer, _text = ask("POST", "/sign-in/demo", body=b"x" * (2 * 1024 * 1024 + 1))

    assert answer.status == 413
