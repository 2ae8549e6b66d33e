"""Every account with what the rules ask about and what it weighs, in a handful of queries whatever the number."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select

from portal.accounts.models import Account, Cadence
from portal.accounts.states import Tier
from portal.catalog.models import Product
from portal.kernel import clock
from portal.kernel.db import db
from portal.opportunities.models import Opportunity, OpportunityLine
from portal.opportunities.states import OpportunityState
from portal.orders.models import Order, OrderLine
from portal.orders.states import OrderState
from portal.organization.queries import company
from portal.responsibility.rules import CADENCE
from portal.territories.rules import Facts, Rule

from ..models import Pin
from ..rules import Load

NOTHING = Decimal(0)


class Customer(NamedTuple):
    """An account as realignment sees it. `pinned`: why it stays where it is, or ""."""

    id: int
    number: str
    name: str
    facts: Facts
    owner_id: int | None
    territory_id: int | None
    pinned: str
    load: Load


def book(rules: Iterable[Rule] = ()) -> list[Customer]:
    """All accounts by number. Product interest is read only where one of the `rules` asks for it."""
    return _customers(select(Account.id), {rule.product for rule in rules if rule.product})


def customer(account_id: int, rules: Iterable[Rule] = ()) -> Customer | None:
    """One account, read as all of them are."""
    asked = {rule.product for rule in rules if rule.product}
    return next(iter(_customers(select(Account.id).where(Account.id == account_id), asked)), None)


def year_ago() -> datetime:
    now = clock.now()
    return now.replace(year=now.year - 1, day=min(now.day, 28))


def _customers(ids: Select[int], products: set[str]) -> list[Customer]:
    revenue, pipeline = _revenue(ids), _pipeline(ids)
    interest = _interest(ids, products) if products else {}
    tier_days = case(*((Account.tier == tier, days) for tier, days in CADENCE.items()), else_=CADENCE[Tier.C])
    columns = (
        Account.id, Account.number, Account.name, Account.country, Account.region, Account.postcode, Account.industry,
        Account.employees, Account.annual_revenue, Account.owner_id, Account.territory_id, Pin.reason,
        func.coalesce(Account.cadence_days, Cadence.days, tier_days),
    )  # fmt: skip
    query = (
        select(*columns)
        .outerjoin(Pin, Pin.account_id == Account.id)
        .outerjoin(Cadence, Cadence.tier == Account.tier)
        .where(Account.id.in_(ids))
        .order_by(Account.number)
    )
    nobody: frozenset[str] = frozenset()
    return [
        Customer(
            key, number, name,
            Facts(country, region, postcode, industry, employees, interest.get(key, nobody), number),
            owner, territory, pinned or "",
            Load(1, pipeline.get(key, NOTHING), revenue.get(key, NOTHING), turnover or NOTHING, round(365 / days)),
        )
        for (key, number, name, country, region, postcode, industry, employees, turnover, owner, territory, pinned, days)
        in db.session.execute(query)
    ]  # fmt: skip


def _home_currency() -> str:
    home = company()
    return home.currency if home else "USD"


def _revenue(ids: Select[int]) -> dict[int, Decimal]:
    """Ordered within a year, in the company's currency."""
    counted = (Order.placed_at >= year_ago(), Order.state != OrderState.CANCELLED, Order.currency == _home_currency())
    return _sums(select(Order.account_id, func.sum(Order.net)).where(*counted), Order.account_id, ids)


def _pipeline(ids: Select[int]) -> dict[int, Decimal]:
    """Estimated revenue of open opportunities, in the company's currency."""
    counted = (Opportunity.state == OpportunityState.OPEN, Opportunity.currency == _home_currency())
    query = select(Opportunity.account_id, func.sum(Opportunity.amount)).where(*counted)
    return _sums(query, Opportunity.account_id, ids)


def _sums(query: Select[int, Decimal], column: Any, ids: Select[int]) -> dict[int, Decimal]:
    return {key: amount for key, amount in db.session.execute(query.where(column.in_(ids)).group_by(column))}


def _interest(ids: Select[int], products: set[str]) -> dict[int, frozenset[str]]:
    """Account -> the asked categories among what it ordered within a year or has in an open opportunity."""
    ordered = (
        select(Order.account_id, Product.category)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(Order.placed_at >= year_ago(), Order.state != OrderState.CANCELLED, Order.account_id.in_(ids))
    )
    wanted = (
        select(Opportunity.account_id, Product.category)
        .join(OpportunityLine, OpportunityLine.opportunity_id == Opportunity.id)
        .join(Product, Product.id == OpportunityLine.product_id)
        .where(Opportunity.state == OpportunityState.OPEN, Opportunity.account_id.in_(ids))
    )
    found: dict[int, set[str]] = {}
    folded = {product.casefold() for product in products}
    for account_id, category in db.session.execute(ordered.union(wanted)):
        if category.casefold() in folded:
            found.setdefault(account_id, set()).add(category)
    return {account_id: frozenset(categories) for account_id, categories in found.items()}
