"""Under which names the desk answers, whose word it takes for an address, and what every answer forbids a browser."""

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from webapp.errors import StartRefused

FABRIKAM = "fabrikam-admin-agent"
NAME = "desk.example.com"


@pytest.fixture
def named(make_app):
    """Return the application that answers to one name."""
    return make_app(allowed_hosts=f"{NAME},2001:db8::1")


@pytest.mark.parametrize("host", [NAME, f"{NAME}:8000", NAME.upper(), "[2001:db8::1]", "[2001:db8::1]:8000"])
def test_the_desk_answers_to_its_names(named, host):
    assert named.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"{NAME}.evil.example",
        f"evil-{NAME}",
        f"x.{NAME}",
        f"{NAME}@evil.example",
        f"evil.example#{NAME}",
        f"{NAME} evil.example",
        "127.0.0.1",
        "[::1]",
        "[",
        "",
    ],
)
@pytest.mark.parametrize("address", ["/sign-in", "/nothing", "/assets/x/app.css", "/metrics"])
def test_under_another_name_nothing_is_served_and_the_page_says_why(named, host, address):
    answer = named.test_client(use_cookies=False).get(address, headers={"Host": host})

    assert answer.status_code == 400
    assert "does not answer to the name" in answer.text
    assert "ONBEHALF_ALLOWED_HOSTS" in answer.text
    assert "evil.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_load_balancer_may_ask_by_address_whether_the_desk_is_up(named):
    for address in ("/healthz", "/readyz"):
        assert named.test_client().get(address, headers={"Host": "10.0.0.7"}).status_code == 200


def test_a_forwarded_name_is_checked_like_any_other(make_app):
    app = make_app(allowed_hosts=NAME, trusted_proxies=1)

    def under(forwarded):
        return app.test_client().get("/sign-in", headers={"Host": NAME, "X-Forwarded-Host": forwarded}).status_code

    assert (under(NAME), under("evil.example")) == (200, 400)


@pytest.mark.parametrize("host", ["evil.example", "a b", "[", ""])
def test_without_a_list_no_name_breaks_a_page_or_gets_onto_it(demo_app, host):
    stranger = demo_app.test_client(use_cookies=False)

    for address, status in (("/sign-in", 200), ("/", 303), ("/nothing", 404)):
        answer = stranger.get(address, headers={"Host": host})

        assert answer.status_code == status
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")


@pytest.mark.parametrize(("allowed", "status"), [((), "200 OK"), ((NAME,), "400 BAD REQUEST")])
def test_a_name_like_an_address_that_is_none_breaks_nothing(make_app, allowed, status):
    environ = create_environ("/sign-in", headers={"Host": "[::::]"})  # the test client itself stumbles over it

    _body, answered, _headers = run_wsgi_app(make_app(allowed_hosts=allowed), environ, buffered=True)

    assert answered == status


@pytest.mark.parametrize("origin", ["http://[", "null", "", "//", "http://", "http://localhost@evil.example"])
@pytest.mark.parametrize("host", ["localhost", "a b", ""])
def test_what_names_no_site_is_no_page_of_ours(desk, origin, host):
    stranger = desk()
    token = stranger.get("/sign-in").form("/sign-in/demo").values()["csrf_token"]

    answer = stranger.post("/sign-in/demo", {"member": FABRIKAM, "csrf_token": token}, Origin=origin, Host=host)

    assert answer.status == 403
    assert "Another site" in answer.words


@pytest.mark.parametrize(
    "name", ["https://desk.example.com", "desk.example.com:8000", "desk.example.com/desk", "*", "a b"]
)
def test_what_is_no_host_name_stops_the_start(make_app, name):
    with pytest.raises(StartRefused, match="ONBEHALF_ALLOWED_HOSTS"):
        make_app(allowed_hosts=name)


def test_by_https_a_browser_is_told_to_stay_with_it_and_by_http_it_is_not(demo_app):
    client = demo_app.test_client()

    secure = client.get("/sign-in", base_url="https://localhost")
    plain = client.get("/sign-in", base_url="http://localhost")

    assert int(secure.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 180 * 24 * 3600
    assert "Strict-Transport-Security" not in plain.headers


@pytest.mark.parametrize(("proxies", "told"), [(0, False), (1, True)])
def test_only_a_trusted_proxy_can_say_that_a_request_came_by_https(make_app, proxies, told):
    app = make_app(trusted_proxies=proxies)

    answer = app.test_client().get("/sign-in", headers={"X-Forwarded-Proto": "https"})

    assert ("Strict-Transport-Security" in answer.headers) is told


@pytest.mark.parametrize(
    "address",
    ["/", "/sign-in", "/nothing", "/assets/x/app.css", "/requests.csv", "/healthz", "/metrics", "/requests/OB-0"],
)
def test_no_other_site_may_take_an_answer_into_its_own_pages(desk, address):
    for reader in (desk(FABRIKAM), desk()):
        headers = reader.get(address).headers

        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/requests.csv", "/entitlements.csv", "/readyz", "/metrics"])
def test_what_is_no_page_is_kept_in_no_cache(desk, address):
    assert "no-store" in desk(FABRIKAM).get(address).headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/", "/customers", "/sign-in", "/nothing"])
def test_a_page_is_shown_again_only_to_its_reader(desk, address):
    assert desk(FABRIKAM).get(address).headers["Cache-Control"].startswith("private, no-")


@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_more_fields_than_any_form_has_are_refused(desk, form):
    reader = desk(FABRIKAM)
    many = {f"field{n}": "x" for n in range(600)} | {"theme": "dark", "csrf_token": reader.token()}

    answer = reader.client.post("/preferences", data=many, content_type=form)

    assert answer.status_code == 413
    assert 'data-theme="dark"' not in reader.get("/").text


def test_one_field_sent_many_times_is_many_fields(desk):
    reader = desk(FABRIKAM)

    answer = reader.client.post("/preferences", data={"theme": ["dark"] * 600, "csrf_token": reader.token()})

    assert answer.status_code == 413
