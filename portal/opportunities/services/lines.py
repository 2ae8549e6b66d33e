"""Products of a deal; while there are any, their sum is the amount."""

from decimal import Decimal

from sqlalchemy import func, select

from portal.catalog.models import Product
from portal.catalog.queries import price_of
from portal.catalog.rules import PlainLine, line_net
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.organization.queries import business_day, get

from ..models import Opportunity, OpportunityLine
from .editing import locked


def add_line(
    actor: Actor,
    opportunity_id: int,
    *,
    product_id: int,
    quantity: Decimal,
    unit_price: Decimal | None = None,
    discount_percent: Decimal = Decimal(0),
    version: int | None = None,
) -> int:
    """Without `unit_price` the deal's price list says it. Raises Refused where it has none."""
    deal = locked(actor, opportunity_id, version=version)
    product = get(actor, Product, product_id)
    if not product.active:
        raise Refused("line.product_retired", "This product is no longer sold.", "product_id")
    place = db.session.scalar(
        select(func.coalesce(func.max(OpportunityLine.place), 0)).where(OpportunityLine.opportunity_id == deal.id)
    )
    line = OpportunityLine(
        opportunity_id=deal.id,
        place=(place or 0) + 1,
        product_id=product.id,
        quantity=quantity,
        unit_price=_price(deal, product.id, quantity) if unit_price is None else unit_price,
        discount_percent=discount_percent,
    )
    db.session.add(line)
    _add_up(deal)
    return line.id


def change_line(
    actor: Actor,
    opportunity_id: int,
    line_id: int,
    *,
    quantity: Decimal,
    unit_price: Decimal | None,
    discount_percent: Decimal,
    version: int | None = None,
) -> int:
    """Without `unit_price` the price list is asked again, for the new quantity."""
    deal = locked(actor, opportunity_id, version=version)
    line = _line(deal, line_id)
    line.quantity, line.discount_percent = quantity, discount_percent
    line.unit_price = _price(deal, line.product_id, quantity) if unit_price is None else unit_price
    _add_up(deal)
    return line.id


def remove_line(actor: Actor, opportunity_id: int, line_id: int, *, version: int | None = None) -> int:
    deal = locked(actor, opportunity_id, version=version)
    db.session.delete(_line(deal, line_id))
    _add_up(deal)
    return deal.id


def _line(deal: Opportunity, line_id: int) -> OpportunityLine:
    found = db.session.get(OpportunityLine, line_id)
    if found is None or found.opportunity_id != deal.id:
        raise NotFound("line.not_found", "This line is no longer there.")
    return found


def _price(deal: Opportunity, product_id: int, quantity: Decimal) -> Decimal:
    return price_of(
        product_id, quantity, price_list_id=deal.price_list_id, currency=deal.currency, on=business_day()
    ).unit_price


def _add_up(deal: Opportunity) -> None:
    db.session.flush()
    lines = db.session.scalars(select(OpportunityLine).where(OpportunityLine.opportunity_id == deal.id)).all()
    totals = [line_net(PlainLine(x.quantity, x.unit_price, x.discount_percent), deal.currency) for x in lines]
    deal.amount, deal.amount_from_lines = sum(totals, Decimal(0)), bool(lines)
