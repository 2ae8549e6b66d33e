"""Prices and tax rates: what applies on a day, to a customer, and why."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.listing import Field, Listing
from portal.kernel.money import round_to
from portal.organization.queries import visible_to

from .models import PriceList, PriceListItem, Product, TaxRate


class Price(NamedTuple):
    """A unit price and the steps that led to it, as (label, text)."""

    unit_price: Decimal
    why: list[tuple[str, str]]


def price_of(product_id: int, quantity: Decimal, *, price_list_id: int | None, currency: str, on: date) -> Price:
    """The price on the document's list, else on the default list of its currency. Raises Refused when on neither."""
    wanted = (product_id, quantity)
    found = prices_of([wanted], price_list_id=price_list_id, currency=currency, on=on).get(wanted)
    if found is None:
        name = db.session.scalar(select(Product.name).where(Product.id == product_id)) or "This product"
        raise Refused("price.none", f"{name} has no price in {currency} for this quantity on {on}.")
    return found


def prices_of(
    wanted: Sequence[tuple[int, Decimal]], *, price_list_id: int | None, currency: str, on: date
) -> dict[tuple[int, Decimal], Price]:
    """(product id, quantity) -> price, by two statements for any number; without a price the pair is left out.

    A list of another currency never prices a document; one out of its dates leaves the word to the default list.
    On a list the largest minimum quantity that is reached wins.
    """
    of_currency = select(PriceList).where(PriceList.currency == currency)
    lists = db.session.scalars(of_currency.where(or_(PriceList.id == price_list_id, PriceList.is_default))).all()
    by_turn = sorted(lists, key=lambda one: one.id != price_list_id)
    valid = [one for one in by_turn if is_valid(one, on)]
    skipped = [(one.name, _dates(one)) for one in by_turn if one not in valid]
    items = select(PriceListItem).where(
        PriceListItem.price_list_id.in_([one.id for one in valid]),
        PriceListItem.product_id.in_({product_id for product_id, _ in wanted}),
    )
    tiers: dict[tuple[int, int], list[PriceListItem]] = {}
    for item in db.session.scalars(items.order_by(PriceListItem.min_quantity.desc())):
        tiers.setdefault((item.price_list_id, item.product_id), []).append(item)
    found = {}
    for product_id, quantity in wanted:
        for one in valid:
            reached = [item for item in tiers.get((one.id, product_id), []) if item.min_quantity <= quantity]
            if reached:
                why = [*skipped, *_why(one, reached[0], chosen=one.id == price_list_id)]
                found[product_id, quantity] = Price(reached[0].unit_price, why)
                break
    return found


def is_valid(one: PriceList, on: date) -> bool:
    """Both ends belong to the list's time."""
    return (one.valid_from is None or one.valid_from <= on) and (one.valid_until is None or on <= one.valid_until)


def _dates(one: PriceList) -> str:
    return f"valid {one.valid_from or 'ever since'} to {one.valid_until or 'further notice'}"


def _why(one: PriceList, item: PriceListItem, *, chosen: bool) -> list[tuple[str, str]]:
    reason = "list of this document" if chosen else f"default list for {one.currency}"
    why = [("Price list", f"{one.name}, {reason}"), ("From quantity", f"{item.min_quantity.normalize():f}")]
    if one.valid_from or one.valid_until:
        why.append(("Dates", _dates(one)))
    return [*why, ("Unit price", f"{item.unit_price.normalize():f} {one.currency}")]


def price_lists() -> Sequence[PriceList]:
    """Every price list, by name."""
    return db.session.scalars(select(PriceList).order_by(PriceList.name)).all()


def count_items() -> dict[int, int]:
    """Price list id -> number of prices on it."""
    counted = select(PriceListItem.price_list_id, func.count()).group_by(PriceListItem.price_list_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def items_of(price_list_id: int, words: str = "", limit: int = 200) -> Sequence[PriceListItem]:
    """Prices of a list by product and quantity, of the products that the words fit."""
    query = select(PriceListItem).join(PriceListItem.product).options(contains_eager(PriceListItem.product))
    for word in words.split()[:8]:
        query = query.where(
            or_(Product.name.icontains(word, autoescape=True), Product.sku.icontains(word, autoescape=True))
        )
    query = query.where(PriceListItem.price_list_id == price_list_id)
    return db.session.scalars(query.order_by(Product.name, Product.id, PriceListItem.min_quantity).limit(limit)).all()


def prices_by_list(product_id: int) -> Sequence[PriceListItem]:
    """Every price of a product, by list and quantity."""
    query = select(PriceListItem).join(PriceListItem.price_list).options(contains_eager(PriceListItem.price_list))
    mine = query.where(PriceListItem.product_id == product_id)
    return db.session.scalars(mine.order_by(PriceList.name, PriceListItem.min_quantity)).all()


def product_named(text: str) -> Product:
    """The product whose number, or "number name", was typed. Raises Refused for the field `product`."""
    text = text.strip()
    found = db.session.scalar(select(Product).where(or_(Product.sku == text, Product.sku == text.partition(" ")[0])))
    if found is None:
        raise Refused("product.unknown", "No product has this number.", "product")
    return found


def products_to_pick(limit: int = 500) -> list[str]:
    """ "Number name" of what is sold, for fields that suggest one."""
    query = select(Product.sku, Product.name).where(Product.active).order_by(Product.name).limit(limit)
    return [f"{row.sku} {row.name}" for row in db.session.execute(query)]


def all_tax_rates() -> Sequence[TaxRate]:
    """By country, region and category; the whole country first."""
    return db.session.scalars(select(TaxRate).order_by(TaxRate.country, TaxRate.region, TaxRate.category)).all()


RATES = (
    select(TaxRate.category, TaxRate.percent)
    .where(TaxRate.country == bindparam("country"), or_(TaxRate.region == "", TaxRate.region == bindparam("region")))
    .order_by(TaxRate.region)  # the region comes after "", so the more specific rate stays
)


def tax_rates(country: str, region: str) -> dict[str, Decimal]:
    """Tax category -> percent at a place: the rate of the region, else that of the whole country.

    A place without a rate is one where we collect no tax.
    """
    rows = db.session.execute(RATES, {"country": country, "region": region})
    return {row.category: row.percent for row in rows}


def tax_percent(country: str, region: str, category: str) -> Decimal:
    """The percent for a category; 0 where we collect no tax."""
    return tax_rates(country, region).get(category, Decimal(0))


COSTS = select(Product.id, Product.standard_cost).where(Product.id.in_(bindparam("ids", expanding=True)))


def cost_of(lines: Iterable[tuple[int | None, Decimal]], currency: str) -> Decimal:
    """Standard cost of (product, quantity) lines as of now; what is in no catalog costs nothing."""
    wanted = [(product_id, quantity) for product_id, quantity in lines if product_id is not None]
    with db.session.no_autoflush:  # no sale changes what products cost
        rows = db.session.execute(COSTS, {"ids": [product_id for product_id, _ in wanted]})
    costs = {product_id: cost for product_id, cost in rows}
    return round_to(sum((quantity * costs[i] for i, quantity in wanted), Decimal(0)), currency)


def _categories(actor: Actor) -> list[tuple[str, str]]:
    used = select(Product.category).where(Product.category != "").distinct().order_by(Product.category)
    return [(name, name) for name in db.session.scalars(used)]


PRODUCTS = Listing(
    name="products",
    query=lambda actor: visible_to(actor, Product),
    identity=Product.id,
    fields=(
        Field("name", "Product", func.lower(Product.name), value=lambda product: product.name),
        Field("sku", "Number", Product.sku),
        Field("category", "Category", Product.category, filter="choice", choices=_categories),
        Field("unit", "Unit", Product.unit),
        Field("standard_cost", "Standard cost", Product.standard_cost, kind="number", shown=False, filter="range"),
        Field(
            "active",
            "State",
            case((Product.active, "sold"), else_="ended"),
            value=lambda product: "Sold" if product.active else "Not sold any more",
            filter="choice",
            choices=lambda actor: [("sold", "Sold"), ("ended", "Not sold any more")],
        ),
    ),
    sort="name",
    words=(Product.name, Product.sku, Product.category),
    views=(("Sold", "active=sold"),),
)
