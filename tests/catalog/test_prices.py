from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.catalog.models import TaxRate
from portal.catalog.queries import price_of, prices_of, tax_percent, tax_rates
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from tests import world
from tests.catalog.makers import make_list, make_product

TODAY = date(2026, 6, 1)


def price(product, quantity="1", price_list=None, currency="USD", on=TODAY):
    return price_of(product.id, D(quantity), price_list_id=price_list and price_list.id, currency=currency, on=on)


def test_the_list_of_the_document_comes_before_the_default_and_says_why(app):
    bike, light = make_product(), make_product("L-1", "Light")
    make_list("Default", (bike, "1", "100"), (light, "1", "9.50"), is_default=True)
    own = make_list("Own", (bike, "1", "90"))

    assert price(bike, price_list=own).unit_price == D(90)
    assert dict(price(bike, price_list=own).why)["Price list"] == "Own, list of this document"
    assert price(light, price_list=own).unit_price == D("9.50")
    assert dict(price(light, price_list=own).why)["Price list"] == "Default, default list for USD"
    assert price(bike).unit_price == D(100)


def test_tiers_begin_at_their_quantity(app):
    bike = make_product()
    own = make_list("Own", (bike, "1", "100"), (bike, "10", "90"), (bike, "25.5", "80"))

    got = [price(bike, q, own).unit_price for q in ("1", "9.9999", "10", "25.4999", "25.5", "1000")]
    assert got == [D(100), D(100), D(90), D(90), D(80), D(80)]
    assert ("From quantity", "25.5") in price(bike, "30", own).why


def test_a_quantity_below_every_tier_asks_the_default_list(app):
    bike = make_product()
    make_list("Default", (bike, "1", "100"), is_default=True)
    bulk = make_list("Bulk", (bike, "50", "60"))

    assert price(bike, "49", bulk).unit_price == D(100)
    assert price(bike, "50", bulk).unit_price == D(60)


@pytest.mark.parametrize(("day", "expected"), [(0, 90), (1, 90), (2, 100), (-1, 100)])
def test_a_list_prices_from_its_first_to_its_last_day(app, day, expected):
    bike = make_product()
    make_list("Default", (bike, "1", "100"), is_default=True)
    own = make_list("Own", (bike, "1", "90"), valid_from=TODAY, valid_until=TODAY + timedelta(days=1))
    found = price(bike, price_list=own, on=TODAY + timedelta(days=day))

    assert found.unit_price == D(expected)
    assert any(own.name in label + text for label, text in found.why)


def test_currencies_do_not_mix_and_a_missing_price_is_said(app):
    bike = make_product()
    euro = make_list("Euro", (bike, "1", "80"), currency="EUR", is_default=True)

    assert price(bike, currency="EUR").unit_price == D(80)
    with pytest.raises(Refused, match="Road bike has no price in USD"):
        price(bike, price_list=euro)


def test_many_prices_cost_two_statements(app, count_queries):
    products = [make_product(f"P-{n}", f"P {n}") for n in range(30)]
    listed = make_list("Own", *((p, "1", "5") for p in products[:20]))
    list_id, wanted = listed.id, [(p.id, D(2)) for p in products]
    count_queries.clear()
    found = prices_of(wanted, price_list_id=list_id, currency="USD", on=TODAY)

    assert len(found) == 20
    assert len([s for s in count_queries if s.startswith("SELECT")]) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    tiers=st.dictionaries(st.integers(1, 60), st.integers(0, 500), min_size=1, max_size=5),
    quantities=st.lists(st.integers(1, 80), min_size=1, max_size=6),
)
def test_the_price_is_that_of_the_greatest_tier_reached(app, tiers, quantities):
    bike = make_product(f"P-{id(tiers)}-{sorted(tiers.items())}")
    listed = make_list(bike.sku, *((bike, str(q), str(p)) for q, p in tiers.items()))
    found = prices_of([(bike.id, D(q)) for q in quantities], price_list_id=listed.id, currency="USD", on=TODAY)

    for quantity in quantities:
        reached = [q for q in tiers if q <= quantity]
        got = found.get((bike.id, D(quantity)))
        assert (got.unit_price if got else None) == (tiers[max(reached)] if reached else None)
    with unit_of_work():
        db.session.delete(db.session.get(type(listed), listed.id))


def test_the_rate_of_the_region_comes_before_that_of_the_country(app):
    for region, category, percent in (("", "S", "10"), ("CA", "S", "7.25"), ("", "Z", "0")):
        world.add(TaxRate(country="US", region=region, category=category, percent=D(percent)))

    assert tax_rates("US", "CA") == {"S": D("7.25"), "Z": D(0)}
    assert tax_percent("US", "NY", "S") == D(10)
    assert tax_percent("FR", "", "S") == D(0)
