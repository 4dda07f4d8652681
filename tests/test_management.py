"""Contracts, publishers, members and customers: recorded by those who may, judged by the rules at once."""

import shutil
from datetime import timedelta

import pytest
from sqlmodel import select

from onbehalf_marketplace.contact_ways import ways
from webapp.contracts import situation
from webapp.tables.customers import AdminRelationship, AzureAccess, Customer, Offer, Publisher, Subscription
from webapp.tables.partners import Account, Enrolment, Member, Partner, SupportContract
from webapp.testing.desk import Desk

FABRIKAM, OPERATOR, HELPDESK = "fabrikam-admin-agent", "fabrikam-global-admin", "fabrikam-helpdesk"
NORTHWIND, ADATUM, TREY = "northwind-admin-agent", "adatum-admin-agent", "trey-admin-agent"
TENANT = "0B9D2C4E-1f3a-4b5c-8d7e-9f0a1b2c3d4e"
CUSTOMER = {
    "name": "Alpine Räksmörgås AB",
    "cloud": "global",
    "tenant_id": TENANT,
    "domain": "Räksmörgås.se",
    "initial_domain": "alpine.onmicrosoft.com",
    "country": "se",
}


@pytest.fixture
def app(demo_app_on_each_engine):
    return demo_app_on_each_engine


@pytest.fixture
def reader(desk_on_each_engine):
    return desk_on_each_engine(FABRIKAM)


@pytest.fixture
def rows(app):
    """Return a function that reads the rows of a table that fit."""

    def read(table, **fields):
        with app.extensions["onbehalf"].database.reading() as session:
            return session.exec(select(table).filter_by(**fields).order_by(table.id)).all()

    return read


def edit(reader, customer):
    return f"{reader.customer(customer)}/edit"


def link_to(page, words):
    return next(link for link in page.links if words in link)


# Contracts


def in_days(app, days):
    return (app.extensions["onbehalf"].now().date() + timedelta(days=days)).isoformat()


@pytest.mark.rules("R35")
def test_a_recorded_contract_opens_what_rests_on_it_and_its_removal_closes_it(app, desk_on_each_engine):
    reader = desk_on_each_engine(ADATUM)
    before = reader.file("School of Fine Art", "dynamics365").status
    form = reader.get("/contracts/new").form("/contracts")
    added = reader.send(form, plan="asfp", contract_id="99", valid_until=in_days(app, 0))
    during = reader.file("School of Fine Art", "dynamics365").status
    contract = next(link for link in reader.get("/contracts").links if link.rpartition("/")[2].isdigit())
    removed = reader.send(reader.get(contract).form("/remove"))

    assert (before, added.status, during, removed.status) == (403, 303, 303, 303)
    assert reader.file("School of Fine Art", "dynamics365").status == 403


@pytest.mark.parametrize(
    ("days", "says"), [(-1, "Ended"), (0, "Ends today"), (1, "Ends in 1 day"), (30, "Ends in 30 days"), (31, "Valid")]
)
def test_a_contract_is_warned_about_thirty_days_before_it_ends(app, desk_on_each_engine, days, says):
    reader = desk_on_each_engine(TREY)
    reader.send(reader.get("/contracts/new").form("/contracts"), plan="premier", valid_until=in_days(app, days))

    page = reader.get("/contracts")

    assert says in page.words
    assert ("contract ends within 30 days" in page.words) == (0 <= days <= 30)


def test_a_plan_that_no_rule_knows_is_recorded_by_its_name(reader, rows):
    form = reader.get("/contracts/new").form("/contracts")

    nameless = reader.send(form, plan="other", plan_name="")
    named = reader.send(nameless.form("/contracts"), plan="other", plan_name="Support Services designation")

    assert (nameless.status, named.status) == (422, 303)
    assert [row.plan for row in rows(SupportContract, plan="Support Services designation")]
    page = reader.get("/contracts")
    address = f"/contracts/{rows(SupportContract, plan='Support Services designation')[0].id}"
    assert "Support Services designation" in page.words
    assert reader.get(address).form(address).values()["plan"] == "other"


BACKUP = """
from webapp import *

@hookimpl
def register_products(cloud):
    table = ResponseTable(targets={"A": Target(minutes=60)}, plans=("vault_gold",), name="Gold", source="Its terms")
    return [Product(key="vault", label="Vault", vendor="Vault", portal=None, third_party=True, responses=(table,))]

@hookimpl
def entitlement_check(situation):
    held = situation.contract("vault_gold")
    return [Check(outcome="pass" if held else "fail", reason="Gold.", remedy=None if held else Remedy(text="Buy it."))]
"""


def test_the_plans_of_an_enabled_plugin_are_offered_by_the_names_its_own_tables_give_them(
    install_plugin, make_app, demo_database, tmp_path
):
    sold = 'products = ["vault"]\nsold_in = ["global"]\nplans = ["vault_gold", "vault_tin"]\n'
    told = f'id = "vault"\napi = ">=1.0,<2"\n{sold}'
    install_plugin("vault", BACKUP, manifest=told)
    copy = shutil.copy(demo_database, tmp_path / "copy.sqlite3")
    app = make_app(database_url=f"sqlite:///{copy}", plugins=("azure", "vault"))
    reader = Desk(app.test_client(), FABRIKAM)
    checks = f"{reader.customer('Contoso')}/entitlement?product=vault"
    before = reader.get(checks).words

    page = reader.get("/contracts/new")
    added = reader.send(page.form("/contracts"), plan="vault_gold")

    assert "Buy it." in before
    assert "vault_tin" in page.words
    assert added.status == 303
    assert "Vault: Gold" in reader.get("/contracts").words
    assert "Buy it." not in reader.get(checks).words


def test_a_contract_sent_twice_is_recorded_once(reader, rows):
    form = reader.get("/contracts/new").form("/contracts")

    answers = [reader.send(form, plan="unified", contract_id="777").status for _time in range(2)]

    assert answers == [303, 409]
    assert len(rows(SupportContract, plan="unified")) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"valid_from": "2026-03-02", "valid_until": "2026-03-01"}, "comes before the first"),
        ({"valid_until": "2026-02-30"}, "not a date"),
        ({"plan": "none of these"}, "Not a valid choice"),
        ({"cloud": "mars"}, "Not a valid choice"),
        ({"contract_id": "x" * 101}, "longer than 100"),
        ({"contract_id": "a\u202eb"}, "invisible character"),
    ],
)
def test_a_contract_that_does_not_fit_is_refused_and_keeps_every_word(reader, rows, words, says):
    before = len(rows(SupportContract))
    typed = {"plan": "unified", "access_id": "Kept & <b>whole</b>"} | words

    answer = reader.send(reader.get("/contracts/new").form("/contracts"), **typed)

    assert answer.status == 422
    assert says in answer.words
    kept = answer.form("/contracts").values()
    assert {name: kept[name] for name in typed if name not in {"plan", "cloud"}} == {
        name: value for name, value in typed.items() if name not in {"plan", "cloud"}
    }
    assert len(rows(SupportContract)) == before


# Publishers


@pytest.mark.rules("R38", "R39")
def test_a_publishers_contact_recorded_here_opens_the_way_to_it(reader):
    refused = reader.file("VanArsdel", "marketplace")
    listed = reader.get(f"{link_to(refused, '/publishers')}?q=fernhill")
    publisher = next(link for link in listed.links if link.rpartition("/")[2].isdigit())
    page = reader.get(publisher)

    saved = reader.send(page.form(publisher), support_url="https://help.fernhill.example/", first_response_minutes="90")

    assert (refused.status, saved.status) == (403, 303)
    request = reader.filed("VanArsdel", "marketplace")
    assert "help.fernhill.example" in reader.get(request).words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("support_url", "http://support.example.com"),
        ("support_url", "https://user@evil.example/"),
        ("support_url", "javascript:alert(1)"),
        ("support_url", "https://a.example\\@b.example"),
        ("support_url", "https://localhost"),
        ("support_email", "nobody"),
        ("support_email", "a@b.example?bcc=c@d.example"),
        ("support_phone", "call us"),
        ("support_phone", "+1;phone-context=evil"),
        ("first_response_minutes", "0"),
        ("first_response_minutes", "4.5"),
        ("first_response_minutes", "9999999"),
        ("name", ""),
    ],
)
def test_a_publishers_way_that_leads_nowhere_is_refused_and_kept(reader, rows, field, value):
    answer = reader.post("/publishers", {"name": "New Publisher"} | {field: value})

    assert answer.status == 422
    assert answer.form("/publishers").values()[field] == value
    assert rows(Publisher, name="New Publisher") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("support_url", "https://support.example.com/a?b=c#d"),
        ("support_email", "first.last+tag@support.example.com"),
        ("support_phone", "+46 (0)8-465 004 11"),
        ("support_phone", "020 7946 0184 ext. 12"),
    ],
)
def test_a_publishers_way_as_people_write_it_is_taken_and_leads_there(reader, rows, field, value):
    answer = reader.post("/publishers", {"name": "New Publisher", field: value})

    assert answer.status == 303
    (row,) = rows(Publisher, name="New Publisher")
    assert len(ways(situation.Publisher(name=row.name, **{field: getattr(row, field)}))) == 1


def test_a_name_is_recorded_once(reader):
    answer = reader.post("/publishers", {"name": "Fernhill Works", "support_phone": "+46 8 465 004 11"})

    assert answer.status == 409
    assert answer.form("/publishers").values()["support_phone"] == "+46 8 465 004 11"


def test_what_other_partners_customers_rely_on_is_changed_by_the_operator_alone(app, desk_on_each_engine, rows):
    (publisher,) = rows(Publisher, name="Alpenglow Software")
    stranger, operator = desk_on_each_engine(TREY), desk_on_each_engine(OPERATOR)
    address, words = f"/publishers/{publisher.id}", {"name": "Alpenglow Software", "support_phone": "+49 30 1234"}

    refused = stranger.post(address, words)
    offer = rows(Offer, publisher_id=publisher.id)[0]
    refused_too = stranger.post(f"{address}/offers/{offer.id}/remove", {})
    page = stranger.get(address)
    changed = operator.post(address, words)

    assert (refused.status, refused_too.status, changed.status) == (403, 403, 303)
    assert "Other partners' customers use this publisher too" in page.words
    assert rows(Publisher, name="Alpenglow Software")[0].support_phone == "+49 30 1234"


def test_offers_are_added_once_and_removed_while_nobody_bought_them(reader, rows):
    (publisher,) = rows(Publisher, name="Fernhill Works")
    address = f"/publishers/{publisher.id}"

    answers = [reader.post(f"{address}/offers", {"name": name}).status for name in ("Fernhill Ladders",) * 2 + ("",)]
    bought, fresh = rows(Offer, publisher_id=publisher.id)
    removed = [reader.post(f"{address}/offers/{offer.id}/remove", {}).status for offer in (bought, fresh)]
    foreign = rows(Offer, name="Alpenglow Reporting")[0]

    assert answers == [303, 409, 422]
    assert removed == [409, 303]
    assert reader.post(f"{address}/offers/{foreign.id}/remove", {}).status == 404
    assert [offer.name for offer in rows(Offer, publisher_id=publisher.id)] == [bought.name]


# Members


def member_page(rows, key):
    return f"/members/{rows(Member, key=key)[0].id}"


def test_a_member_who_may_not_sign_in_any_more_is_out_with_the_next_click(desk_on_each_engine, reader, rows):
    helpdesk = desk_on_each_engine(HELPDESK)
    before = helpdesk.get("/").status
    address = member_page(rows, HELPDESK)

    changed = reader.send(reader.get(address).form(address), active=None)

    assert (before, changed.status) == (200, 303)
    after = helpdesk.get("/")
    assert after.status == 303
    assert after.location.startswith("/sign-in")


def test_who_is_let_in_again_signs_in_anew_and_no_old_session_comes_back_to_life(desk_on_each_engine, reader, rows):
    helpdesk = desk_on_each_engine(HELPDESK)
    address = member_page(rows, HELPDESK)

    reader.send(reader.get(address).form(address), active=None)
    reader.send(reader.get(address).form(address), active="yes")

    assert helpdesk.get("/").location.startswith("/sign-in")
    assert desk_on_each_engine(HELPDESK).get("/").status == 200


def choices_of(form):
    return [choice for control in form.controls.values() for choice in control.choices]


def test_work_is_given_to_nobody_who_may_not_sign_in(desk_on_each_engine, reader, rows):
    address, erik = member_page(rows, HELPDESK), str(rows(Member, key=HELPDESK)[0].id)
    reader.send(reader.get(address).form(address), active=None)
    request = reader.filed("Contoso", "azure")
    passing = f"{reader.customer('Contoso')}/pass"

    owned = reader.post(f"{request}/owner", {"owner": erik})
    passed = reader.post(passing, {"product": "azure", "to": erik})

    assert (owned.status, passed.status) == (422, 422)
    assert "Erik Lindqvist" not in reader.get(f"{passing}?product=azure").words
    assert {erik}.isdisjoint(choices_of(reader.get(request).form("/owner")))


def test_what_is_recorded_of_a_member_counts_at_once(desk_on_each_engine, reader, rows):
    address = member_page(rows, HELPDESK)
    usgov = next(row for row in rows(Enrolment, cloud="usgov"))
    form = reader.get(address).form(address)

    changed = reader.send(
        form, language="sv", time_zone="Asia/Tokyo", phone="+46 8 1234", **{f"account_{usgov.id}": ""}
    )

    assert changed.status == 303
    page = desk_on_each_engine(HELPDESK).get("/requests")
    assert page.tags[0][1]["lang"] == "sv"
    (member,) = rows(Member, key=HELPDESK)
    assert (member.time_zone, member.phone, member.roles) == ("Asia/Tokyo", "+46 8 1234", ["helpdesk_agent"])
    assert rows(Account, member_id=member.id, enrolment_id=usgov.id) == []


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/Olympus"), ("language", "tlh"), ("phone", "call me"), ("roles", "king")]
)
def test_a_member_that_does_not_fit_is_refused(reader, rows, field, value):
    address = member_page(rows, HELPDESK)
    before = rows(Member, key=HELPDESK)[0].model_dump()

    answer = reader.send(reader.get(address).form(address), **{field: value})

    assert answer.status == 422
    assert rows(Member, key=HELPDESK)[0].model_dump() == before


def test_nobody_locks_themselves_out(reader, rows):
    address = member_page(rows, FABRIKAM)
    form = reader.get(address).form(address)

    answers = [reader.send(form, active=None), reader.send(form, roles="sales_agent")]

    assert [answer.status for answer in answers] == [409, 409]
    assert rows(Member, key=FABRIKAM)[0].active


def test_only_a_global_admin_changes_or_makes_one(desk_on_each_engine, reader, rows):
    admin, helpdesk = member_page(rows, OPERATOR), member_page(rows, HELPDESK)

    refused = [
        reader.send(reader.get(admin).form(admin), active=None),
        reader.send(reader.get(helpdesk).form(helpdesk), roles="global_admin"),
    ]
    allowed = desk_on_each_engine(OPERATOR)
    made = allowed.send(allowed.get(helpdesk).form(helpdesk), roles="global_admin")

    assert [answer.status for answer in refused] == [403, 403]
    assert made.status == 303
    assert rows(Member, key=HELPDESK)[0].roles == ["global_admin"]


def test_outside_the_demo_roles_come_from_sign_in_alone(app, reader, rows):
    address = member_page(rows, HELPDESK)
    app.config["DEMO"] = False

    page = reader.get(address)
    answer = reader.send(page.form(address), roles="admin_agent")

    assert "roles" not in page.form(address).controls
    assert answer.status == 303
    assert rows(Member, key=HELPDESK)[0].roles == ["helpdesk_agent"]


# Customers


def test_a_customer_added_here_is_found_and_can_be_filed_for(reader, rows):
    added = reader.send(reader.get("/customers/new").form("/customers"), **CUSTOMER)
    there = reader.get(added.location)
    kinds = {"kind": "delegated", "status": "active", "roles": "admin_agent"}
    relation = reader.send(reader.get(link_to(there, "/relationships/new")).form("/relationships"), **kinds, ends_at="")
    bought = reader.send(
        reader.get(link_to(there, "/subscriptions/new")).form("/subscriptions"),
        product="azure",
        status="active",
        entitlement_id=TENANT,
    )

    assert (added.status, relation.status, bought.status) == (303, 303, 303)
    (customer,) = rows(Customer, name=CUSTOMER["name"])
    assert (customer.tenant_id, customer.domain) == (TENANT.lower(), "xn--rksmrgs-5wao1o.se")
    assert (customer.country, customer.partner_id) == ("SE", rows(Partner, name="Fabrikam")[0].id)
    for words in ("raksmorgas", "xn--rksmrgs", "0b9d2c4e"):
        assert CUSTOMER["name"] in reader.get_search(words).words
    request = reader.filed(CUSTOMER["name"], "azure")
    assert f"{customer.domain}" in reader.get(request).words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", "00000000-0000-0000-0000-000000000000"),
        ("tenant_id", "not a guid"),
        ("tenant_id", "{2f6b8c1a-5d3e-4c7f-8a9b-1c2d3e4f5a6b}"),
        ("domain", "undefined"),
        ("domain", "contoso"),
        ("domain", "-contoso.com"),
        ("domain", "contoso.com/evil"),
        ("domain", "https://contoso.com"),
        ("initial_domain", ""),
        ("country", "ZZ"),
        ("country", "SWE"),
        ("country", "EU"),
        ("cloud", "mars"),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\u202eb"),
    ],
)
def test_a_customer_that_does_not_fit_is_refused_and_keeps_every_word(reader, rows, field, value):
    typed = CUSTOMER | {field: value}

    answer = reader.post("/customers", typed)

    assert answer.status == 422
    kept = answer.form("/customers").values()
    assert {name: kept[name] for name in typed if name != "cloud"} == {n: v for n, v in typed.items() if n != "cloud"}
    assert rows(Customer, tenant_id=TENANT.lower()) == []


def test_a_tenant_is_one_customer_of_a_partner_but_may_be_anothers_too(desk_on_each_engine, reader, rows):
    (contoso,) = rows(Customer, name="Contoso")
    typed = CUSTOMER | {"tenant_id": contoso.tenant_id.upper()}

    twice, others = reader.post("/customers", typed), desk_on_each_engine(TREY).post("/customers", typed)

    assert (twice.status, others.status) == (409, 303)
    assert "Contoso has this tenant id in this cloud already" in twice.words
    assert twice.form("/customers").values()["name"] == CUSTOMER["name"]
    assert len(rows(Customer, tenant_id=contoso.tenant_id)) == 2


def test_another_domain_is_found_from_then_on_and_the_old_one_no_more(reader):
    address = edit(reader, "Coho Winery")

    changed = reader.send(reader.get(address).form("/edit"), domain="coho.example", name="Coho Cellars")

    assert changed.status == 303
    assert "Coho Cellars" in reader.get_search("coho.example").words
    assert "Coho" not in reader.get_search("cohowinery").words.replace("cohowinery", "")


def test_a_reseller_is_named_by_its_tenant_and_no_name_is_given_away(desk_on_each_engine, rows):
    reader = desk_on_each_engine(NORTHWIND)
    (adatum,) = rows(Partner, name="Adatum")
    (tenant,) = rows(Enrolment, partner_id=adatum.id)
    address = edit(reader, "Northwind (own tenant)")
    form = reader.get(address).form("/edit")

    refused = [reader.send(form, reseller=name).status for name in ("Fabrikam", "Trey", "Nobody", "x\u0000y")]
    named = reader.send(form, reseller=tenant.tenant_id.upper())

    assert refused == [422] * 4
    assert named.status == 303
    assert rows(Customer, name="Northwind (own tenant)")[0].reseller_id == adatum.id
    assert "Adatum" in reader.get(address).form("/edit").values()["reseller"]


@pytest.mark.rules("R26")
def test_with_another_reseller_the_old_ones_azure_access_ends(desk_on_each_engine, rows):
    reader = desk_on_each_engine(NORTHWIND)
    address = edit(reader, "School of Fine Art")

    without = reader.send(reader.get(address).form("/edit"), reseller="")
    back = reader.send(reader.get(address).form("/edit"), reseller=rows(Enrolment, domain="adatum.com")[0].tenant_id)

    assert (without.status, back.status) == (303, 303)
    assert rows(AzureAccess) == []
    assert desk_on_each_engine(ADATUM).file("School of Fine Art", "azure").status == 403


def test_a_partner_without_resellers_names_none(reader):
    answer = reader.post("/customers", CUSTOMER | {"reseller": "Adatum"})

    assert answer.status == 422
    assert "Only an indirect provider has resellers" in answer.words


def test_a_reseller_records_its_own_relationship_and_nothing_of_the_providers(desk_on_each_engine, rows):
    reader = desk_on_each_engine(ADATUM)
    there = reader.get(edit(reader, "Margie's Travel"))
    (customer,) = rows(Customer, name="Margie's Travel")
    (adatum,) = rows(Partner, name="Adatum")
    mine = rows(AdminRelationship, customer_id=customer.id, partner_id=adatum.id)
    theirs = [row for row in rows(AdminRelationship, customer_id=customer.id) if row.partner_id != adatum.id]
    words = {"kind": "granular", "status": "removed"}
    subscription = rows(Subscription, customer_id=customer.id)[0]
    fields = {"product": "azure", "name": "Stolen", "status": "active"}

    answers = [
        reader.post(f"/customers/{customer.id}/relationships/{mine[0].id}", words).status,
        reader.post(f"/customers/{customer.id}/relationships/{theirs[0].id}", words).status,
        reader.post(f"/customers/{customer.id}/subscriptions/{subscription.id}", fields).status,
        reader.post(f"/customers/{customer.id}/subscriptions", fields).status,
        reader.post(f"/customers/{customer.id}/edit", CUSTOMER).status,
        reader.get("/customers/new").status,
    ]

    assert answers == [303, 404, 403, 403, 403, 403]
    assert "Its provider records who this customer is" in there.words
    assert [row.status for row in rows(AdminRelationship, id=mine[0].id)] == ["removed"]
    assert [row.status for row in rows(AdminRelationship, id=theirs[0].id)] == ["active"]


@pytest.mark.rules("R68")
def test_a_relationship_recorded_as_rebuilt_opens_filing_again(reader, rows):
    refused = reader.file("Wingtip Toys", "microsoft365")
    page = reader.get(link_to(refused, "/edit"))
    relation = reader.get(
        next(link for link in page.links if "/relationships/" in link and link.rpartition("/")[2].isdigit())
    )
    action = next(form.action for form in relation.forms if form.action.rpartition("/")[2].isdigit())

    changed = reader.send(relation.form(action), status="active")

    assert (refused.status, changed.status) == (403, 303)
    assert reader.file("Wingtip Toys", "microsoft365").status == 303


@pytest.mark.rules("R27")
def test_a_support_group_recorded_here_lets_its_members_file(desk_on_each_engine, reader, rows):
    helpdesk = desk_on_each_engine(HELPDESK)
    before = helpdesk.file("Contoso", "azure").status
    place = edit(reader, "Contoso").removesuffix("/edit")
    form = reader.get(f"{place}/groups/new").form("/groups")

    added = reader.send(form, since="2026-01-01", members=str(rows(Member, key=HELPDESK)[0].id))
    during = helpdesk.file("Contoso", "azure").status
    group = next(link for link in reader.get(f"{place}/edit").links if "/groups/" in link and link[-1].isdigit())
    removed = reader.send(reader.get(group).form("/remove"))

    assert (before, added.status, during, removed.status) == (403, 303, 303, 303)
    assert helpdesk.file("Contoso", "azure").status == 403


def test_a_group_takes_only_ones_own_members_on_the_customers_subscriptions(reader, rows):
    place = edit(reader, "Contoso").removesuffix("/edit")
    stranger = rows(Member, key=ADATUM)[0]
    elsewhere = rows(Subscription, name="Relecloud Azure")[0]
    words = {"name": "Ours", "since": "2026-01-01"}

    answers = [
        reader.post(f"{place}/groups", words | {"members": str(stranger.id)}),
        reader.post(f"{place}/groups", words | {"subscription_id": str(elsewhere.id)}),
        reader.post(f"{place}/groups", words | {"since": ""}),
    ]

    assert [answer.status for answer in answers] == [422] * 3


@pytest.mark.parametrize(
    "fields",
    [
        {"product": "marketplace"},
        {"product": "azure", "offer_id": "1"},
        {"product": "vianet"},
        {"product": "azure", "status": "perfect"},
        {"product": "azure", "entitlement_id": "1234"},
        {"product": "marketplace", "offer_id": "99999"},
    ],
)
def test_a_subscription_that_does_not_fit_is_refused_and_keeps_its_name(reader, rows, fields):
    place = edit(reader, "Contoso").removesuffix("/edit")
    before = len(rows(Subscription))

    answer = reader.post(f"{place}/subscriptions", {"name": "Kept", "status": "active"} | fields)

    assert answer.status == 422
    assert answer.form("/subscriptions").values()["name"] == "Kept"
    assert len(rows(Subscription)) == before


def test_what_a_group_is_on_is_not_removed_under_it(reader, rows):
    (relecloud,) = rows(Subscription, name="Relecloud Azure")
    place = edit(reader, "Relecloud").removesuffix("/edit")
    group = next(link for link in reader.get(f"{place}/edit").links if "/groups/" in link and link[-1].isdigit())
    reader.send(reader.get(group).form(group), subscription_id=str(relecloud.id))

    answer = reader.post(f"{place}/subscriptions/{relecloud.id}/remove", {})

    assert answer.status == 409
    assert rows(Subscription, name="Relecloud Azure")


@pytest.mark.parametrize("action", ["add_contract", "add_publisher", "edit_customer"])
def test_a_remedy_leads_only_whom_it_lets_in(desk, action):
    customer, product, where = {
        "add_contract": ("Fabrikam (own tenant)", "azure", "/contracts"),
        "add_publisher": ("VanArsdel", "marketplace", "/publishers"),
        "edit_customer": ("Wingtip Toys", "azure", "/edit"),
    }[action]

    led = {key: any(where in link for link in desk(key).file(customer, product).links) for key in (FABRIKAM, HELPDESK)}

    assert led == {FABRIKAM: True, HELPDESK: False}
