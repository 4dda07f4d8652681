"""The example data: every customer shows its situation, by the real plugins, and the history looks alive."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask_babel import Babel
from sqlmodel import col, select

from webapp import customers, demo, doors, entitlements, partners, search, service_requests, situations
from webapp.config import load_settings
from webapp.contracts.situation import ROLES
from webapp.db import Database
from webapp.demo import cast
from webapp.demo.cast_ordinary import ORDINARY
from webapp.demo.cast_situations import SITUATIONS
from webapp.deployment import Deployment
from webapp.i18n import CORE, day_text
from webapp.plugins.loading import load
from webapp.response_clock import state_of
from webapp.tables.customers import Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import ServiceRequest, TimelineEntry

NOW = datetime(2026, 11, 24, 13, 20, tzinfo=UTC)
PLUGINS = ("azure", "office365", "vianet", "marketplace", "usgov", "germany")


def _deployment(folder, *, plugins=PLUGINS, **settings):
    given = load_settings(plugins=plugins, database_url=f"sqlite:///{folder}/demo.sqlite3", **settings)
    deployment = Deployment(given, load(given), Database(given.database_url), lambda: NOW)
    deployment.database.upgrade()
    return deployment


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """Return a deployment that holds the cast and its history."""
    made = _deployment(tmp_path_factory.mktemp("demo"))
    assert _loaded(made)
    return made


def _loaded(deployment):
    app = Flask(__name__)
    Babel(app, default_domain=CORE.package, configure_jinja=False)
    with app.app_context(), deployment.database.writing() as session:
        return demo.load(session, deployment)


@pytest.fixture
def session(deployment):
    with deployment.database.reading() as opened:
        yield opened


def _viewer(session, key):
    return partners.viewer_of(session, partners.member_by_key(session, key).id)


@pytest.fixture
def judged(deployment, session):
    """Return a function that judges a member's break-fix problem for a customer and product."""

    def judge(member, customer, product):
        viewer = _viewer(session, member)
        (found,) = [
            row for row in customers.search_customers(session, viewer, customer, size=100).rows if row.name == customer
        ]
        who = situations.parties(session, deployment, viewer, customers.fetch(session, viewer, found.id))
        its_product = situations.product_of(deployment, who.cloud, product)
        return entitlements.check(
            deployment, situations.situation(deployment, who, its_product, category="break_fix", severity="B")
        )

    return judge


def _shows(member, customer, product, *numbers):
    return pytest.param(member, customer, product, marks=pytest.mark.rules(*numbers) if numbers else ())


ALLOWED = [
    _shows("fabrikam-helpdesk", "Relecloud", "azure", "R27"),
    _shows("northwind-admin-agent", "Margie's Travel", "azure", "R71"),
    _shows("northwind-admin-agent", "Northwind (own tenant)", "azure", "R46"),
    _shows("northwind-admin-agent", "School of Fine Art", "dynamics365", "R35"),
    _shows("adatum-admin-agent", "School of Fine Art", "azure", "R26"),
    _shows("adatum-admin-agent", "Margie's Travel", "microsoft365", "R26"),
    _shows("fabrikam-admin-agent", "Tailspin Toys", "azure", "R28"),
    _shows("fabrikam-admin-agent", "Lucerne Publishing", "microsoft365"),
    _shows("fabrikam-admin-agent", "Fabrikam (own tenant)", "microsoft365", "R43"),
    _shows("fabrikam-admin-agent", "Litware Federal", "azure"),
    _shows("fabrikam-admin-agent", "海信贸易", "vianet"),
    _shows("lantian-admin-agent", "蓝天科技", "vianet"),
    _shows("fabrikam-admin-agent", "Litware", "microsoft365", "R45"),
    _shows("fabrikam-admin-agent", "Litware", "marketplace", "R38", "R39"),
    _shows("fabrikam-admin-agent", "Fourth Coffee", "marketplace", "R39"),
    _shows("fabrikam-admin-agent", "Blue Yonder", "marketplace", "R39"),
    _shows("trey-admin-agent", "Humongous Insurance", "microsoft365"),
]

REFUSED = [
    _shows("adatum-admin-agent", "Margie's Travel", "azure", "R26"),
    _shows("adatum-admin-agent", "School of Fine Art", "dynamics365", "R35"),
    _shows("fabrikam-admin-agent", "Wingtip Toys", "microsoft365"),
    _shows("fabrikam-admin-agent", "Wingtip Toys", "azure"),
    *[_shows("fabrikam-admin-agent", "Alpine Ski House", key) for key in ("azure", "microsoft365", "vianet")],
    _shows("fabrikam-admin-agent", "Fabrikam (own tenant)", "azure", "R43", "R46"),
    _shows("fabrikam-helpdesk", "Contoso", "azure", "R27"),
    _shows("fabrikam-no-role", "Contoso", "azure", "R72"),
    _shows("fabrikam-admin-agent", "Graphic Design Institute", "microsoft365"),
    _shows("fabrikam-admin-agent", "Proseware", "microsoft365"),
    _shows("fabrikam-admin-agent", "Coho Winery", "azure"),
    _shows("fabrikam-admin-agent", "VanArsdel", "marketplace", "R39"),
    _shows("fabrikam-admin-agent", "海信贸易", "azure"),
]


@pytest.mark.parametrize(("member", "customer", "product"), ALLOWED)
def test_the_customer_shows_that_support_is_owed(judged, member, customer, product):
    entitlement = judged(member, customer, product)

    assert entitlement.outcome in {"allowed", "warned"}, entitlement.worst and str(entitlement.worst.reason)


@pytest.mark.parametrize(("member", "customer", "product"), REFUSED)
def test_the_customer_shows_a_refusal_that_says_what_to_do(judged, member, customer, product):
    entitlement = judged(member, customer, product)

    assert entitlement.outcome == "refused"
    assert str(entitlement.worst.remedy.text)


@pytest.mark.parametrize("product", ["azure", "microsoft365", "dynamics365", "ems"])
def test_contoso_is_all_in_order(judged, product):
    assert judged("fabrikam-admin-agent", "Contoso", product).outcome == "allowed"


def test_the_end_of_lucernes_relation_is_near_enough_to_warn(judged):
    entitlement = judged("fabrikam-admin-agent", "Lucerne Publishing", "microsoft365")

    assert entitlement.outcome == "warned"
    assert str(day_text((NOW + timedelta(days=20)).date())) in str(entitlement.worst.reason)


def test_a_member_without_an_account_in_the_cloud_is_warned(judged):
    assert judged("fabrikam-admin-agent", "海信贸易", "vianet").outcome == "allowed"
    assert judged("fabrikam-sales", "海信贸易", "vianet").outcome == "warned"


@pytest.mark.parametrize(
    ("member", "names"),
    [
        ("fabrikam-admin-agent", {e.name for e in (*SITUATIONS, *ORDINARY) if e.seller == "Fabrikam"}),
        ("adatum-admin-agent", {"Margie's Travel", "School of Fine Art"}),
        ("northwind-admin-agent", {"Margie's Travel", "School of Fine Art", "Northwind (own tenant)"}),
        ("lantian-admin-agent", {"蓝天科技"}),
        ("trey-admin-agent", {"Humongous Insurance"}),
    ],
)
def test_a_partner_sees_its_own_customers(session, member, names):
    found = customers.search_customers(session, _viewer(session, member), "", size=100)

    assert {row.name for row in found.rows} == names


@pytest.mark.parametrize("example", SITUATIONS, ids=lambda example: example.name)
def test_a_situation_is_found_by_its_name_before_any_ordinary_customer(session, example):
    viewer = next(v for v in _viewers(session) if v.partner.name == example.seller)

    found = customers.search_customers(session, viewer, example.name, size=100)

    assert example.name in [row.name for row in found.rows]
    assert not {row.name for row in found.rows} & {ordinary.name for ordinary in ORDINARY}


def _viewers(session):
    return [partners.viewer_of(session, member.id) for member in session.exec(select(Member)).all()]


def test_no_ordinary_customer_shares_a_word_with_a_situation():
    def words(example):
        return {word for word in search.terms(search.fold(example.name)) if len(word) > 1}

    named = set().union(*map(words, SITUATIONS))

    assert not [ordinary.name for ordinary in ORDINARY if words(ordinary) & named]


def test_every_customer_can_be_entered(session):
    rows = session.exec(select(Customer)).all()

    for customer in rows:
        assert doors.canonical_tenant_id(customer.tenant_id) == customer.tenant_id
        assert doors.canonical_domain(customer.domain) == customer.domain
        assert doors.canonical_domain(customer.initial_domain) == customer.initial_domain
    assert len({customer.tenant_id for customer in rows}) == len(rows)


def test_no_member_has_chosen_a_language_and_one_holds_no_role(session):
    members = session.exec(select(Member)).all()

    assert {member.language for member in members} == {""}
    assert [member.key for member in members if not member.roles] == ["fabrikam-no-role"]
    assert {role for member in members for role in member.roles} == set(ROLES)


def test_the_history_holds_every_state_and_product(session):
    requests = session.exec(select(ServiceRequest)).all()

    assert len(requests) >= 150
    assert {request.state for request in requests} == set(service_requests.STATES)
    assert {request.product for request in requests} == {
        "azure",
        "microsoft365",
        "dynamics365",
        "ems",
        "vianet",
        "marketplace",
    }
    assert {request.cloud for request in requests} == {"global", "usgov", "china"}
    filers = {request.partner_id for request in requests}
    assert filers == set(session.exec(select(Partner.id)).all())


def test_clocks_are_running_when_the_demo_starts(session):
    due = session.exec(select(ServiceRequest).where(col(ServiceRequest.due_at).is_not(None))).all()

    clocks = Counter(state_of(request.due_at, now=NOW, answered_at=request.answered_at) for request in due)

    assert clocks["soon"] >= 2
    assert 1 <= clocks["late"] <= 3
    assert clocks["waiting"] >= 4
    assert clocks["met"] > clocks["missed"] > 0


def test_some_were_handed_over_and_never_got_a_number(session):
    waiting = session.exec(select(ServiceRequest).where(ServiceRequest.state == "handed_over")).all()

    assert len(waiting) >= 5
    assert not any(request.ticket_number for request in waiting)
    assert any(NOW - request.handed_over_at > timedelta(days=1) for request in waiting)


def test_numbers_have_the_shape_their_vendor_gives_them(session):
    requests = session.exec(select(ServiceRequest).where(col(ServiceRequest.ticket_number) != "")).all()

    shaped = [request for request in requests if request.ticket_shape]
    assert len(shaped) > 50
    assert all(re.fullmatch(request.ticket_shape["pattern"], request.ticket_number) for request in shaped)


def test_a_customer_seldom_has_the_same_problem_again(session):
    told = Counter((row.customer_name, row.title) for row in session.exec(select(ServiceRequest)).all())

    assert sum(times > 1 for times in told.values()) <= 3, told.most_common(12)


def test_timelines_run_forward_and_never_into_the_future(session):
    entries = session.exec(select(TimelineEntry).order_by(col(TimelineEntry.request_id), col(TimelineEntry.id))).all()

    assert max(entry.at for entry in entries) <= NOW
    for before, after in pairwise(entries):
        assert before.request_id != after.request_id or before.at <= after.at
    assert "note" in {entry.kind for entry in entries}


def test_a_second_start_reuses_what_the_first_one_loaded(deployment):
    with deployment.database.reading() as session:
        before = session.exec(select(ServiceRequest.ref)).all()

    assert not _loaded(deployment)

    with deployment.database.reading() as session:
        assert session.exec(select(ServiceRequest.ref)).all() == before


@pytest.mark.parametrize("changed", [{"rules": "today"}, {"plugins": ("azure",)}], ids=["today", "azure alone"])
def test_the_demo_loads_under_other_settings_too(tmp_path, changed):
    other = _deployment(tmp_path, **changed)

    assert _loaded(other)

    with other.database.reading() as session:
        assert session.exec(select(ServiceRequest.ref)).all()


def test_the_cast_has_the_same_tenants_in_every_demo(session, tmp_path):
    other = _deployment(tmp_path)
    with other.database.writing() as elsewhere:
        cast.load(elsewhere, NOW - timedelta(days=33))

        theirs = elsewhere.exec(select(Customer.name, Customer.tenant_id).order_by(Customer.id)).all()

    assert theirs == session.exec(select(Customer.name, Customer.tenant_id).order_by(Customer.id)).all()
