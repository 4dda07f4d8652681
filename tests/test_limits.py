"""How much one reader may do in a minute, that nobody pays for another, and that no word is lost over it."""

import shutil
import socket
import subprocess
import time

import pytest

from webapp.errors import StartRefused
from webapp.testing.desk import Desk
from webapp.testing.pytest_plugin import missing

FABRIKAM, HELPDESK = "fabrikam-admin-agent", "fabrikam-helpdesk"
HERE, THERE = {"REMOTE_ADDR": "203.0.113.1"}, {"REMOTE_ADDR": "203.0.113.2"}
CALLBACK = "/sign-in/oidc/callback/global?state=made-up&code=made-up"


@pytest.fixture
def limited(make_app, demo_database, tmp_path):
    """Return a function that makes an application with the example data and few writes a minute."""

    def make(**settings):
        copy = shutil.copy(demo_database, tmp_path / "limited.sqlite3")
        return make_app(database_url=f"sqlite:///{copy}", **{"writes_per_minute": 3} | settings)

    return make


def write(reader):
    return reader.post("/preferences", {"theme": "dark"})


def failed_sign_in(app, environ=HERE):
    return app.test_client().get(CALLBACK, environ_base=environ)


def test_a_member_who_writes_too_much_is_told_when_to_go_on(limited):
    reader = Desk(limited().test_client(), FABRIKAM)

    answers = [write(reader) for _ in range(4)]

    assert [answer.status for answer in answers] == [303, 303, 303, 429]
    assert "in a minute" in answers[-1].words
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "Retry-After" not in answers[0].headers


def test_what_was_refused_is_not_done(limited):
    reader = Desk(limited(writes_per_minute=1).test_client(), FABRIKAM)
    form = reader.new("Contoso", "azure")
    write(reader)

    refused = reader.post(form.action, form.filled(action="file", title="Refused for haste"))

    assert refused.status == 429
    assert "Refused for haste" not in reader.get("/requests?q=haste").words


def test_a_refused_text_is_given_back_and_can_be_sent_again(limited):
    reader = Desk(limited(writes_per_minute=1).test_client(), FABRIKAM)
    form = reader.new("Contoso", "azure")
    words = {"title": "Typed in haste", "description": "First\n\n  second — всё 坏了", "answer_tried": "All of it."}
    write(reader)

    refused = reader.post(form.action, form.filled(action="file", **words))

    given_back = refused.form("/requests").values()
    assert {name: given_back[name].replace("\r\n", "\n") for name in words} == words
    assert given_back["request_key"] == form.values()["request_key"]


def test_the_members_of_one_partner_do_not_pay_for_each_other(limited):
    app = limited()
    hasty, other = Desk(app.test_client(), FABRIKAM), Desk(app.test_client(), HELPDESK)

    hurried = [write(hasty).status for _ in range(5)]

    assert hurried[-1] == 429
    assert write(other).status == 303


def test_one_member_is_counted_once_in_two_browsers(limited):
    app = limited()
    one, two = Desk(app.test_client(), FABRIKAM), Desk(app.test_client(), FABRIKAM)

    answers = [write(reader).status for reader in (one, two, one, two)]

    assert answers == [303, 303, 303, 429]


def test_who_may_not_write_any_more_may_read_and_sign_out(limited):
    reader = Desk(limited().test_client(), FABRIKAM)
    sign_out = reader.get("/").form("/sign-out")
    for _ in range(5):
        write(reader)

    assert reader.get("/requests").status == 200
    assert reader.send(sign_out).status == 303
    assert reader.get("/").location.startswith("/sign-in")


def test_what_another_site_sends_does_not_use_up_a_members_writes(limited):
    reader = Desk(limited().test_client(), FABRIKAM)

    forged = [reader.post("/preferences", {"theme": "dark"}, Origin="https://evil.example").status for _ in range(9)]

    assert set(forged) == {403}
    assert write(reader).status == 303


def test_the_demos_sign_in_is_not_limited(limited):
    app = limited(failed_sign_ins_per_minute=1, writes_per_minute=1)
    stranger = Desk(app.test_client())

    wrong = [stranger.post("/sign-in/demo", {"member": "nobody"}).status for _ in range(5)]
    right = [Desk(app.test_client(), FABRIKAM).get("/").status for _ in range(5)]

    assert (set(wrong), set(right)) == ({404}, {200})


def test_an_address_from_which_too_many_sign_ins_failed_is_closed_to_them(limited):
    app = limited(failed_sign_ins_per_minute=2)

    answers = [failed_sign_in(app) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert "Wait a minute" in answers[-1].text
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert failed_sign_in(app, THERE).status_code == 400


def test_only_failed_sign_ins_count(limited):
    app = limited(failed_sign_ins_per_minute=2)

    for _ in range(9):
        assert app.test_client().get("/sign-in", environ_base=HERE).status_code == 200
        assert app.test_client().get("/customers", environ_base=HERE).status_code == 303

    assert failed_sign_in(app).status_code == 400


def test_one_reader_of_ipv6_is_one_whichever_address_they_take(limited):
    app = limited(failed_sign_ins_per_minute=2)

    same = [failed_sign_in(app, {"REMOTE_ADDR": f"2001:db8:0:1::{n}"}).status_code for n in range(1, 4)]
    other = failed_sign_in(app, {"REMOTE_ADDR": "2001:db8:0:2::1"}).status_code

    assert same == [400, 400, 429]
    assert other == 400


@pytest.mark.parametrize(
    ("proxies", "status"), [(0, 429), (1, 400)], ids=["a header that nobody vouches for", "a proxy that is trusted"]
)
def test_a_forwarded_address_counts_only_behind_a_proxy_that_is_trusted(limited, proxies, status):
    app = limited(failed_sign_ins_per_minute=2, trusted_proxies=proxies)

    answers = [
        app.test_client().get(CALLBACK, environ_base=HERE, headers={"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(3)
    ]

    assert answers[-1].status_code == status


@pytest.mark.parametrize("address", ["nowhere", "carrier-pigeon://loft", "redis://host:port"])
def test_a_place_to_count_in_that_is_none_stops_the_start_and_is_not_repeated(limited, address):
    with pytest.raises(StartRefused) as refused:
        limited(limits_storage=address)

    assert "ONBEHALF_LIMITS_STORAGE" in str(refused.value)
    assert address not in str(refused.value)


class Redis:
    """A Redis server of the test's own."""

    def __init__(self, program, folder):
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail("Redis did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def redis(tmp_path):
    program = shutil.which("redis-server")
    if program is None:
        missing("Tests of shared limits need Redis (Debian: apt install redis-server)", required="REQUIRE_REDIS")
    server = Redis(program, tmp_path)
    yield server
    server.stop()


def test_two_workers_share_one_count_in_redis(limited, redis):
    apps = [limited(limits_storage=redis.url, failed_sign_ins_per_minute=4) for _ in range(2)]
    readers = [Desk(app.test_client(), FABRIKAM) for app in apps]

    written = [write(readers[n % 2]).status for n in range(4)]
    failed = [failed_sign_in(apps[n % 2]).status_code for n in range(5)]

    assert written == [303, 303, 303, 429]
    assert failed == [400] * 4 + [429]


def test_two_workers_without_redis_count_apart(limited):
    readers = [Desk(limited().test_client(), FABRIKAM) for _ in range(2)]

    assert [write(readers[n % 2]).status for n in range(6)] == [303] * 6


def test_while_redis_is_away_a_desk_goes_on_and_counts_by_itself(limited, redis):
    app = limited(limits_storage=redis.url, failed_sign_ins_per_minute=2)
    reader = Desk(app.test_client(), FABRIKAM)
    write(reader)

    redis.stop()
    away = [write(reader).status for _ in range(4)]
    failed = [failed_sign_in(app).status_code for _ in range(3)]

    assert away == [303, 303, 303, 429]
    assert failed == [400, 400, 429]
