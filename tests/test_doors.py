"""A door leads to a portal of the customer's own cloud, into the customer's own tenant, or nowhere."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.config import load_settings
from webapp.contracts.clouds import Portal
from webapp.contracts.doors import ExternalDoor, PortalDoor
from webapp.doors import canonical_domain, canonical_tenant_id, is_confirmed, opens_in_customer, require_host, url_of
from webapp.errors import DoorRefused
from webapp.plugins.loading import load
from webapp.testing import make_cloud, make_customer
from webapp.testing.pytest_plugin import ALL_PLUGINS

AZURE = PortalDoor(portal="azure")
ADMIN_CENTER = PortalDoor(portal="microsoft365_admin")
POWER_PLATFORM = PortalDoor(portal="power_platform")
LABEL_OF_63 = "a" * 63
OF_253_CHARACTERS = ".".join([LABEL_OF_63, LABEL_OF_63, LABEL_OF_63, "b" * 57, "com"])
CLOUDS = load(load_settings(plugins=ALL_PLUGINS)).clouds


def host(url):
    return urlsplit(url).netloc


def portals_of_every_cloud():
    return [
        pytest.param(cloud, kind, in_customer, id=f"{cloud.key}-{kind}-{'customer' if in_customer else 'partner'}")
        for cloud in CLOUDS.values()
        for kind in cloud.portals
        for in_customer in (True, False)
    ]


@pytest.mark.parametrize(("cloud", "kind", "in_customer"), portals_of_every_cloud())
def test_every_portal_of_every_cloud_opens_on_the_host_its_cloud_names(cloud, kind, in_customer):
    url = url_of(PortalDoor(portal=kind, in_customer=in_customer), cloud, make_customer())

    assert host(url) == host(cloud.portals[kind].url)
    require_host(url, cloud)


def test_no_two_clouds_of_different_operators_share_a_host():
    hosts = {
        operator: {
            host(p.url) for cloud in CLOUDS.values() if cloud.operator == operator for p in cloud.portals.values()
        }
        for operator in ("Microsoft", "21Vianet")
    }

    assert hosts["Microsoft"] & hosts["21Vianet"] == set()


@pytest.mark.rules("R29", "R56")
def test_the_azure_portal_is_entered_at_the_customers_domain_and_without_it_in_the_partners_own_context():
    assert url_of(AZURE, make_cloud(), make_customer()) == "https://portal.azure.com/contoso.com"
    own = PortalDoor(portal="azure", in_customer=False)
    assert url_of(own, make_cloud(), make_customer()) == "https://portal.azure.com"
    assert opens_in_customer(AZURE, make_cloud())
    assert not opens_in_customer(own, make_cloud())


@pytest.mark.rules("R19", "R57")
def test_the_admin_center_is_entered_by_the_initial_domain_and_power_platform_by_the_tenant_id():
    customer = make_customer()

    assert parse_qs(urlsplit(url_of(ADMIN_CENTER, make_cloud(), customer)).query) == {
        "delegatedOrg": ["contoso.onmicrosoft.com"]
    }
    assert url_of(POWER_PLATFORM, make_cloud(), customer).endswith(f"/account/login/{customer.tenant_id}")


def test_a_portal_without_a_known_way_in_opens_in_the_partners_own_context():
    cloud = make_cloud(portals={"azure": Portal(label="Azure", url="https://portal.azure.com")})

    assert url_of(AZURE, cloud, make_customer(domain="")) == "https://portal.azure.com"
    assert not opens_in_customer(AZURE, cloud)


def test_a_way_in_by_analogy_is_unconfirmed_only_where_it_is_used():
    portal = Portal(label="Azure", url="https://portal.azure.us", enter="/{domain}", enter_confirmed=False)
    cloud = make_cloud(portals={"azure": portal})

    assert not is_confirmed(AZURE, cloud)
    assert is_confirmed(PortalDoor(portal="azure", in_customer=False), cloud)


def test_a_portal_the_cloud_does_not_have_is_refused_by_its_kind():
    with pytest.raises(DoorRefused, match="lifecycle"):
        url_of(PortalDoor(portal="lifecycle"), make_cloud(), make_customer())


@pytest.mark.rules("R29")
@pytest.mark.parametrize(
    "domain",
    [
        "",
        " ",
        "contoso",
        "undefined",
        "null",
        "undefined.com",
        "contoso.undefined",
        "contoso.null",
        "contoso.com ",
        "contoso .com",
        "contoso..com",
        ".contoso.com",
        "contoso.com.",
        "-contoso.com",
        "contoso_.com",
        "contoso.com/@evil.com",
        "contoso.com?x=1",
        "contoso.com#x",
        "contoso.com\\evil",
        "../evil.com",
        "%2e%2e.com",
        "evil.com@contoso.com",
        "contoso.com:443",
        "https://contoso.com",
        "contoso.com\n",
        "con\0toso.com",
        "contoso.com\u200b.",
        "192.168.0.1",
        f"{LABEL_OF_63}a.com",
        f"{OF_253_CHARACTERS}x",
        "例" * 200 + ".cn",
        "\ud800.com",
    ],
)
def test_an_empty_or_malformed_domain_opens_no_door(domain):
    customer = make_customer().model_copy(update={"domain": domain})

    with pytest.raises(DoorRefused) as refusal:
        url_of(AZURE, make_cloud(), customer)

    assert str(refusal.value.remedy)


@pytest.mark.parametrize(
    ("domain", "entered"),
    [
        ("contoso.com", "contoso.com"),
        ("CONTOSO.Com", "contoso.com"),
        ("malmö.se", "xn--malm-8qa.se"),
        ("контосо.рф", "xn--j1agcbarf.xn--p1ai"),
        ("蓝天科技.中国", "xn--rss40tvrtf9j.xn--fiqs8s"),
        ("контосо。рф", "xn--j1agcbarf.xn--p1ai"),
        ("xn--malm-8qa.se", "xn--malm-8qa.se"),
    ],
)
def test_a_domain_in_any_script_is_entered_in_its_ascii_form(domain, entered):
    url = url_of(AZURE, make_cloud(), make_customer(domain=domain))

    assert url == f"https://portal.azure.com/{entered}"


def test_a_domain_with_a_sharp_s_does_not_lead_to_the_tenant_of_its_look_alike():
    assert canonical_domain("straße.de") != canonical_domain("strasse.de")
    assert canonical_domain("straße.de") == "xn--strae-oqa.de"


def test_a_domain_of_253_characters_is_entered_whole_and_a_longer_one_is_refused():
    assert len(OF_253_CHARACTERS) == 253
    assert url_of(AZURE, make_cloud(), make_customer(domain=OF_253_CHARACTERS)).endswith(f"/{OF_253_CHARACTERS}")
    with pytest.raises(ValueError, match="253"):
        canonical_domain("c" + OF_253_CHARACTERS)


def test_two_domains_that_mean_the_same_are_one():
    assert canonical_domain("Malmö.SE") == canonical_domain("malmö.se") == canonical_domain("XN--malm-8qa.se")


@pytest.mark.parametrize(
    "tenant_id",
    [
        "",
        "undefined",
        "00000000-0000-0000-0000-000000000000",
        "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6",
        "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b7",
        "2f6b8c1a5d3e4c7f8a9b1c2d3e4f5a6b",
        "{2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b}",
        "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6g",
        "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b\n",
        " 2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b",
        "２f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b",
        "../2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6",
    ],
)
def test_an_empty_nil_or_malformed_tenant_id_opens_no_door(tenant_id):
    with pytest.raises(DoorRefused, match="tenant id"):
        url_of(POWER_PLATFORM, make_cloud(), make_customer(tenant_id=tenant_id))


def test_a_tenant_id_in_capitals_is_the_same_tenant():
    assert canonical_tenant_id("2F6B8C1A-5D3E-4C7F-8A9B-1C2D3E4F5A6B") == "2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b"


def test_a_refusal_repeats_at_most_the_beginning_of_a_long_value():
    with pytest.raises(DoorRefused) as refusal:
        url_of(AZURE, make_cloud(), make_customer(domain="x" * 100_000))

    assert len(str(refusal.value)) < 400


def test_path_query_and_fragment_are_encoded_and_the_way_in_stays():
    door = PortalDoor(
        portal="microsoft365_admin",
        path="/support/ä",
        query={"about": "a&b=c#d", "ü": "1 2"},
        fragment="/view/é%2F",
    )

    parts = urlsplit(url_of(door, make_cloud(), make_customer()))

    assert parts.path == "/support/%C3%A4"
    assert parse_qs(parts.query) == {"delegatedOrg": ["contoso.onmicrosoft.com"], "about": ["a&b=c#d"], "ü": ["1 2"]}
    assert parts.fragment == "/view/%C3%A9%252F"


def test_a_path_goes_behind_the_portals_own_and_behind_the_customer():
    review = PortalDoor(portal="partner_center", path="/v2/support", in_customer=False)
    blade = PortalDoor(portal="azure", path="/support")

    assert url_of(review, make_cloud(), make_customer()) == "https://partner.microsoft.com/dashboard/v2/support"
    assert url_of(blade, make_cloud(), make_customer()) == "https://portal.azure.com/contoso.com/support"


def test_a_portals_own_fragment_gives_way_to_the_doors():
    health = PortalDoor(portal="service_health", in_customer=False)
    other = PortalDoor(portal="service_health", fragment="/messages", in_customer=False)

    assert urlsplit(url_of(health, make_cloud(), make_customer())).fragment == "/servicehealth/"
    assert urlsplit(url_of(other, make_cloud(), make_customer())).fragment == "/messages"


def test_a_door_outside_is_taken_as_it_is_and_enters_no_customer():
    door = ExternalDoor(url="https://publisher.example/help?product=1#contact")

    assert url_of(door, make_cloud(), make_customer(domain="")) == door.url
    assert not opens_in_customer(door, make_cloud())


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.azure.us/contoso.com",
        "https://portal.azure.com.evil.com/",
        "https://evil.com/portal.azure.com",
        "https://evil.com#portal.azure.com",
        "http://portal.azure.com/contoso.com",
        "//portal.azure.com/contoso.com",
        "javascript://portal.azure.com/%0aalert(1)",
        "https://portal.azure.com@evil.com/",
        "https://user@portal.azure.com/",
        "https://:secret@portal.azure.com/",
        "https://@portal.azure.com/",
        "https://portal.azure.com:8443/",
        "https://portal.azure.com:443/",
        "https://portal.azure.com:0/",
        "https://portal.azure.com:x/",
        "https://portal.azure.com\\@evil.com/",
        "https://evil.com\\@portal.azure.com/",
        "https://portal.azure.com\\.evil.com/",
        "https://portal.azure.com./",
        "https://portal.az\nure.com/",
        " https://portal.azure.com/",
        "https://[portal.azure.com/",
        "https://portal.azure.com／evil/",
        "https:/portal.azure.com/",
        "",
    ],
)
def test_the_host_check_refuses_whatever_is_not_exactly_a_portal_of_the_cloud(url):
    with pytest.raises(DoorRefused):
        require_host(url, make_cloud())


@pytest.mark.parametrize(
    "url", ["https://portal.azure.com", "https://portal.azure.com/contoso.com", "https://PORTAL.azure.com/"]
)
def test_the_host_check_lets_a_portal_of_the_cloud_pass(url):
    require_host(url, make_cloud())


@pytest.mark.parametrize(
    "url", ["http://portal.azure.com", "https://user@portal.azure.com", "https://portal.azure.com:81"]
)
def test_an_address_that_nobody_checked_is_refused_at_the_door(url):
    unchecked = make_cloud().portals["azure"].model_copy(update={"url": url})

    with pytest.raises(DoorRefused):
        url_of(AZURE, make_cloud(portals={"azure": unchecked}), make_customer())


@given(st.text())
@example("contoso.com")
@example("malmö.se")
@example("evil.com/..")
@example("@evil.com")
def test_whatever_text_stands_for_domain_or_tenant_a_door_is_refused_or_stays_on_its_host(text):
    customer = make_customer().model_copy(update={"domain": text, "initial_domain": text, "tenant_id": text})

    for door in (AZURE, ADMIN_CENTER, POWER_PLATFORM):
        try:
            url = url_of(door, make_cloud(), customer)
        except DoorRefused:
            continue
        parts, portal = urlsplit(url), urlsplit(make_cloud().portals[door.portal].url)
        assert (parts.scheme, parts.netloc) == ("https", portal.netloc)
        assert parts.path.count("/") <= 3
        assert url.isascii()


@given(
    path=st.text(st.characters(codec="utf-8")).map(lambda text: "/" + text),
    query=st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=3),
    fragment=st.text(st.characters(codec="utf-8")),
)
def test_whatever_a_plugin_puts_into_a_door_it_is_no_door_or_stays_on_its_host(path, query, fragment):
    try:
        door = PortalDoor(portal="azure", path=path, query=query, fragment=fragment)
    except ValueError:
        return
    url = url_of(door, make_cloud(), make_customer())

    assert host(url) == "portal.azure.com"
    assert urlsplit(url).path.startswith("/contoso.com/")
    assert dict(parse_qs(urlsplit(url).query, keep_blank_values=True)) == {key: [value] for key, value in query.items()}


@given(st.text(alphabet="abcxyz0189-.üßжш例", min_size=1, max_size=40))
def test_a_canonical_domain_is_its_own_canonical_form(text):
    try:
        once = canonical_domain(text)
    except ValueError:
        return

    assert canonical_domain(once) == once
