"""Products and price lists for tests."""

from decimal import Decimal
from typing import Any

from portal.catalog.models import PriceList, PriceListItem, Product
from tests import world


def make_product(sku: str = "BK-1", name: str = "Road bike", **values: Any) -> Product:
    return world.add(Product(sku=sku, name=name, **values))


def make_list(name: str = "Resellers", *prices: tuple[Product, str, str], **values: Any) -> PriceList:
    """A list in dollars with (product, from quantity, unit price)."""
    values = {"currency": "USD"} | values
    items = [PriceListItem(product_id=p.id, min_quantity=Decimal(q), unit_price=Decimal(u)) for p, q, u in prices]
    return world.add(PriceList(name=name, items=items, **values))
