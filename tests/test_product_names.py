"""A product is found by any name it has had (domain.md section 7, point 7)."""

import pytest


@pytest.mark.rules("R41")
@pytest.mark.parametrize(
    ("old_name", "product"),
    [
        ("Office 365", "microsoft365"),
        ("Dynamics CRM Online", "dynamics365"),
        ("Enterprise Mobility Suite", "ems"),
    ],
)
def test_a_customer_and_an_old_product_name_lead_straight_to_the_form(demo_app, sign_in, old_name, product):
    client = demo_app.test_client()
    sign_in(client, "fabrikam-admin-agent")

    page = client.get("/customers", query_string={"q": f"contoso {old_name}"}).text

    assert f"/requests/new?product={product}" in page
    assert "Tailspin Toys" not in page


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW", "ru", "sv", "de"])
@pytest.mark.parametrize(
    ("typed", "product"),
    [
        ("contoso Office 365", "microsoft365"),
        ("office365 contoso", "microsoft365"),
        ("Dynamics CRM Online contoso", "dynamics365"),
        ("contoso Enterprise Mobility Suite", "ems"),
        ("contoso 企业移动性套件", "ems"),
        ("contoso企業行動套件", "ems"),
        ("contoso Azure Active Directory", "ems"),
        ("contoso azure ad", "ems"),
        ("Contoso Windows Azure", "azure"),
        ("海信贸易世纪互联", "vianet"),
        ("海信贸易 由世纪互联运营的Office 365", "vianet"),
        ("海信贸易 Microsoft 365, betrieben von 21Vianet", "vianet"),
        ("海信贸易 Microsoft 365 som drivs av 21Vianet", "vianet"),
    ],
)
def test_an_old_name_is_found_in_every_language_whatever_the_readers_is(demo_app, sign_in, language, typed, product):
    client = demo_app.test_client()
    sign_in(client, "fabrikam-admin-agent")

    page = client.get("/customers", query_string={"q": typed}, headers={"Accept-Language": language}).text

    assert f"/requests/new?product={product}" in page


@pytest.mark.parametrize("typed", ["contoso azureous", "contoso ad", "contoso ems2", "contoso myOffice 365days"])
def test_a_part_of_a_word_names_no_product(demo_app, sign_in, typed):
    client = demo_app.test_client()
    sign_in(client, "fabrikam-admin-agent")

    page = client.get("/customers", query_string={"q": typed}).text

    assert "/requests/new?product=" not in page


@pytest.mark.parametrize(
    ("old_name", "product"), [("office 365", "microsoft365"), ("Dynamics CRM Online", "dynamics365")]
)
def test_requests_are_found_by_the_old_name_of_their_product(demo_app, sign_in, old_name, product):
    client = demo_app.test_client()
    sign_in(client, "fabrikam-admin-agent")

    by_name = client.get("/requests.csv", query_string={"q": old_name}).text.splitlines()
    by_key = client.get("/requests.csv", query_string={"product": product}).text.splitlines()

    assert len(by_key) > 1
    assert set(by_key) <= set(by_name)


def test_a_customer_whose_name_holds_a_product_is_found_as_a_customer(demo_app, sign_in):
    from webapp import search  # noqa: PLC0415
    from webapp.tables.customers import Customer  # noqa: PLC0415

    database = demo_app.extensions["onbehalf"].database
    with database.writing() as session:
        contoso = session.get(Customer, 1)
        other = Customer(
            **contoso.model_dump(exclude={"id", "name", "tenant_id", "folded"}),
            name="Azure Coast Hotels",
            tenant_id="7b0a6d1e-2f57-4a7c-9d55-0a4a6b2e9f10",
        )
        session.add(other)
        session.flush()
        search.index(session, other)
        session.commit()
    client = demo_app.test_client()
    sign_in(client, "fabrikam-admin-agent")

    page = client.get("/customers?q=azure").text

    assert "Azure Coast Hotels" in page
    assert "Contoso" not in page
