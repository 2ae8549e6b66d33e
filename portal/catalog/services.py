"""Changing products, price lists and tax rates."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Insert, bindparam, insert, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.money import LIMIT
from portal.organization.queries import authorize, get

from .models import PricedLine, PriceList, PriceListItem, Product, TaxRate

COPIED = [name for name in PricedLine.__annotations__ if name != "id"]


def line_copier(source: type[PricedLine], owner: str, copy: type[PricedLine], new_owner: str) -> Insert:
    """The statement that gives a document the lines of another; its parameters `source` and `copy` are their ids."""
    old: Any = source.__table__  # type: ignore[attr-defined]
    lines = select(*(old.c[name] for name in COPIED), bindparam("copy", type_=old.c[owner].type))
    lines = lines.where(old.c[owner] == bindparam("source")).order_by(old.c.place)
    return insert(copy.__table__).from_select([*COPIED, new_owner], lines)  # type: ignore[attr-defined]


def create_product(actor: Actor, **details: Any) -> Product:
    """Raises Refused when another product has the number."""
    authorize(actor, "catalog.edit")
    product = Product(**details)
    db.session.add(product)
    db.session.flush()
    return product


def update_product(actor: Actor, product_id: int, *, version: int | None, **details: Any) -> Product:
    """Documents keep what they say; new lines follow."""
    product = get(actor, Product, product_id, lock=True)
    authorize(actor, "catalog.edit", product)
    product.expect(version)
    for column, value in details.items():
        setattr(product, column, value)
    return product


def create_price_list(actor: Actor, **details: Any) -> PriceList:
    authorize(actor, "price_lists.edit")
    made = PriceList()
    _set_price_list(made, details)
    db.session.add(made)
    db.session.flush()
    return made


def update_price_list(actor: Actor, price_list_id: int, *, version: int | None, **details: Any) -> PriceList:
    """Raises Refused for another currency once the list has prices: they would change their meaning."""
    changed = get(actor, PriceList, price_list_id, lock=True)
    authorize(actor, "price_lists.edit", changed)
    changed.expect(version)
    if changed.items and details.get("currency", changed.currency) != changed.currency:
        raise Refused("price_list.currency", "A list with prices keeps its currency. Make a new list.", "currency")
    _set_price_list(changed, details)
    return changed


def _set_price_list(which: PriceList, details: dict[str, Any]) -> None:
    for column, value in details.items():
        setattr(which, column, value)
    first, last = which.valid_from, which.valid_until
    if first and last and last < first:
        raise Refused("price_list.dates", "The last day is before the first.", "valid_until")
    if which.is_default:
        others = select(PriceList).where(PriceList.currency == which.currency, PriceList.is_default)
        with db.session.no_autoflush:
            before = [one for one in db.session.scalars(others) if one is not which]
        if before:
            which.is_default = before[0].is_default = False
            db.session.flush()  # one default at a time, also within the transaction
            which.is_default = True


def add_price(
    actor: Actor, price_list_id: int, *, product_id: int, min_quantity: Decimal, unit_price: Decimal
) -> PriceListItem:
    """A price from a quantity on. Raises Refused when the list has one from that very quantity."""
    listed = get(actor, PriceList, price_list_id)
    authorize(actor, "price_lists.edit", listed)
    item = PriceListItem(price_list_id=listed.id, product_id=product_id)
    _set_price(item, min_quantity, unit_price)
    db.session.add(item)
    db.session.flush()
    return item


def change_price(
    actor: Actor, item_id: int, *, version: int | None, min_quantity: Decimal, unit_price: Decimal
) -> PriceListItem:
    item = _price(actor, item_id)
    item.expect(version)
    _set_price(item, min_quantity, unit_price)
    return item


def remove_price(actor: Actor, item_id: int) -> int:
    """Returns the id of its list. Documents that used the price keep it."""
    item = _price(actor, item_id)
    db.session.delete(item)
    return item.price_list_id


def _price(actor: Actor, item_id: int) -> PriceListItem:
    item = get(actor, PriceListItem, item_id, lock=True)
    authorize(actor, "price_lists.edit")
    return item


def _set_price(item: PriceListItem, min_quantity: Decimal, unit_price: Decimal) -> None:
    if not 0 < min_quantity < LIMIT:
        raise Refused("price.quantity", "From which quantity on? More than 0.", "min_quantity")
    if not 0 <= unit_price < LIMIT:
        raise Refused("price.negative", "A price is not negative.", "unit_price")
    item.min_quantity, item.unit_price = min_quantity, unit_price


def add_tax_rate(actor: Actor, *, country: str, region: str, category: str, percent: Decimal) -> TaxRate:
    """Raises Refused when the place has a rate for the category."""
    authorize(actor, "tax_rates.edit")
    rate = TaxRate(country=country, region=region.upper(), category=category, percent=_percent(percent))
    db.session.add(rate)
    db.session.flush()
    return rate


def change_tax_rate(actor: Actor, rate_id: int, *, version: int | None, percent: Decimal) -> TaxRate:
    """From now on; issued documents keep theirs."""
    rate = get(actor, TaxRate, rate_id, lock=True)
    authorize(actor, "tax_rates.edit", rate)
    rate.expect(version)
    rate.percent = _percent(percent)
    return rate


def remove_tax_rate(actor: Actor, rate_id: int) -> None:
    rate = get(actor, TaxRate, rate_id, lock=True)
    authorize(actor, "tax_rates.edit", rate)
    db.session.delete(rate)


def _percent(percent: Decimal) -> Decimal:
    if not 0 <= percent <= 100:
        raise Refused("tax_rate.percent", "Between 0 and 100.", "percent")
    return percent
