"""Two who decide at the same moment: the second waits for the first, and sees what it did."""

import threading

import pytest
from sqlalchemy import event
from sqlmodel import select

from webapp import access_decisions, customer_records, drafts
from webapp.errors import NotFound
from webapp.permissions import Viewer
from webapp.tables.customers import AzureAccess, Customer
from webapp.tables.partners import Member, Partner
from webapp.tables.requests import Draft

LONG_ENOUGH = 1
"""Seconds in which the second could get ahead of the first, were it not made to wait; it may use less or more."""


@pytest.fixture
def deployment(demo_app_on_each_engine):
    with demo_app_on_each_engine.app_context():
        yield demo_app_on_each_engine.extensions["onbehalf"]


def viewer_of(session, key):
    member = session.exec(select(Member).where(Member.key == key)).one()
    return Viewer(member, session.get(Partner, member.partner_id))


def customer_of(session, name):
    return session.exec(select(Customer).where(Customer.name == name)).one()


@pytest.fixture
def overlapping(demo_app_on_each_engine, deployment):
    """Return a function that begins the second before the first commits, and returns what either raised."""

    def run(first, second):
        raised = []

        def in_turn():
            with demo_app_on_each_engine.app_context(), deployment.database.writing() as session:
                try:
                    second(session)
                except Exception as error:
                    raised.append(error)

        late = threading.Thread(target=in_turn)

        def begin_second(_session):
            late.start()
            late.join(LONG_ENOUGH)

        with deployment.database.writing() as session:
            event.listen(session, "before_commit", begin_second, once=True)
            first(session)
        late.join()
        return raised

    return run


def test_a_draft_that_two_take_at_once_is_taken_by_the_first(deployment, overlapping):
    with deployment.database.writing() as session:
        astrid, karin = (viewer_of(session, key) for key in ("fabrikam-admin-agent", "fabrikam-global-admin"))
        contoso = customer_of(session, "Contoso")
        waiting = Draft(
            to_partner_id=astrid.partner_id,
            customer_id=contoso.id,
            product="azure",
            fields={"title": "Whose?"},
            saved_at=deployment.now(),
        )
        session.add(waiting)
        session.commit()

    raised = overlapping(
        lambda session: drafts.take(session, deployment, astrid, waiting.id),
        lambda session: drafts.take(session, deployment, karin, waiting.id),
    )

    assert [type(error) for error in raised] == [NotFound]
    with deployment.database.reading() as session:
        assert session.get(Draft, waiting.id).member_id == astrid.member_id


@pytest.mark.rules("R26")
def test_access_given_while_the_customer_leaves_its_reseller_does_not_outlive_it(deployment, overlapping):
    name = "Margie's Travel"
    with deployment.database.reading() as session:
        grace = viewer_of(session, "northwind-admin-agent")
        margie = customer_of(session, name)
    words = margie.model_dump(include={"name", "cloud", "tenant_id", "domain", "initial_domain", "country"})

    raised = overlapping(
        lambda session: access_decisions.grant(session, deployment, grace, customer_of(session, name), None, ""),
        lambda session: customer_records.change(session, deployment, grace, customer_of(session, name), words),
    )

    assert raised == []
    with deployment.database.reading() as session:
        assert customer_of(session, name).reseller_id is None
        assert session.exec(select(AzureAccess).where(AzureAccess.customer_id == margie.id)).all() == []
