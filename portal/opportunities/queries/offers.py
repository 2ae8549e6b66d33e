"""Products that a deal may get, with their prices for it."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from portal.catalog.models import Product
from portal.catalog.queries import prices_of
from portal.kernel.db import db
from portal.kernel.search import find
from portal.organization.queries import business_day

from ..models import Opportunity

ONE = Decimal(1)


class OfferedProduct(NamedTuple):
    """`price` is None where no list has one; `why` are the steps that led to it."""

    product: Product
    price: Decimal | None
    why: list[tuple[str, str]]


def products_for(deal: Opportunity, words: str, limit: int = 8) -> list[OfferedProduct]:
    """Active products that the words fit, best first."""
    ids = [hit.record_id for hit in find(words, nouns=["catalog"], limit=50)]
    found = {p.id: p for p in db.session.scalars(select(Product).where(Product.id.in_(ids), Product.active))}
    picked = [found[i] for i in ids if i in found][:limit]
    prices = prices_of(
        [(p.id, ONE) for p in picked], price_list_id=deal.price_list_id, currency=deal.currency, on=business_day()
    )
    offers = []
    for product in picked:
        price = prices.get((product.id, ONE))
        offers.append(OfferedProduct(product, price.unit_price if price else None, price.why if price else []))
    return offers
