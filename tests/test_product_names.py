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
