"""The converter's rules on tables small enough to check by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from portal.seeds.convert import catalog, places
from portal.seeds.convert.organization import home_territories
from portal.seeds.convert.source import Source, write
from portal.seeds.convert.trade import line_total

TABLES = {
    "Product": """ProductID,ProductNumber,FinishedGoodsFlag,ListPrice,SellEndDate
1,BK-1,1,100,
2,BK-2,1,49.99,2013-05-29
3,PART,0,10,""",
    "SpecialOffer": """SpecialOfferID,DiscountPct,Type,MinQty
2,0.02,Volume Discount,11
4,0.1,Volume Discount,25
7,0.35,Discontinued Product,0""",
    "SpecialOfferProduct": "SpecialOfferID,ProductID\n4,1\n2,1\n7,1",
    "StateProvince": """StateProvinceID,StateProvinceCode,CountryRegionCode,TerritoryID
1,WA ,US,1
2,CA ,US,2
3,NF ,CA,3
4,LB ,CA,3""",
    "SalesTerritory": "TerritoryID,Name,Group\n"
    "1,Northwest,North America\n2,Southwest,North America\n3,Canada,North America",
    "SalesPerson": "BusinessEntityID,TerritoryID\n274,\n280,1\n282,3",
    "SalesTerritoryHistory": "BusinessEntityID,TerritoryID,EndDate\n280,1,2012-09-29\n282,3,2012-05-29\n282,2,",
}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return Source(tmp_path)


def test_price_list_has_the_volume_bands_of_products_on_sale(source: Source) -> None:
    assert [tuple(row.values()) for row in catalog.price_list(source)] == [
        ("List USD", "BK-1", "1", "100"),
        ("Reseller USD 2014", "BK-1", "1", "78"),
        ("Reseller USD 2014", "BK-1", "11", "76.44"),
        ("Reseller USD 2014", "BK-1", "25", "70.2"),
    ]


@pytest.mark.parametrize(("quantity", "price"), [(1, "78"), (10, "78"), (11, "76.44"), (24, "76.44"), (25, "70.20")])
def test_reseller_price_takes_the_highest_band_reached(source: Source, quantity: int, price: str) -> None:
    assert catalog.reseller_price(catalog.price_list(source), "BK-1", quantity) == Decimal(price)


def test_reseller_price_of_what_is_no_longer_sold_is_none(source: Source) -> None:
    assert catalog.reseller_price(catalog.price_list(source), "BK-2", 1) is None


def test_a_country_of_one_territory_needs_one_rule(source: Source) -> None:
    rules = [
        (rule["territory"], rule["priority"], rule["country"], rule["region"])
        for rule in places.territory_rules(source)
    ]
    assert rules == [("southwest", "10", "US", "CA"), ("northwest", "10", "US", "WA"), ("canada", "20", "CA", "")]


def test_parents_stand_before_their_territories(source: Source) -> None:
    assert [row["key"] for row in places.territories(source)] == [
        "world",
        "north-america",
        "northwest",
        "southwest",
        "canada",
    ]


def test_the_open_row_of_the_history_beats_the_entry_of_the_seller(source: Source) -> None:
    assert home_territories(source) == {"280": "northwest", "282": "southwest"}


def test_line_totals_round_half_up() -> None:
    assert line_total({"OrderQty": "3", "UnitPrice": "0.115", "UnitPriceDiscount": "0"}) == Decimal("0.35")
    assert line_total({"OrderQty": "12", "UnitPrice": "20.1865", "UnitPriceDiscount": "0.02"}) == Decimal("237.39")


def test_a_missing_table_is_named(source: Source) -> None:
    with pytest.raises(FileNotFoundError, match="Store.csv"):
        source.table("Store")


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [{"name": 'Café, "Vélo"', "note": ""}]
    write(tmp_path / "a.csv", rows)
    write(tmp_path / "b.csv", iter(rows))
    expected = 'name,note\n"Café, ""Vélo""",\n'.encode()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == expected
