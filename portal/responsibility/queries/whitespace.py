"""White space: product families that an account does not buy while its peers do."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Select, and_, func, select

from portal.accounts.models import Account
from portal.catalog.models import Product
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.orders.models import Order, OrderLine
from portal.orders.states import OrderState
from portal.organization.queries import reach

WINDOW = timedelta(days=730)
SHARE = 30  # percent of the peers


class Gap(NamedTuple):
    """A family that this account has not bought, and what an average peer that does spent on it."""

    account_id: int
    name: str
    tier: str
    owner_id: int | None
    industry: str
    family: str
    share: int  # percent of the peers that buy it
    peers: int
    average: Decimal
    currency: str


def gaps(actor: Actor, *, account_id: int | None = None, limit: int = 60) -> list[Gap]:
    """The largest first, in one statement. Peers: accounts of the same industry and currency that ordered within two years.

    A family counts once at least 30 % of them, and two, have bought it.
    """
    bought = _bought(clock.now() - WINDOW).cte("bought")
    alike = (bought.c.industry, bought.c.currency)
    sizes = select(*alike, func.count(func.distinct(bought.c.account_id)).label("peers")).group_by(*alike).cte("sizes")
    sums = (func.count().label("buyers"), func.sum(bought.c.amount).label("amount"))
    families = select(*alike, bought.c.family, *sums).group_by(*alike, bought.c.family).cte("families")
    theirs = select(bought.c.account_id, *alike).distinct().cte("theirs")
    own = bought.alias("own")
    query = (
        select(
            Account.id, Account.name, Account.tier, Account.owner_id, Account.industry, families.c.family,
            (families.c.buyers * 100 / sizes.c.peers).label("share"), sizes.c.peers, families.c.amount, families.c.buyers,
            families.c.currency,
        )
        .join(theirs, theirs.c.account_id == Account.id)
        .join(families, and_(families.c.industry == theirs.c.industry, families.c.currency == theirs.c.currency))
        .join(sizes, and_(sizes.c.industry == theirs.c.industry, sizes.c.currency == theirs.c.currency))
        .outerjoin(own, and_(own.c.account_id == Account.id, own.c.family == families.c.family))
        .where(own.c.account_id.is_(None), families.c.buyers > 1, families.c.buyers * 100 >= sizes.c.peers * SHARE)
        .where(reach(actor, Account, "accounts.view"))
        .order_by((families.c.amount / families.c.buyers).desc(), Account.id)
        .limit(limit)
    )  # fmt: skip
    if account_id is not None:
        query = query.where(Account.id == account_id)
    return [
        Gap(
            row.id, row.name, row.tier, row.owner_id, row.industry, row.family, int(row.share), row.peers,
            row.amount / row.buyers, row.currency,
        )
        for row in db.session.execute(query)
    ]  # fmt: skip


def _bought(since: datetime) -> Select[int, str, str, str, Decimal]:
    """Account, industry, currency, family -> what it spent."""
    return (
        select(
            Order.account_id, Account.industry, Order.currency, Product.category.label("family"),
            func.sum(OrderLine.net).label("amount"),
        )
        .join(Account, Account.id == Order.account_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(Order.state != OrderState.CANCELLED, Order.placed_at >= since, Product.category != "")
        .group_by(Order.account_id, Account.industry, Order.currency, Product.category)
    )  # fmt: skip
