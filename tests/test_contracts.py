"""What crosses a hook cannot be changed, holds nothing unknown, and is never a dead end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask_babel import lazy_gettext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from pydantic import ValidationError

import webapp
from webapp import (
    Address,
    Answer,
    Check,
    Choice,
    Cloud,
    ExternalDoor,
    Link,
    Portal,
    PortalDoor,
    PreparedRequest,
    Product,
    Question,
    RedirectTarget,
    Relationship,
    Remedy,
    ResponseTable,
    StaffedHours,
    Subscription,
    Target,
    TextDomain,
    TicketShape,
)
from webapp.contracts.situation import Contract
from webapp.contracts.values import Value
from webapp.i18n import LazyText
from webapp.testing import make_cloud, make_customer, make_draft, make_partner, make_situation
from webapp.testing.factories import NOW
from webapp.worldwide import MICROSOFT_RESPONSES

AZURE = Product(key="azure", label="Azure", vendor="Microsoft", portal="azure")
VALUES = [name for name in webapp.__all__ if isinstance(getattr(webapp, name), type)]
VALUES = [getattr(webapp, name) for name in VALUES if issubclass(getattr(webapp, name), Value)]


def bought(number, product="azure", **changes):
    return Subscription(id=str(number), product=product, name=f"Number {number}", status="active", **changes)


def situation_with(*subscriptions, **changes):
    return make_situation(AZURE, customer=make_customer(subscriptions=subscriptions), **changes)


def situation_related(*relationships):
    return make_situation(AZURE, customer=make_customer(relationships=relationships))


def situation_under(*contracts, **changes):
    return make_situation(AZURE, partner=make_partner(contracts=contracts), **changes)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_every_public_value_is_frozen_and_refuses_fields_it_does_not_know(value):
    assert value.model_config["frozen"]
    assert value.model_config["extra"] == "forbid"


def test_a_plugin_cannot_change_what_it_is_handed():
    draft = make_draft(AZURE)

    with pytest.raises(ValidationError, match="frozen"):
        draft.title = "Another"
    with pytest.raises(ValidationError, match="frozen"):
        draft.situation.customer.domain = "evil.com"
    with pytest.raises(TypeError):
        draft.situation.answers["tried"] = "Nothing"
    with pytest.raises(TypeError):
        draft.cloud.portals["azure"] = Portal(label="Evil", url="https://evil.com")


def test_a_mapping_does_not_follow_the_one_it_was_made_of():
    answers = {"tried": "Restarted."}
    situation = make_situation(AZURE, answers=answers)

    answers["tried"] = "Nothing"

    assert situation.answers["tried"] == "Restarted."


def test_a_misspelt_field_is_refused_by_its_name():
    with pytest.raises(ValidationError, match="remdy"):
        Check(outcome="pass", reason="All is well.", remdy=None)


@pytest.mark.parametrize("outcome", ["warn", "fail"])
def test_a_check_that_does_not_pass_needs_a_remedy(outcome):
    with pytest.raises(ValidationError, match="says what to do"):
        Check(outcome=outcome, reason="The subscription is suspended.")

    remedy = Remedy(text="Ask for it to be activated.")
    assert Check(outcome=outcome, reason="The subscription is suspended.", remedy=remedy).remedy == remedy


def test_a_passing_check_needs_no_remedy_and_another_outcome_is_refused():
    assert Check(outcome="pass", reason="All is well.").remedy is None
    with pytest.raises(ValidationError, match="outcome"):
        Check(outcome="maybe", reason="Who knows.")


def test_an_action_is_one_that_core_has_a_page_for():
    assert Remedy(text="Pass it on.", action="pass_to_provider").action == "pass_to_provider"
    with pytest.raises(ValidationError, match="action"):
        Remedy(text="Pass it on.", action="call_somebody")


@pytest.mark.parametrize(
    "text",
    ["Plain words.", TextDomain("onbehalf_azure").text("Plain words."), lazy_gettext("Plain words.")],
    ids=["str", "ours", "flask-babel's"],
)
def test_a_text_is_a_str_or_any_lazy_string(text):
    assert str(Remedy(text=text).text) == "Plain words."


def test_a_lazy_text_stays_lazy_so_that_each_reader_gets_it_in_their_language():
    assert isinstance(Remedy(text=lazy_gettext("Plain words.")).text, LazyText)


def test_a_text_that_calls_itself_markup_is_a_plain_one():
    text = Answer(label=Markup("<b>Title</b>"), value=Markup("<script>")).label

    assert type(text) is str
    assert escape(text) == "&lt;b&gt;Title&lt;/b&gt;"


@pytest.mark.parametrize("text", ["", "   ", "\n", None, 7, b"bytes", ["list"]])
def test_a_text_that_says_nothing_or_is_none_is_refused(text):
    with pytest.raises(ValidationError):
        Remedy(text=text)


@pytest.mark.rules("R39")
@pytest.mark.parametrize(
    "url",
    [
        "https://publisher.example",
        "https://publisher.example/help?product=1#contact",
        "mailto:support@publisher.example",
        "mailto:support@publisher.example?subject=Help",
        "tel:+46855501010",
        "tel:(86)400-089-0365",
    ],
)
def test_a_door_outside_is_a_page_a_mail_or_a_telephone(url):
    assert ExternalDoor(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "publisher.example",
        "//publisher.example",
        "http://publisher.example",
        "HTTPS:publisher.example",
        "https://",
        "https:///help",
        "https://user@publisher.example",
        "https://:secret@publisher.example",
        "https://@publisher.example",
        "https://publisher.example\\@evil.com",
        "https://publisher.example/a b",
        "https://publisher.example/\n",
        "https://[publisher.example",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "mailto:",
        "mailto:@",
        "mailto:support",
        "mailto:a@publisher.example,b@evil.com",
        "mailto:<a@publisher.example>",
        "tel:",
        "tel:---",
        "tel:now",
        "tel:12",
        "tel:+4685550\n1010",
    ],
)
def test_any_other_door_outside_is_refused(url):
    with pytest.raises(ValidationError):
        ExternalDoor(url=url)


@given(st.text())
def test_whatever_text_a_publisher_gave_its_scheme_is_one_of_three_or_it_is_no_door(text):
    try:
        door = ExternalDoor(url=text)
    except ValidationError:
        return

    assert door.url.partition(":")[0].lower() in {"https", "mailto", "tel"}


@pytest.mark.parametrize("path", ["support", "//evil.com", "/../evil", "/a?b", "/a#b", "/a b", "/\\evil.com", "/a\nb"])
def test_a_path_that_could_leave_its_portal_is_refused(path):
    with pytest.raises(ValidationError):
        PortalDoor(portal="azure", path=path)


@pytest.mark.parametrize("kind", ["", "Azure", "https://evil.com", "azure.portal", "1azure"])
def test_a_kind_of_portal_is_a_key_and_no_address(kind):
    with pytest.raises(ValidationError):
        PortalDoor(portal=kind)


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.azure.com",
        "portal.azure.com",
        "https://",
        "https://portal.azure.com:8443",
        "https://portal.azure.com:0",
        "https://portal.azure.com:",
        "https://user@portal.azure.com",
        "https://:secret@portal.azure.com",
        "https://portal.azure.com?tenant=1",
        "https://portal.azure.com\\evil",
        "https://portal azure.com",
        "javascript:alert(1)",
    ],
)
def test_an_address_of_a_cloud_is_https_and_a_host_and_nothing_that_hides_another(url):
    with pytest.raises(ValidationError):
        Address(url=url)
    with pytest.raises(ValidationError):
        Portal(label="Azure", url=url)


def test_an_address_loses_its_closing_slash_so_that_paths_go_behind_it():
    assert Address(url="https://portal.azure.com/").url == "https://portal.azure.com"


@pytest.mark.parametrize(
    "enter", ["{domain}", "/{host}", "/{}", "/#@{domain}", "/ {domain}", "/\\{domain}", "@{domain}"]
)
def test_a_portal_is_entered_by_domain_or_tenant_behind_a_slash(enter):
    with pytest.raises(ValidationError):
        Portal(label="Azure", url="https://portal.azure.com", enter=enter)


@pytest.mark.rules("R73")
def test_a_page_to_read_next_is_a_page_of_the_web():
    assert Link(label="Read", url="https://go.microsoft.com/fwlink/?LinkId=717532").url.endswith("717532")
    for url in ("javascript:alert(1)", "http://learn.microsoft.com", "https://user@learn.microsoft.com/?a=b", "/help"):
        with pytest.raises(ValidationError):
            Link(label="Read", url=url)


@pytest.mark.parametrize("missing", ["closed_on", "closed_because", "moved_to"])
def test_a_closed_cloud_says_when_why_and_where_to(missing):
    closed = {
        "key": "germany",
        "name": "Germany",
        "operator": "Microsoft",
        "status": "closed",
        "closed_on": date(2021, 10, 29),
        "closed_because": "Its operator gave it up.",
        "moved_to": "Choose the new tenant.",
        "portals": {},
        "authority": Address(url="https://login.microsoftonline.de"),
        "responses": MICROSOFT_RESPONSES,
    }

    assert Cloud(**closed).status == "closed"
    with pytest.raises(ValidationError, match="closed cloud"):
        Cloud(**closed | {missing: None})


def test_the_only_subscription_of_the_product_counts_without_being_chosen():
    mine, other = bought(1), bought(2, product="ems")

    assert situation_with(mine, other).subscription == mine


def test_of_several_subscriptions_none_counts_until_one_is_chosen():
    first, second = bought(1), bought(2)

    assert situation_with(first, second).subscription is None
    assert situation_with(first, second, subscription_id="2").subscription == second


def test_a_chosen_subscription_that_is_not_the_customers_or_of_another_product_is_none():
    mine, other = bought(1), bought(2, product="ems")

    assert situation_with(mine, other, subscription_id="3").subscription is None
    assert situation_with(mine, other, subscription_id="2").subscription is None
    assert situation_with().subscription is None


@pytest.mark.rules("R68")
def test_an_active_relationship_counts_before_one_that_is_gone_and_that_before_a_pending_one():
    active, pending, removed = (
        Relationship(kind=kind, status=status)
        for kind, status in (("granular", "active"), ("granular", "pending"), ("delegated", "removed"))
    )

    assert situation_related(removed, pending, active).relationship == active
    assert situation_related(pending, removed).relationship == removed
    assert situation_related(pending).relationship == pending
    assert situation_related().relationship is None


@pytest.mark.rules("R68")
def test_a_relationship_has_expired_at_the_very_moment_it_ends():
    at_the_moment = Relationship(kind="granular", status="active", ends_at=NOW)
    a_second_later = Relationship(kind="granular", status="active", ends_at=NOW + timedelta(seconds=1))
    situation = situation_related(at_the_moment, a_second_later)

    assert situation.status_of(at_the_moment) == "expired"
    assert situation.relationship == a_second_later


def test_an_end_that_has_passed_does_not_make_a_removed_relationship_an_expired_one():
    removed = Relationship(kind="granular", status="removed", ends_at=NOW - timedelta(days=1))

    assert situation_related(removed).status_of(removed) == "removed"


@pytest.mark.rules("R46")
def test_a_contract_counts_on_its_first_and_its_last_day_and_on_none_outside():
    today = NOW.date()
    day = timedelta(days=1)

    for first, last, counts in (
        (None, None, True),
        (today, today, True),
        (today + day, None, False),
        (None, today - day, False),
    ):
        held = Contract(plan="premier", valid_from=first, valid_until=last)
        assert (situation_under(held).contract("premier") == held) is counts


def test_a_contract_counts_in_its_own_cloud_only_and_one_without_in_every_cloud():
    chinas = Contract(plan="vianet_advanced", cloud="china")
    everywhere = Contract(plan="premier")

    assert situation_under(chinas).contract("vianet_advanced") is None
    assert situation_under(chinas, cloud=make_cloud(key="china")).contract("vianet_advanced") == chinas
    assert situation_under(everywhere, cloud=make_cloud(key="china")).contract("premier") == everywhere


def test_a_contract_is_one_of_the_plans_asked_for_and_the_filers_unless_another_is_named():
    asfp = Contract(plan="asfp")
    provider = make_partner(name="Northwind", contracts=(asfp,))
    situation = make_situation(AZURE, provider=provider)

    assert situation.contract("asfp") is None
    assert situation.contract("psfp", "asfp", of=provider) == asfp
    assert situation.contract("premier", of=provider) is None


def test_choices_belong_to_a_question_that_is_answered_by_choosing():
    choice = Choice(key="yes", label="Yes")

    with pytest.raises(ValidationError, match="choices"):
        Question(key="which", label="Which?", kind="choice")
    with pytest.raises(ValidationError, match="choices"):
        Question(key="which", label="Which?", kind="line", choices=(choice,))


def test_a_product_does_not_ask_one_question_twice():
    question = Question(key="which", label="Which?")

    with pytest.raises(ValidationError, match="twice"):
        Product(key="azure", label="Azure", vendor="Microsoft", portal="azure", questions=(question, question))


def test_a_question_is_asked_for_its_categories_and_always_while_none_is_chosen():
    question = Question(key="which", label="Which?", categories=("billing",))
    product = Product(key="azure", label="Azure", vendor="Microsoft", portal="azure", questions=(question,))

    assert product.questions_for("billing") == (question,)
    assert product.questions_for(None) == (question,)
    assert product.questions_for("break_fix") == ()


def test_a_prepared_request_has_an_answer_and_a_way_in_has_a_step():
    with pytest.raises(ValidationError):
        PreparedRequest(answers=())
    with pytest.raises(ValidationError):
        RedirectTarget(door=PortalDoor(portal="azure"), steps=(), review="In the portal.")
    assert PreparedRequest(answers=(Answer(label="Title", value="Down"),)).checklist == ()


def test_the_example_of_a_number_fits_its_own_shape():
    assert TicketShape(pattern=r"\d{3}", example="123")
    with pytest.raises(ValidationError, match="does not fit"):
        TicketShape(pattern=r"\d{3}", example="1234")


@pytest.mark.parametrize("pattern", ["[0-9", r"(\d|\d\d)+[a-c]"])
def test_a_pattern_that_is_none_or_takes_too_long_is_refused_by_name(pattern):
    with pytest.raises(ValidationError, match=r"is no regular expression|takes over"):
        TicketShape(pattern=pattern, example="1" * 60)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: StaffedHours(time_zone="Europe/Helsinky"), "time_zone"),
        (lambda: Target(minutes=99_999_999_999), "minutes"),
        (lambda: Target(business_days=100_000_000), "business_days"),
    ],
    ids=["a zone", "minutes", "days"],
)
def test_what_no_clock_could_count_is_refused_where_it_is_written(make, named):
    with pytest.raises(ValidationError, match=named):
        make()


def test_a_question_does_not_offer_a_choice_twice():
    twice = (Choice(key="a", label="A"), Choice(key="a", label="Another"))

    with pytest.raises(ValidationError, match="offers a choice twice"):
        Question(key="which", label="Which?", kind="choice", choices=twice)


def test_a_desk_opens_before_it_closes_on_real_days_and_may_close_at_midnight():
    assert StaffedHours(opens=9 * 60, closes=24 * 60).closes == 1440
    for hours in ({"opens": 600, "closes": 600}, {"closes": 1441}, {"days": ()}, {"days": (7,)}, {"opens": -1}):
        with pytest.raises(ValidationError):
            StaffedHours(**hours)


def test_a_first_answer_is_promised_in_minutes_or_in_business_days_and_never_in_both():
    for promise in ({}, {"minutes": 60, "business_days": 1}, {"minutes": 0}, {"business_days": -1}):
        with pytest.raises(ValidationError):
            Target(**promise)


def test_a_promise_is_for_a_severity_or_for_other_problems():
    with pytest.raises(ValidationError, match="not"):
        ResponseTable(targets={"D": Target(minutes=60)}, source="R50")
    with pytest.raises(ValidationError):
        ResponseTable(targets={}, source="R50")
