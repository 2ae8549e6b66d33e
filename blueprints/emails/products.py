"""A product from the catalog in a block."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency

from portal.catalog.queries import prices_of, product_named
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.organization.queries import company


def with_product(props: dict[str, Any], before: dict[str, Any], language: str) -> dict[str, Any]:
    """Name, description and list price, when another product was chosen. Raises Refused for one that there is not."""
    wanted = props.get("product")
    if not wanted or wanted == before.get("product"):
        return props
    try:
        product = product_named(wanted)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, "p_product") from refusal
    house = company()
    currency = house.currency if house else "USD"
    wanted_price = (product.id, Decimal(1))
    prices = prices_of([wanted_price], price_list_id=None, currency=currency, on=clock.now().date())
    filled = {"name": product.name, "text": product.description}
    if wanted_price in prices:
        filled["price"] = format_currency(prices[wanted_price].unit_price, currency, locale=language)
    return props | filled | {"product": f"{product.sku} {product.name}"}
