"""Signing in through an OpenID provider on loopback, over real HTTP: who is let in, and who is not."""

import json
import threading
import warnings
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import update
from sqlmodel import select
from werkzeug.wrappers import Response

from webapp import enrolments, openid
from webapp.app import create_app
from webapp.config import load_settings
from webapp.errors import StartRefused
from webapp.tables.audit import AuditEntry
from webapp.tables.partners import Account, Enrolment, Member
from webapp.tables.sessions import UserSession
from webapp.testing.desk import Page
from webapp.testing.openid_provider import GONE, SECRET, as_json, running
from webapp.testing.pytest_plugin import ALL_PLUGINS
from webapp.testing.pytest_plugin import SECRET as DESK_SECRET

FABRIKAM = "5f0c1c9e-7c3b-4d6a-9a57-2f4f0f6f7c11"
FABRIKAM_CHINA = "0b2d9c3a-95d4-4b8e-8f0a-6a1c2e3d4f55"
STRANGER = "9c1f2a34-aaaa-4bbb-8ccc-0123456789ab"
ASTRID = {
    "tid": FABRIKAM,
    "sub": "astrid",
    "roles": ["admin_agent"],
    "name": "Astrid Nyberg",
    "email": "astrid@fabrikam.com",
    "preferred_username": "astrid.nyberg@fabrikam.com",
}
START = "/sign-in/oidc?cloud=global"


class Clock:
    """The application's clock, which a test puts on."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider():
    with running() as served:
        yield served


@pytest.fixture
def make_desk(clock, compiled_templates):
    """Return a function that makes the application for a database and providers by cloud; Fabrikam is admitted."""

    def make(database, discovery, **settings):
        way = {"client_id": "desk", "client_secret": SECRET}
        ways = {cloud: way | {"discovery": address} for cloud, address in discovery.items()}
        given = {"plugins": ALL_PLUGINS, "secret_key": DESK_SECRET, "failed_sign_ins_per_minute": 1000}
        url = database.url.render_as_string(hide_password=False)
        app = create_app(load_settings(**given | {"database_url": url, "sign_in": ways} | settings), clock=clock)
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        with database.writing() as session:
            for cloud, tenant in (("global", FABRIKAM), ("china", FABRIKAM_CHINA)):
                candidate = enrolments.Candidate(
                    "Fabrikam", "direct_bill", cloud, tenant, country="SE", time_zone="Europe/Stockholm"
                )
                enrolments.admit(session, candidate, ("global", "china"), now=clock())
        return app

    made = []
    yield make
    for app in made:
        app.extensions["onbehalf"].database.engine.dispose()


@pytest.fixture
def desk_for(make_app, make_desk):
    """Return a function that makes the application on SQLite."""
    return lambda discovery, **settings: make_desk(make_app().extensions["onbehalf"].database, discovery, **settings)


@pytest.fixture
def app(desk_for, provider):
    return desk_for({"global": provider.discovery})


@pytest.fixture
def app_on_each_engine(make_desk, provider, migrated_database):
    return make_desk(migrated_database, {"global": provider.discovery})


@pytest.fixture
def browser(app):
    return app.test_client()


@pytest.fixture
def arrive(provider):
    """Return a function that sends a browser to the provider and back; the claims are Astrid's but for the changes."""

    def come(browser, start=START, **changes):
        gone = browser.get(start)
        assert gone.status_code == 303, gone.text
        return Page(browser.get(provider.answer(gone.location, **ASTRID | changes)))

    return come


def rows(app, table):
    with app.extensions["onbehalf"].database.reading() as session:
        return session.exec(select(table)).all()


def told_of_sessions(app):
    """Return the entries about signing in; the trail begins with the partners that were admitted."""
    return [row for row in rows(app, AuditEntry) if row.action.startswith("session.")]


def nobody_is_in(app, browser):
    return browser.get("/").location.startswith("/sign-in") and rows(app, UserSession) == []


# ---- the good path -------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
def test_a_stranger_of_an_admitted_partner_becomes_a_member_at_the_first_sign_in(make_desk, migrated_database):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock  # noqa: PLC0415  # it warns when it is imported
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        claims = {name: value for name, value in ASTRID.items() if name != "sub"}
        httpx.put(f"{issuer}/users/astrid", json=claims).raise_for_status()
        app = make_desk(migrated_database, {"global": f"{issuer}/.well-known/openid-configuration"})
        browser = app.test_client()

        gone = browser.get(f"{START}&next=/customers")
        sent_back = httpx.post(gone.location, data={"sub": "astrid"})
        arrived = browser.get(sent_back.headers["location"])

    assert arrived.status_code == 303
    assert arrived.location == "/customers"
    assert "Astrid Nyberg" in browser.get("/").text
    (member,) = rows(app, Member)
    assert (member.name, member.email, member.roles) == ("Astrid Nyberg", "astrid@fabrikam.com", ["admin_agent"])
    assert (member.issuer, member.subject, member.time_zone) == (issuer, "astrid", "Europe/Stockholm")
    (account,) = rows(app, Account)
    (enrolment,) = [row for row in rows(app, Enrolment) if row.id == account.enrolment_id]
    assert (account.user_name, enrolment.tenant_id) == ("astrid.nyberg@fabrikam.com", FABRIKAM)
    (row,) = rows(app, UserSession)
    assert (row.member_id, row.cloud, row.ended_at) == (member.id, "global", None)


def test_the_provider_is_asked_for_a_code_with_pkce_nonce_and_state(browser):
    asked = [
        {name: values[0] for name, values in parse_qs(urlsplit(browser.get(START).location).query).items()}
        for _time in range(2)
    ]

    assert asked[0]["response_type"] == "code"
    assert asked[0]["code_challenge_method"] == "S256"
    assert asked[0]["redirect_uri"] == "http://localhost/sign-in/oidc/callback/global"
    assert {"openid", "profile"} <= set(asked[0]["scope"].split())
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 20
        assert asked[0][name] != asked[1][name]
    assert "client_secret" not in asked[0]


def test_the_verifier_is_what_the_challenge_was_made_of(browser):
    gone = browser.get(START)
    challenge = parse_qs(urlsplit(gone.location).query)["code_challenge"][0]
    with browser.session_transaction() as cookie:
        (way,) = cookie["ways_in"].values()

    assert urlsafe_b64encode(sha256(way["verifier"].encode()).digest()).rstrip(b"=").decode() == challenge


def test_the_sign_in_page_offers_the_clouds_that_are_set_up(desk_for, provider):
    app = desk_for({"global": provider.discovery, "china": provider.discovery})

    page = Page(app.test_client().get("/sign-in?next=/requests"))

    assert [link for link in page.links if link.startswith("/sign-in/oidc")] == [
        "/sign-in/oidc?cloud=global&next=/requests",
        "/sign-in/oidc?cloud=china&next=/requests",
    ]
    assert "demo" not in page.words


def test_a_cloud_that_is_not_set_up_is_no_way_in(browser):
    assert browser.get("/sign-in/oidc?cloud=china").status_code == 404
    assert browser.get("/sign-in/oidc").status_code == 404
    assert browser.get("/sign-in/oidc/callback/china?state=x&code=y").status_code == 400


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_the_way_back_never_leads_to_another_site(browser, arrive, wanted):
    answer = arrive(browser, f"/sign-in/oidc?cloud=global&next={wanted}")

    assert (answer.status, answer.location) == (303, "/")


def test_another_account_can_be_chosen_instead_of_the_one_the_provider_remembers(browser):
    ordinary, other = browser.get(START), browser.get(f"{START}&other=1")

    assert "prompt" not in parse_qs(urlsplit(ordinary.location).query)
    assert parse_qs(urlsplit(other.location).query)["prompt"] == ["select_account"]


def test_one_person_in_two_clouds_signs_in_through_either(desk_for):
    with running() as first, running() as second:
        app = desk_for({"global": first.discovery, "china": second.discovery})
        for cloud, served, tenant in (("global", first, FABRIKAM), ("china", second, FABRIKAM_CHINA)):
            browser = app.test_client()
            gone = browser.get(f"/sign-in/oidc?cloud={cloud}")
            assert gone.location.startswith(served.address)
            answer = browser.get(served.answer(gone.location, **ASTRID | {"tid": tenant}))
            assert answer.status_code == 303

    clouds = {row.id: row.cloud for row in rows(app, Enrolment)}
    assert sorted(clouds[row.enrolment_id] for row in rows(app, Account)) == ["china", "global"]
    assert sorted(row.cloud for row in rows(app, UserSession)) == ["china", "global"]


def test_each_cloud_has_entra_of_its_own(make_app):
    clouds = make_app().extensions["onbehalf"].plugins.clouds

    addresses = {key: openid.entra_discovery(cloud) for key, cloud in clouds.items()}

    assert len(set(addresses.values())) == len(addresses) >= 4
    assert addresses["global"] == (
        "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
    )
    assert addresses["usgov"].startswith("https://login.microsoftonline.us/organizations/")
    assert addresses["china"].startswith("https://login.chinacloudapi.cn/organizations/")


# ---- roles and partners --------------------------------------------------------------------------------------------


def test_a_second_sign_in_brings_the_roles_and_the_user_name_of_its_token(app_on_each_engine, arrive):
    app = app_on_each_engine
    arrive(app.test_client(), roles=["global_admin", "sales_agent"])
    first = rows(app, Member)[0].roles

    arrive(app.test_client(), roles=["helpdesk_agent"], preferred_username="astrid.berg@fabrikam.com")

    (member,) = rows(app, Member)
    assert (first, member.roles) == (["global_admin", "sales_agent"], ["helpdesk_agent"])
    assert [row.user_name for row in rows(app, Account)] == ["astrid.berg@fabrikam.com"]


def test_who_has_lost_every_role_is_refused_and_signed_out_everywhere(app_on_each_engine, arrive):
    app = app_on_each_engine
    elsewhere, here = app.test_client(), app.test_client()
    arrive(elsewhere)

    answer = arrive(here, roles=[])

    assert answer.status == 403
    assert "no role" in answer.words
    assert rows(app, Member)[0].roles == []
    assert elsewhere.get("/").location.startswith("/sign-in")
    assert here.get("/").location.startswith("/sign-in")


@pytest.mark.parametrize(
    "roles", [GONE, [], ["Somebody"], "Somebody", None, {"admin_agent": True}, [["admin_agent"]], 7]
)
def test_who_has_no_role_here_is_refused_and_nothing_is_kept_of_them(app, browser, arrive, roles):
    answer = arrive(browser, roles=roles)

    assert answer.status == 403
    assert answer.headings == ["Your account has no role on this desk."]
    assert rows(app, Member) == []
    assert nobody_is_in(app, browser)


def test_roles_are_those_that_the_settings_map_the_tokens_values_to(desk_for, provider, arrive):
    mapping = {"Desk.Lead": "admin_agent", "Desk.Agent": "helpdesk_agent"}
    app = desk_for({"global": provider.discovery}, sign_in_roles=mapping)

    arrive(app.test_client(), roles=["Desk.Agent", "Desk.Lead", "global_admin"])

    assert rows(app, Member)[0].roles == ["admin_agent", "helpdesk_agent"]


@pytest.mark.parametrize("tenant", [STRANGER, FABRIKAM_CHINA, GONE, "", "fabrikam.com", None, [FABRIKAM]])
def test_who_belongs_to_no_partner_of_that_cloud_is_refused(app, browser, arrive, tenant):
    answer = arrive(browser, tid=tenant)

    assert answer.status == 403
    assert answer.headings == ["Your account belongs to no partner of this desk."]
    assert any("other=1" in link for link in answer.links)
    assert rows(app, Member) == []
    assert nobody_is_in(app, browser)


def test_the_page_for_a_stranger_names_the_tenant_to_be_admitted(browser, arrive):
    assert STRANGER in arrive(browser, tid=STRANGER.upper()).words


def test_whose_access_was_ended_is_refused_although_the_token_is_good(app, browser, arrive):
    arrive(app.test_client())
    with app.extensions["onbehalf"].database.writing() as session:
        session.exec(update(Member).values(active=False))
        session.commit()

    answer = arrive(browser)

    assert answer.status == 403
    assert answer.headings == ["Fabrikam has ended your access to this desk."]
    assert browser.get("/").location.startswith("/sign-in")


def test_who_signs_in_from_two_browsers_at_once_is_one_member(app_on_each_engine, provider):
    app = app_on_each_engine
    browsers = [app.test_client() for _number in range(6)]
    addresses = [provider.answer(browser.get(START).location, **ASTRID) for browser in browsers]
    ready = threading.Barrier(len(browsers))

    def come(browser, address):
        ready.wait()
        return browser.get(address).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(come, browsers, addresses))

    assert answers == [303] * len(browsers)
    assert len(rows(app, Member)) == 1
    assert len(rows(app, Account)) == 1
    assert len(rows(app, UserSession)) == len(browsers)


@pytest.mark.parametrize(
    "claims",
    [
        {"name": "<script>alert(1)</script>"},
        {"name": "Astrid\0\u202egrebyN\r\nX: y"},
        {"name": "ü" * 5000, "email": "e" * 5000, "preferred_username": "p" * 5000},
        {"name": ["a"], "email": 7, "preferred_username": {"a": 1}, "zoneinfo": None},
        {"name": "", "email": "", "preferred_username": ""},
        {"zoneinfo": "../../etc/passwd"},
    ],
)
def test_a_token_with_odd_words_lets_in_and_is_shown_as_text(app_on_each_engine, arrive, claims):
    browser = app_on_each_engine.test_client()

    assert arrive(browser, **claims).status == 303

    text = browser.get("/").text
    assert browser.get("/").status_code == 200
    assert "<script>alert" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("sub", ["", "s" * 251, "a\0b", 7])
def test_a_person_whom_the_provider_does_not_name_properly_is_refused(app_on_each_engine, arrive, sub):
    browser = app_on_each_engine.test_client()

    assert arrive(browser, sub=sub).status == 403
    assert nobody_is_in(app_on_each_engine, browser)


# ---- tokens --------------------------------------------------------------------------------------------------------


LONG_AGO = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
BAD_CLAIMS = {
    "nonce of another sign-in": {"nonce": "another-nonce-altogether"},
    "no nonce": {"nonce": GONE},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": GONE},
    "another audience": {"aud": "another-client"},
    "another audience in a list": {"aud": ["another-client"]},
    "no audience": {"aud": GONE},
    "made for another client": {"aud": ["desk", "another-client"], "azp": "another-client"},
    "made by this client for another": {"aud": "another-client", "azp": "desk"},
    "expired": {"exp": LONG_AGO},
    "expired a little more than clocks differ": {"exp": int(datetime.now(UTC).timestamp()) - 3600},
    "no end": {"exp": GONE},
    "not valid yet": {"nbf": int(datetime.now(UTC).timestamp()) + 3600},
    "nobody": {"sub": GONE},
    "end that is no number": {"exp": "tomorrow"},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_token_that_was_not_made_for_this_sign_in_is_refused(app, browser, arrive, changes):
    answer = arrive(browser, **changes)

    assert answer.status == 403
    assert "could not be verified" in answer.words
    assert rows(app, Member) == []
    assert nobody_is_in(app, browser)


def signed_by_another(provider):
    return partial(provider.sign, key=RSAKey.generate_key(2048, {"kid": "one"}))


def changed_after_signing(provider):
    def sign(claims):
        header, _body, signature = provider.sign(claims).split(".")
        body = urlsafe_b64encode(json.dumps(dict(claims) | {"roles": ["global_admin"]}).encode()).rstrip(b"=").decode()
        return f"{header}.{body}.{signature}"

    return sign


FORGERIES = {
    "signed by another": signed_by_another,
    "changed after signing": changed_after_signing,
    "not signed": lambda provider: provider.unsigned,
    "signed with the public key as secret": lambda provider: provider.sign_with_public_key,
    "no token": lambda _provider: lambda _claims: "not.a.token",
    "empty": lambda _provider: lambda _claims: "",
    "a number": lambda _provider: lambda _claims: 7,
    "nothing": lambda _provider: lambda _claims: None,
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(app, browser, provider, arrive, forge):
    answer = arrive(browser, sign=forge(provider))

    assert answer.status == 403
    assert "could not be verified" in answer.words
    assert nobody_is_in(app, browser)


def test_a_provider_that_offers_weak_signatures_is_not_believed_them(app, browser, provider, arrive):
    weak = {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    provider.answers["/.well-known/openid-configuration"] = as_json(provider.metadata() | weak)

    for sign in (provider.unsigned, provider.sign_with_public_key):
        assert arrive(browser, sign=sign).status == 403
    assert nobody_is_in(app, browser)


def test_a_key_that_the_provider_took_anew_is_known_at_once_and_the_old_one_counts_no_more(app, provider, arrive):
    arrive(app.test_client())
    old, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "one"})

    with_new = arrive(app.test_client())
    with_old = arrive(app.test_client(), sign=partial(provider.sign, key=old))

    assert (with_new.status, with_old.status) == (303, 403)


def test_an_issuer_for_all_tenants_must_name_the_tenant_of_the_token(desk_for):
    with running(tenants=True) as entra:
        app = desk_for({"global": entra.discovery})

        def answer(**changes):
            browser = app.test_client()
            return browser.get(entra.answer(browser.get(START).location, **ASTRID | changes)).status_code

        other = f"{entra.address}/{STRANGER}/v2.0"
        assert answer() == 303
        assert answer(iss=other) == 403
        assert answer(iss=entra.issuer) == 403
        assert answer(iss=other, tid=STRANGER) == 403
        assert answer(iss=f"{entra.address}/../v2.0", tid="..") == 403
    assert len(rows(app, Member)) == 1


# ---- state ---------------------------------------------------------------------------------------------------------


def stale(page):
    return page.status == 400 and "expired, or was already used" in page.words


def test_an_answer_is_good_once(app, browser, provider):
    back = provider.answer(browser.get(START).location, **ASTRID)

    assert browser.get(back).status_code == 303
    assert stale(Page(browser.get(back)))
    assert provider.asked.count("/token") == 1
    assert len(rows(app, UserSession)) == 1


def test_an_answer_with_the_cookie_of_before_fails_at_the_provider_who_takes_a_code_once(app, browser, provider):
    back = provider.answer(browser.get(START).location, **ASTRID)
    kept = browser.get_cookie("onbehalf").value
    browser.get(back)
    thief = app.test_client()
    thief.set_cookie("onbehalf", kept)

    assert stale(Page(thief.get(back)))


def test_an_answer_is_good_in_the_browser_that_asked_alone(app, browser, provider):
    back = provider.answer(browser.get(START).location, **ASTRID)

    assert stale(Page(app.test_client().get(back)))
    assert nobody_is_in(app, app.test_client())


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=another", "code=x&state=%00", "error=access_denied"]
)
def test_an_answer_to_no_question_is_refused(app, browser, provider, query):
    browser.get(START)

    assert stale(Page(browser.get(f"/sign-in/oidc/callback/global?{query}")))
    assert nobody_is_in(app, browser)


def test_an_answer_for_one_cloud_is_not_good_for_another(desk_for, provider):
    app = desk_for({"global": provider.discovery, "china": provider.discovery})
    browser = app.test_client()
    back = provider.answer(browser.get(START).location, **ASTRID | {"tid": FABRIKAM_CHINA})

    assert stale(Page(browser.get(back.replace("/callback/global", "/callback/china"))))
    assert "/token" not in provider.asked
    assert nobody_is_in(app, browser)


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 400)])
def test_an_answer_is_good_for_a_quarter_of_an_hour(browser, provider, clock, minutes, status):
    back = provider.answer(browser.get(START).location, **ASTRID)
    clock.ahead = timedelta(minutes=minutes)

    assert browser.get(back).status_code == status


def test_sign_ins_begun_in_two_tabs_both_end_well(browser, provider):
    tabs = [browser.get(f"{START}&next=/{page}") for page in ("customers", "requests")]

    arrived = [browser.get(provider.answer(tab.location, **ASTRID)).location for tab in tabs]

    assert arrived == ["/customers", "/requests"]


def test_however_often_a_sign_in_is_begun_the_cookie_stays_small_enough_for_browsers(browser):
    for number in range(20):
        browser.get(f"{START}&next=/customers?q={number}{'x' * 450}")

    assert len(browser.get_cookie("onbehalf").value) < 4000


# ---- the provider --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["access_denied", "consent_required", "interaction_required"])
def test_who_did_not_consent_reads_what_to_do(app, browser, provider, error):
    back = provider.refusal(browser.get(START).location, error, "<b>Call +1 555 0100</b>")

    page = Page(browser.get(back))

    assert page.status == 403
    assert "was not allowed to tell this desk who you are" in page.words
    assert "555" not in page.text
    assert nobody_is_in(app, browser)


@pytest.mark.parametrize(
    ("error", "status"),
    [("server_error", 503), ("temporarily_unavailable", 503), ("invalid_scope", 503), ("<script>", 503)],
)
def test_an_error_of_the_provider_is_a_page_with_a_remedy(app, browser, provider, error, status):
    page = Page(browser.get(provider.refusal(browser.get(START).location, error)))

    assert page.status == status
    assert "<script>" not in page.text.replace("<script src", "")
    assert nobody_is_in(app, browser)


def away(page):
    return page.status == 503 and "Try again in a few minutes" in page.words


def test_a_provider_that_is_down_is_a_page_with_a_remedy_and_is_found_again_without_a_restart(desk_for):
    with running() as provider:
        app = desk_for({"global": provider.discovery})
        port = int(urlsplit(provider.address).port)
        browser = app.test_client()
        address = provider.answer(browser.get(START).location, **ASTRID)

    assert away(Page(browser.get(address)))
    assert away(Page(browser.get(START)))
    with running(port=port) as again:
        assert browser.get(again.answer(browser.get(START).location, **ASTRID)).status_code == 303


def test_a_provider_that_hangs_holds_a_reader_for_a_few_seconds_only(app, browser, provider, monkeypatch):
    monkeypatch.setattr(openid, "TIMEOUT_SECONDS", 0.2)
    provider.delay = 1

    assert away(Page(browser.get(START)))


NONSENSE = {
    "an error": Response("no", status=500),
    "HTML": Response("<html>", mimetype="text/html"),
    "a list": as_json([]),
    "a number": as_json(7),
    "an empty object": as_json({}),
    "null": as_json(None),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_a_provider_that_answers_nonsense_lets_nobody_in_and_breaks_nothing(app, browser, provider, path, answer):
    back = provider.answer(browser.get(START).location, **ASTRID)
    provider.answers[path] = answer

    page = Page(browser.get(back))

    assert page.status in {403, 503}
    assert page.headings[0]
    assert nobody_is_in(app, browser)


def test_a_provider_may_not_send_readers_or_secrets_over_plain_http(app, browser, provider):
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        provider.answers["/.well-known/openid-configuration"] = as_json(
            provider.metadata() | {name: "http://evil.example/x"}
        )
        assert away(Page(browser.get(START)))


def test_a_wrong_client_secret_is_told_to_whoever_runs_the_desk(make_app, make_desk, provider):
    way = {"client_id": "desk", "client_secret": "wrong", "discovery": provider.discovery}
    app = make_desk(make_app().extensions["onbehalf"].database, {}, sign_in={"global": way})
    browser = app.test_client()

    page = Page(browser.get(provider.answer(browser.get(START).location, **ASTRID)))

    assert page.status == 503
    assert "whoever runs this desk" in page.words


# ---- what is written down ------------------------------------------------------------------------------------------


def test_a_sign_in_and_its_refusals_are_in_the_audit_trail(app, browser, arrive):
    arrive(browser)
    arrive(app.test_client(), roles=[])
    arrive(app.test_client(), tid=STRANGER)
    arrive(app.test_client(), nonce="wrong")
    arrive(app.test_client(), sub="new", roles=[])

    told = [(row.action, row.subject, row.detail) for row in told_of_sessions(app)]
    member = f"member:{rows(app, Member)[0].id}"
    assert told == [
        ("session.begun", member, {"cloud": "global"}),
        ("session.refused", member, {"cause": "no_role", "cloud": "global"}),
        ("session.refused", f"tenant:{STRANGER}", {"cause": "no_partner", "cloud": "global"}),
        ("session.refused", "", {"cause": "token", "cloud": "global"}),
        ("session.refused", f"tenant:{FABRIKAM}", {"cause": "no_role", "cloud": "global"}),
    ]


def test_answers_to_no_question_do_not_fill_the_audit_trail(app, browser):
    for number in range(3):
        browser.get(f"/sign-in/oidc/callback/global?state={number}&code=x")

    assert told_of_sessions(app) == []


def test_neither_log_nor_page_nor_trail_holds_a_token_a_code_or_a_secret(app, browser, provider, arrive, caplog):
    caplog.set_level("DEBUG", logger="onbehalf")
    gone = browser.get(START)
    back = provider.answer(gone.location, **ASTRID | {"nonce": "wrong-nonce"})
    page = browser.get(back)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    written = caplog.text + page.text + json.dumps([row.detail for row in rows(app, AuditEntry)])

    assert "cause=token" in caplog.text
    for secret in (SECRET, query["code"], query["state"], "wrong-nonce", "eyJ"):
        assert secret not in written


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("discovery", ["http://login.example/x", "ftp://127.0.0.1/x", "login.example", "https://", ""])
def test_a_discovery_address_that_others_could_answer_stops_the_start(discovery):
    way = {"client_id": "desk", "client_secret": "s3cr3t-of-ours", "discovery": discovery}

    with pytest.raises(StartRefused) as refused:
        load_settings(sign_in={"global": way})

    assert "ONBEHALF_SIGN_IN" in str(refused.value)
    assert "s3cr3t-of-ours" not in str(refused.value)


def test_a_way_in_through_a_cloud_that_is_not_enabled_stops_the_start(make_app):
    with pytest.raises(StartRefused) as refused:
        make_app(sign_in={"atlantis": {"client_id": "desk", "client_secret": "s"}})

    assert "atlantis" in str(refused.value)
    assert "global" in str(refused.value)


def test_only_who_signed_in_through_the_operators_own_tenant_sees_the_deployments_pages(desk_for, provider, arrive):
    app = desk_for({"global": provider.discovery, "china": provider.discovery}, operator=(FABRIKAM,))
    at_home, in_china = app.test_client(), app.test_client()
    arrive(at_home, roles=["global_admin"])
    start = "/sign-in/oidc?cloud=china"
    arrive(in_china, start, sub="ling", tid=FABRIKAM_CHINA, roles=["global_admin"])

    assert at_home.get("/admin/plugins").status_code == 200
    assert in_china.get("/admin/audit").status_code == 200
    assert in_china.get("/admin/plugins").status_code == 403
