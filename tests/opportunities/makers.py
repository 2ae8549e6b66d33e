"""Makers of accounts, products, leads and deals for tests."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.catalog.models import PriceList, PriceListItem, Product
from portal.kernel import clock
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.opportunities.models import Opportunity, StageChange
from portal.opportunities.states import PROBABILITY, OpportunityState, Stage
from tests.world import add, position, territory

_next = count(1)


def account(owner: str = "rep", area: str = "Southwest", **values: Any) -> Account:
    n = next(_next)
    given = {"number": f"T{n:05d}", "name": f"Wheel Store {n}", "currency": "USD"} | values
    return add(Account(owner_id=position(owner).id, territory_id=territory(area).id, **given))


def contact(of: Account | None = None, **values: Any) -> Contact:
    n = next(_next)
    given = {"first_name": "Carla", "last_name": f"Contact {n}", "email": f"carla{n}@wheels{n}.example"} | values
    return add(
        Contact(account_id=of and of.id, owner_id=of and of.owner_id, territory_id=of and of.territory_id, **given)
    )


def product(price: str | None = "100", **values: Any) -> Product:
    """With a price on the default list in USD, unless `price` is None."""
    n = next(_next)
    made = add(Product(**{"sku": f"BK-{n}", "name": f"Road Bike {n}"} | values))
    if price is not None:
        prices = add_price_list()
        add(PriceListItem(price_list_id=prices.id, product_id=made.id, unit_price=Decimal(price)))
    return made


def add_price_list() -> PriceList:
    found = db.session.scalar(select(PriceList).where(PriceList.is_default, PriceList.currency == "USD"))
    return found or add(PriceList(name="Resellers", currency="USD", is_default=True))


def lead(owner: str = "rep", area: str = "Southwest", **values: Any) -> Lead:
    n = next(_next)
    given: dict[str, Any] = {
        "first_name": "Lena",
        "last_name": f"Lead {n}",
        "email": f"lena{n}@bikes{n}.example",
        "company": f"Bikes {n} Inc.",
        "message": "Ten road bikes, please.",
        "country": "US",
        "source": "landing_page",
    }
    given |= {"owner_id": position(owner).id, "territory_id": territory(area).id}
    return add(Lead(**given | values))


def deal(owner: str = "rep", area: str = "Southwest", *, of: Account | None = None, **values: Any) -> Opportunity:
    home = of or account(owner, area)
    stage = values.setdefault("stage", Stage.QUALIFY)
    state = values.setdefault("state", OpportunityState.OPEN)
    if state == OpportunityState.LOST:
        values.setdefault("loss_reason", "Price")
    if state != OpportunityState.OPEN:
        values.setdefault("closed_at", clock.now())
    given = {
        "name": f"Deal {next(_next)}",
        "account_id": home.id,
        "currency": "USD",
        "close_on": date.today() + timedelta(days=30),
        "probability": PROBABILITY[stage],
        "amount": Decimal(1000),
        "owner_id": position(owner).id,
        "territory_id": territory(area).id,
    }
    made: Opportunity = add(Opportunity(**given | values))
    add(StageChange(opportunity_id=made.id, to_stage=Stage.QUALIFY, by="Test"))
    return made


def ready(**values: Any) -> Opportunity:
    """A deal that may leave Qualify."""
    home = account()
    return deal(of=home, **{"contact_id": contact(home).id, "need": "Road bikes"} | values)
