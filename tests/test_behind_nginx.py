"""The sample for nginx does what the manual says of it: tried in front of two servers, and of a desk."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from webapp.testing.desk import Desk
from webapp.testing.openid_provider import SECRET as CLIENT_SECRET
from webapp.testing.openid_provider import running
from webapp.testing.pytest_plugin import SECRET, missing

SAMPLE = Path(__file__).resolve().parents[1] / "docs" / "samples" / "nginx.conf"
NAME = "desk.example.com"
ONBEHALF = Path(sys.executable).with_name("onbehalf")
ASTRID = {
    "tid": "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11",
    "sub": "astrid",
    "roles": ["global_admin", "admin_agent"],
    "name": "Astrid Nyberg",
    "email": "astrid@fabrikam.com",
    "preferred_username": "astrid.nyberg@fabrikam.com",
}
FILES = "/etc/ssl/onbehalf"
SERVERS = ("10.0.0.11:8000", "10.0.0.12:8000")
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/onbehalf.conf;
}}
"""


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Recorder:
    """A server that answers everything, and keeps what reached it."""

    def __init__(self):
        self.asked = []

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append((request.method, request.path, dict(request.headers), request.get_data()))
        return Response("answered")(environ, start_response)


class Breaking:
    """A server that reads what it is sent, and goes away without an answer."""

    def __init__(self):
        self.asked = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(65536))

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


@pytest.fixture
def serve():
    """Return a function that serves an application on this machine, and returns its port."""
    with ExitStack() as running:

        def start(application):
            server = make_server("127.0.0.1", 0, application, threaded=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            running.callback(server.server_close)
            running.callback(thread.join)
            running.callback(server.shutdown)
            return server.server_port

        yield start


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a folder with a certificate and its key, made for the sample's host."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(private)
    return folder


class Front:
    """The sample in front of two servers of this machine, as a reader meets it."""

    def __init__(self, certificate, changed):
        self.certificate, self.changed = certificate, changed
        self.https, self.http = free_port(), free_port()

    def written_to(self, folder, ports):
        """Write the sample with this machine's ports; return the file that nginx starts from."""
        places = [(address, f"127.0.0.1:{port}") for address, port in zip(SERVERS, ports, strict=True)]
        places += [(FILES, str(self.certificate))]
        places += [("listen [::]:80;", ""), ("listen 80;", f"listen 127.0.0.1:{self.http};")]
        text = re.sub(r"listen \[::\]:443[^;]*;", "", SAMPLE.read_text(encoding="utf-8"))
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{self.https} ")
        for old, new in (*places, *self.changed.items()):
            assert old in text, old
            text = text.replace(old, new)
        (folder / "onbehalf.conf").write_text(text, encoding="utf-8")
        user = "user root root;" if os.geteuid() == 0 else ""
        main = folder / "nginx.conf"
        main.write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
        return main

    def ask(self, path, method="GET", body=None, *, name=NAME, **headers):
        """Ask over https under a name; return the answer and what it holds."""
        trusting = ssl.create_default_context(cafile=self.certificate / "fullchain.pem")
        trusting.check_hostname = name == NAME
        raw = socket.create_connection(("127.0.0.1", self.https), timeout=20)
        connection = http.client.HTTPSConnection(name, timeout=20)
        with closing(connection):
            connection.sock = trusting.wrap_socket(raw, server_hostname=name)
            connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            return answer, answer.read().decode()


@pytest.fixture(scope="module")
def nginx():
    """Return the program."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        missing("The sample for nginx is tried with nginx (Debian: apt install nginx)", required="REQUIRE_NGINX")
    return program


@pytest.fixture
def front(nginx, certificate, tmp_path):
    """Return a context: the sample in front of two ports; what is passed in is changed in it."""

    @contextmanager
    def running(*ports, changed=None):
        made = Front(certificate, changed or {})
        main = made.written_to(tmp_path, ports)
        tried = subprocess.run([nginx, "-t", "-q", "-c", main], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        process = subprocess.Popen([nginx, "-c", main], stderr=subprocess.DEVNULL)
        try:
            wait_for(process, made.https)
            yield made
        finally:
            process.terminate()
            process.wait(timeout=30)

    return running


def wait_for(process, port, log=None):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8") if log else f"nothing listens; it ended with {process.poll()}")


def test_the_sample_is_taken_by_nginx_and_both_servers_are_asked(front, serve):
    first, second = Recorder(), Recorder()

    with front(serve(first), serve(second)) as desk:
        answers = [desk.ask("/customers?q=a%20b")[1] for _time in range(4)]

    assert answers == ["answered"] * 4
    assert first.asked
    assert second.asked


def test_what_a_reader_claims_of_their_address_is_replaced(front, serve):
    one = Recorder()
    claimed = {"X_Forwarded_For": "192.0.2.9", "X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example"}

    with front(*[serve(one)] * 2) as desk:
        desk.ask("/", **claimed, Forwarded="for=192.0.2.9")

    ((_method, _path, headers, _body),) = one.asked
    told = {name: value for name, value in headers.items() if "Forwarded" in name or name == "Host"}
    assert told == {
        "Host": NAME,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": NAME,
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_is_away_is_passed_over(front, serve, method):
    here = Recorder()

    with front(free_port(), serve(here)) as desk:
        statuses = {desk.ask("/requests", method, body="title=Mail" if method == "POST" else None)[0].status}

    assert statuses == {200}
    assert [asked[0] for asked in here.asked] == [method]


def test_a_read_that_a_server_broke_off_is_sent_to_the_other(front, serve):
    here = Recorder()

    with closing(Breaking()) as breaking, front(breaking.port, serve(here)) as desk:
        answers = [desk.ask("/requests")[0].status for _time in range(3)]

        assert breaking.asked
    assert answers == [200, 200, 200]


def test_a_write_that_a_server_broke_off_is_not_sent_again(front):
    with closing(Breaking()) as one, closing(Breaking()) as other, front(one.port, other.port) as desk:
        answer, _text = desk.ask("/requests", "POST", body="title=Mail")

        assert answer.status == 502
        assert len(one.asked) + len(other.asked) == 1


def test_counts_are_kept_from_the_world(front, serve):
    one = Recorder()

    with front(*[serve(one)] * 2) as desk:
        assert desk.ask("/metrics")[0].status == 404
        assert desk.ask("/%6detrics")[0].status == 404
        assert desk.ask("//metrics")[0].status == 404

    assert one.asked == []


def test_without_tls_a_reader_is_sent_to_where_there_is(front, serve):
    with front(*[serve(Recorder())] * 2) as desk, closing(http.client.HTTPConnection("127.0.0.1", desk.http)) as plain:
        plain.request("GET", "/customers?q=x", headers={"Host": NAME})
        answer = plain.getresponse()

    assert (answer.status, answer.headers["Location"]) == (308, f"https://{NAME}/customers?q=x")


def test_another_name_gets_neither_certificate_nor_page(front, serve):
    one = Recorder()

    with front(*[serve(one)] * 2) as desk:
        with pytest.raises(ssl.SSLError):
            desk.ask("/", name="evil.example")
        with pytest.raises(http.client.RemoteDisconnected):
            desk.ask("/", Host="evil.example")

    assert one.asked == []


def test_one_address_may_send_so_much_and_then_429(front, serve):
    with front(*[serve(Recorder())] * 2, changed={"rate=50r/s": "rate=1r/m", "burst=200": "burst=2"}) as desk:
        assert [desk.ask("/")[0].status for _time in range(4)] == [200, 200, 200, 429]


def test_a_desk_behind_it_knows_that_the_reader_came_over_tls_and_says_itself_what_is_too_much(front, serve, make_app):
    app = make_app(trusted_proxies=1, allowed_hosts=(NAME,))
    too_much = {"Content_Type": "application/x-www-form-urlencoded"}

    with front(*[serve(app)] * 2) as desk:
        page, _text = desk.ask("/sign-in")
        refused, said = desk.ask("/preferences", "POST", body=b"x" * (2 * 1024 * 1024 + 1), **too_much)
        beyond, _text = desk.ask("/preferences", "POST", body=b"x" * (3 * 1024 * 1024 + 1), **too_much)

    assert page.status == 200
    assert page.headers["Strict-Transport-Security"]
    assert all(cookie.startswith("__Host-") for cookie in page.headers.get_all("Set-Cookie"))
    assert (refused.status, beyond.status) == (413, 413)
    assert "Onbehalf" in said


# ---- What docs/several-servers.md says, on PostgreSQL ----------------------------------------------------------------


class Reader:
    """What a ``Desk`` asks of a client, through the sample."""

    def __init__(self, front):
        self.front, self.cookies = front, {}

    def open(self, address, method="GET", data=None, headers=None):
        more = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"} if data else {}
        more |= {"Referer": f"https://{NAME}/", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        answer, text = self.front.ask(address, method, urlencode(data) if data else None, **more | (headers or {}))
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        mimetype = answer.headers.get_content_type()
        return SimpleNamespace(status_code=answer.status, text=text, headers=answer.headers, mimetype=mimetype)

    def get(self, address, headers=None):
        return self.open(address, headers=headers)


@pytest.fixture
def environ(postgresql_server, migrated_postgresql):
    """Yield the settings that both servers share, and the provider of their members."""
    with running() as provider, postgresql_server.database(migrated_postgresql) as url:
        way = {"client_id": "desk", "client_secret": CLIENT_SECRET, "discovery": provider.discovery}
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "SECRET_KEY": SECRET,
            "PLUGINS": "azure",
            "ALLOWED_HOSTS": NAME,
            "TRUSTED_PROXIES": "1",
            "SIGN_IN": json.dumps({"global": way}),
        }
        yield os.environ | {f"ONBEHALF_{name}": value for name, value in settings.items()}, provider


@pytest.fixture
def start(environ, tmp_path):
    """Return a function that starts a server as the unit does; it returns its port, its process and its log."""
    started = []

    def begin():
        port, log = free_port(), tmp_path / f"server{len(started)}.log"
        command = [ONBEHALF, "serve", "--workers", "1", "--port", str(port)]
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(command, env=environ[0], stdout=subprocess.DEVNULL, stderr=file)
        started.append(process)
        wait_for(process, port, log)
        return port, process, log

    yield begin
    for process in started:
        process.terminate()
        process.wait(timeout=30)


def test_two_servers_on_one_postgresql_are_one_desk_and_one_may_go_while_people_work(front, start, environ):
    settings, provider = environ
    admit = ["partner", "add", "Fabrikam", "--kind", "direct_bill", "--cloud", "global", "--tenant", ASTRID["tid"]]
    subprocess.run([ONBEHALF, *admit], env=settings, check=True, stdout=subprocess.DEVNULL)
    (one, process, log), (two, _process, other_log) = start(), start()

    with front(one, two) as desk:
        reader = Desk(Reader(desk))
        gone = reader.get("/sign-in/oidc?cloud=global").location
        back = urlsplit(provider.answer(gone, **ASTRID))
        assert (back.scheme, back.netloc) == ("https", NAME)
        assert reader.get(f"{back.path}?{back.query}").status == 303
        form = reader.get("/texts/new").form("/texts")
        assert reader.send(form, title="Asked already", body="We restarted it.").status == 303
        for log_of_one in (log, other_log):
            assert '"path": "/' in log_of_one.read_text(encoding="utf-8"), "each server answers some"

        process.terminate()
        process.wait(timeout=30)

        pages = [reader.get("/texts") for _time in range(4)]
        form = reader.get("/texts/new").form("/texts")
        written = reader.send(form, title="Written meanwhile", body="By the one that is left.")
        assert {page.status for page in pages} == {200}
        assert all("Asked already" in page.words for page in pages)
        assert written.status == 303
        assert "Written meanwhile" in reader.get("/texts").words
