"""Prices and tax rates: what applies on a day, to a customer, and why."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from portal.kernel.db import db
from portal.kernel.errors import Refused

from .models import PriceList, PriceListItem, TaxRate


class Price(NamedTuple):
    """A unit price and the steps that led to it."""

    unit_price: Decimal
    why: list[tuple[str, str]]


def price_of(product_id: int, quantity: Decimal, *, price_list_id: int | None, currency: str, on: date) -> Price:
    """The price on the customer's list, else on the default list of the currency. Raises Refused when on neither."""
    wanted = PriceList.id == price_list_id if price_list_id else PriceList.is_default.is_(True)
    for which in (wanted, PriceList.is_default.is_(True)):
        if found := _item(product_id, quantity, which, currency, on):
            item, name = found
            step = (
                "Unit price" if item.min_quantity <= 1 else f"Unit price from {item.min_quantity.normalize():f} pieces"
            )
            return Price(item.unit_price, [("Price list", name), (step, f"{item.unit_price} {currency}")])
    raise Refused("price.not_found", f"This product has no price in {currency} on that day.")


def _item(
    product_id: int, quantity: Decimal, which: ColumnElement[bool], currency: str, on: date
) -> tuple[PriceListItem, str] | None:
    row = db.session.execute(
        select(PriceListItem, PriceList.name)
        .join(PriceList)
        .where(which, PriceList.currency == currency, _valid(on))
        .where(PriceListItem.product_id == product_id, PriceListItem.min_quantity <= quantity)
        .order_by(PriceListItem.min_quantity.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def _valid(on: date) -> ColumnElement[bool]:
    return and_(
        or_(PriceList.valid_from.is_(None), PriceList.valid_from <= on),
        or_(PriceList.valid_until.is_(None), PriceList.valid_until >= on),
    )


def tax_rates(country: str, region: str) -> dict[str, Decimal]:
    """Tax category -> percent at a place. A place without a rate is one where we collect no tax."""
    rows = db.session.execute(
        select(TaxRate.category, TaxRate.percent)
        .where(TaxRate.country == country, TaxRate.region.in_({"", region}))
        .order_by(TaxRate.region)  # the region comes after "", so the more specific rate stays
    )
    return {row.category: row.percent for row in rows}


def tax_percent(country: str, region: str, category: str) -> Decimal:
    """The percent for a category; 0 where we collect no tax."""
    return tax_rates(country, region).get(category, Decimal(0))
