from decimal import Decimal as D

import pytest
from sqlalchemy import func, select

from portal.catalog.models import PriceList, PriceListItem, Product, TaxRate
from portal.kernel.db import db
from tests import world
from tests.catalog.makers import make_list, make_product

PRODUCT = {
    "sku": "BK-9",
    "name": "Gravel bike",
    "unit": "piece",
    "tax_category": "S",
    "standard_cost": "410.5",
    "active": "y",
}
LIST = {"name": "Spring", "currency": "USD"}
RATE = {"country": "DE", "region": "", "category": "S", "percent": "19"}


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_any_number_of_rows(client_of, count_queries, rows):
    products = [make_product(f"S-{n}", f"Row {n}") for n in range(rows)]
    for n in range(rows):
        listed = make_list(f"Row {n}", *((p, "1", "5") for p in products))
        world.add(TaxRate(country="US", region=f"R{n}", percent=D(1)))
    client = client_of("operator")
    for path, most in (
        ("/products", 16),
        ("/price-lists", 10),
        (f"/price-lists/{listed.id}", 11),
        ("/tax-rates", 9),
        (f"/products/{products[0].id}", 9),
    ):
        client.get(path)
        count_queries.clear()
        assert client.get(path).status_code == 200
        assert len([s for s in count_queries if s.startswith("SELECT")]) <= most, path


@pytest.mark.parametrize("path", ["/products", "/products/new", "/price-lists", "/price-lists/new", "/tax-rates"])
def test_empty_pages_open(client_of, path):
    assert client_of("finance").get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "data", "model"),
    [("/products", PRODUCT, Product), ("/price-lists", LIST, PriceList), ("/tax-rates", RATE, TaxRate)],
)
def test_a_double_click_makes_one_and_readers_make_none(client_of, path, data, model):
    assert client_of("rep").post(path, data=data).status_code == 403
    assert count(model) == 0
    client = client_of("operator")
    first, second = (client.post(path, data=data | {"nonce": "n"}) for _ in range(2))
    assert first.location == second.location
    assert count(model) == 1


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("/products", PRODUCT | {"sku": ""}, "required"),
        ("/products", PRODUCT | {"sku": "BK-1"}, "Another product has this number"),
        ("/products", PRODUCT | {"standard_cost": "1.23456"}, "four decimal places"),
        ("/products", PRODUCT | {"standard_cost": "NaN"}, "four decimal places"),
        ("/products", PRODUCT | {"standard_cost": "1e30"}, "too large"),
        ("/products", PRODUCT | {"standard_cost": "-1"}, "at least 0"),
        ("/products", PRODUCT | {"unit": "furlong"}, "Not a valid choice"),
        ("/price-lists", LIST | {"name": "Taken"}, "Another list has this name"),
        ("/price-lists", LIST | {"valid_from": "2026-05-02", "valid_until": "2026-05-01"}, "before the first"),
        ("/price-lists", LIST | {"currency": "XXX"}, "Not a valid choice"),
        (
            "/price-lists/{list_id}/prices",
            {"product": "Nope", "min_quantity": "1", "unit_price": "5"},
            "No product has this number",
        ),
        (
            "/price-lists/{list_id}/prices",
            {"product": "BK-1", "min_quantity": "1", "unit_price": "5"},
            "from this quantity already",
        ),
        ("/price-lists/{list_id}/prices", {"product": "BK-1", "min_quantity": "0", "unit_price": "5"}, "More than 0"),
        ("/price-lists/{list_id}/prices", {"product": "BK-1", "min_quantity": "2", "unit_price": "-5"}, "at least 0"),
        ("/tax-rates", RATE | {"percent": "101"}, "between 0 and 100"),
        ("/tax-rates", RATE | {"country": "US", "region": "ca"}, "has a rate for this category"),
    ],
)
def test_wrong_input_changes_nothing(client_of, path, data, said):
    list_id = make_list("Taken", (make_product(), "1", "100")).id
    world.add(TaxRate(country="US", region="CA", category="S", percent=D(1)))
    answer = client_of("finance").post(path.format(list_id=list_id), data=data)

    assert answer.status_code == 422
    assert said in answer.text
    assert [count(m) for m in (Product, PriceList, PriceListItem, TaxRate)] == [1, 1, 1, 1]


def test_prices_are_added_changed_and_removed(client_of):
    bike = make_product()
    listed = make_list("Own", (bike, "1", "100"))
    client = client_of("operator")
    data = {"product": "BK-1 Road bike", "min_quantity": "10", "unit_price": "90.1234"}
    assert client.post(f"/price-lists/{listed.id}/prices", data=data).status_code == 303
    item = db.session.scalars(select(PriceListItem).where(PriceListItem.min_quantity == D(10))).one()
    assert item.unit_price == D("90.1234")
    assert (
        client.post(f"/prices/{item.id}", data={"min_quantity": "12", "unit_price": "80", "version": 1}).status_code
        == 303
    )
    late = client.post(f"/prices/{item.id}", data={"min_quantity": "13", "unit_price": "70", "version": 1})
    assert late.status_code == 409
    assert "Stored now" in late.text
    assert db.session.get(PriceListItem, item.id).unit_price == D(80)
    assert client_of("rep").post(f"/prices/{item.id}/removal").status_code == 403
    assert client.post(f"/prices/{item.id}/removal").location == f"/price-lists/{listed.id}"
    assert client.post(f"/prices/{item.id}/removal").status_code in (303, 404)
    assert count(PriceListItem) == 1


def test_the_second_editor_of_a_product_sees_both_versions(client_of):
    product = make_product("BK-9", "Gravel bike")
    client, path = client_of("operator"), f"/products/{product.id}"
    assert client.post(path, data=PRODUCT | {"name": "First", "version": 1}).status_code == 303
    refused = client.post(path, data=PRODUCT | {"name": "Second", "version": 1})

    assert refused.status_code == 409
    assert '<input type="radio" name="keep-name" value="mine" checked><span>Second</span>' in refused.text
    assert '<input type="radio" name="keep-name" value="theirs"><span>First</span>' in refused.text
    assert client.post(path, data=PRODUCT | {"name": "Second", "version": 2}).status_code == 303


def test_one_default_list_per_currency_and_prices_keep_their_currency(client_of):
    first = make_list("First", (make_product(), "1", "5"), is_default=True)
    euro = make_list("Euro", currency="EUR", is_default=True)
    client = client_of("operator")
    assert client.post("/price-lists", data=LIST | {"is_default": "y"}).status_code == 303

    defaults = db.session.scalars(select(PriceList.name).where(PriceList.is_default).order_by(PriceList.name)).all()
    assert defaults == ["Euro", "Spring"]
    moved = client.post(f"/price-lists/{first.id}", data={"name": "First", "currency": "EUR", "version": 2})
    assert moved.status_code == 422
    assert "keeps its currency" in moved.text
    assert (
        client.post(f"/price-lists/{euro.id}", data={"name": "Euro", "currency": "CHF", "version": 1}).status_code
        == 303
    )


def test_rates_are_changed_and_removed(client_of):
    rate = world.add(TaxRate(country="DE", percent=D(19)))
    client = client_of("finance")
    assert client.post(f"/tax-rates/{rate.id}", data={"percent": "16", "version": 1}).status_code == 303
    assert db.session.get(TaxRate, rate.id).percent == D(16)
    assert client.post(f"/tax-rates/{rate.id}", data={"percent": "7", "version": 1}).status_code == 409
    assert client.post(f"/tax-rates/{rate.id}/removal").status_code == 303
    assert count(TaxRate) == 0


@pytest.mark.parametrize(
    "path", ["/products/9", "/price-lists/9", "/prices/9/edit", "/tax-rates/9/edit", "/price-lists/9/edit"]
)
def test_what_is_not_there_is_not_found(client_of, path):
    assert client_of("operator").get(path).status_code == 404


def test_a_price_list_is_searched_by_words(client_of):
    listed = make_list("Own", (make_product(), "1", "5"), (make_product("L-1", "Light"), "1", "9"))
    page = client_of("rep").get(f"/price-lists/{listed.id}?words=light").text

    assert "L-1" in page
    assert "BK-1" not in page
    assert "Nothing found" in client_of("rep").get(f"/price-lists/{listed.id}?words=%25").text
