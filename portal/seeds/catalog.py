"""The demo catalog: products, price lists with tiers, tax rates."""

from decimal import Decimal

from portal.catalog.models import PriceList, PriceListItem, Product, TaxRate
from portal.kernel.db import db

from .world import World


def load(world: World) -> None:
    facts = world.company
    for row in world.rows("products"):
        world.products[row["sku"]] = Product(
            sku=row["sku"],
            name=row["name"],
            category=row["subcategory"] or row["category"],
            unit=row["unit"],
            standard_cost=Decimal(row["standard_cost"]),
            active=row["active"] == "1",
        )
    for name in facts["price_lists"]:
        is_default = name == facts["default_price_list"]
        world.price_lists[name] = PriceList(name=name, currency=facts["currency"], is_default=is_default)
    db.session.add_all([*world.products.values(), *world.price_lists.values()])
    db.session.flush()
    db.session.add_all(
        PriceListItem(
            price_list_id=world.price_lists[row["price_list"]].id,
            product_id=world.products[row["sku"]].id,
            min_quantity=Decimal(row["min_quantity"]),
            unit_price=Decimal(row["unit_price"]),
        )
        for row in world.rows("price_list")
    )
    db.session.add_all(
        TaxRate(country=row["country"], region=row["region"], category=row["category"], percent=Decimal(row["rate"]))
        for row in world.rows("tax_rates")
    )
    db.session.flush()
