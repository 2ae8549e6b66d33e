"""What each channel brought and cost in a period: its profit and loss, from the same rows as every other figure."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from portal.channels.models import Channel, ChannelSource, Partner
from portal.channels.queries import channels
from portal.channels.rules import source_key
from portal.compensation.models import Earning
from portal.invoices.models import Invoice
from portal.kernel.db import db
from portal.kernel.money import SCALE, Exact, round_to
from portal.leads.models import Lead
from portal.opportunities.models import Opportunity
from portal.opportunities.queries import midnight
from portal.opportunities.states import OpportunityState
from portal.orders.models import Order, OrderLine
from portal.orders.states import OrderState
from portal.targets.queries import currency
from portal.targets.rules import Period

ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass
class Result:
    """One channel in one period; amounts in the company's currency. Without `channel`: what came through none."""

    channel: Channel | None
    currency: str
    leads: int = 0
    pipeline: Decimal = ZERO  # open now
    open_deals: int = 0
    won: Decimal = ZERO
    won_deals: int = 0
    lost_deals: int = 0
    days: int | None = None  # from opening to winning, on average
    listed: Decimal = ZERO  # orders of the period at list price
    ordered: Decimal = ZERO  # and as they were placed
    invoiced: Decimal = ZERO  # net, of the period, less credit notes
    cost: Decimal = ZERO  # of the orders invoiced, on the day they were placed, less returned goods
    partners: Decimal = ZERO  # what partners keep of it
    commission: Decimal = ZERO  # earned by our people on its deals, orders, invoices and payments
    partner_deals: int = 0

    @property
    def name(self) -> str:
        return self.channel.name if self.channel else "No channel"

    @property
    def win_rate(self) -> Decimal | None:
        closed = self.won_deals + self.lost_deals
        return Decimal(self.won_deals) / closed if closed else None

    @property
    def discount(self) -> Decimal | None:
        """Share taken off the list price."""
        return 1 - self.ordered / self.listed if self.listed else None

    @property
    def margin(self) -> Decimal:
        return self.invoiced - self.cost

    @property
    def sale_cost(self) -> Decimal:
        """What selling through it costs, by its cost of sale."""
        return round_to(self.invoiced * self.channel.cost_percent / HUNDRED, self.currency) if self.channel else ZERO

    @property
    def contribution(self) -> Decimal:
        return self.margin - self.sale_cost - self.partners - self.commission


def channel_results(period: Period) -> list[Result]:
    """Every channel, best contribution first, what came through none last. A fixed number of statements."""
    own = currency()
    found: dict[int | None, Result] = defaultdict(lambda: Result(None, own))
    found |= {one.id: Result(one, own) for one in channels()}
    for fill in (_leads, _pipeline, _closed, _orders, _invoices, _commission):
        fill(found, period, own)
    used = [
        one for one in found.values() if one.channel is None or one.channel.active or one.invoiced or one.open_deals
    ]
    return sorted(used, key=lambda one: (one.channel is None, -one.contribution, one.name))


def _leads(found: dict[int | None, Result], period: Period, own: str) -> None:
    first, last = midnight(period.starts_on), midnight(period.ends_on)
    known = {row.key: row.channel_id for row in db.session.execute(select(ChannelSource.key, ChannelSource.channel_id))}
    counted = select(Lead.source, func.count()).where(Lead.created_at >= first, Lead.created_at < last)
    for source, number in db.session.execute(counted.group_by(Lead.source)):
        found[known.get(source_key(source))].leads += number


def _pipeline(found: dict[int | None, Result], period: Period, own: str) -> None:
    query = select(Opportunity.channel_id, func.count(), func.sum(Opportunity.amount))
    query = query.where(Opportunity.state == OpportunityState.OPEN, Opportunity.currency == own)
    for channel_id, number, amount in db.session.execute(query.group_by(Opportunity.channel_id)):
        found[channel_id].open_deals, found[channel_id].pipeline = number, amount


def _closed(found: dict[int | None, Result], period: Period, own: str) -> None:
    first, last = midnight(period.starts_on), midnight(period.ends_on)
    rows = db.session.execute(
        select(
            Opportunity.channel_id, Opportunity.state, Opportunity.actual_revenue, Opportunity.created_at,
            Opportunity.closed_at, Opportunity.partner_id,
        ).where(
            Opportunity.state != OpportunityState.OPEN, Opportunity.closed_at >= first, Opportunity.closed_at < last,
            Opportunity.currency == own,
        )
    ).all()  # fmt: skip
    days: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        one = found[row.channel_id]
        if row.state == OpportunityState.WON:
            one.won += row.actual_revenue or ZERO
            one.won_deals += 1
            one.partner_deals += row.partner_id is not None
            days[row.channel_id].append((row.closed_at - row.created_at).days)
        else:
            one.lost_deals += 1
    for channel_id, all_days in days.items():
        found[channel_id].days = round(sum(all_days) / len(all_days))


def _orders(found: dict[int | None, Result], period: Period, own: str) -> None:
    first, last = midnight(period.starts_on), midnight(period.ends_on)
    placed = (
        Order.placed_at >= first,
        Order.placed_at < last,
        Order.currency == own,
        Order.state != OrderState.CANCELLED,
    )
    through = select(Opportunity.channel_id, func.sum(Order.net)).select_from(Order)
    through = through.outerjoin(Opportunity, Opportunity.id == Order.opportunity_id).where(*placed)
    for channel_id, net in db.session.execute(through.group_by(Opportunity.channel_id)):
        found[channel_id].ordered = net
    listed = (
        select(Opportunity.channel_id, func.sum(OrderLine.quantity * OrderLine.unit_price, type_=Exact()))
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Opportunity, Opportunity.id == Order.opportunity_id)
        .where(*placed)
    )
    for channel_id, amount in db.session.execute(listed.group_by(Opportunity.channel_id)):
        found[channel_id].listed = round_to(amount / SCALE, own)  # a product of two exact numbers has their scale twice


def _invoices(found: dict[int | None, Result], period: Period, own: str) -> None:
    def by_channel(*columns: Any) -> Select[Any]:
        return (
            select(Opportunity.channel_id, *columns)
            .select_from(Invoice)
            .outerjoin(Opportunity, Opportunity.id == Invoice.opportunity_id)
            .where(Invoice.issued_on >= period.starts_on, Invoice.issued_on < period.ends_on, Invoice.currency == own)
            .group_by(Opportunity.channel_id)
        )

    for channel_id, net, cost in db.session.execute(by_channel(func.sum(Invoice.net), func.sum(Invoice.cost))):
        found[channel_id].invoiced, found[channel_id].cost = net, cost
    kept = by_channel(Partner.margin_percent, func.sum(Invoice.net)).join(Partner, Partner.id == Opportunity.partner_id)
    for channel_id, percent, net in db.session.execute(kept.group_by(Partner.margin_percent)):
        found[channel_id].partners += round_to(net * percent / HUNDRED, own)


def _commission(found: dict[int | None, Result], period: Period, own: str) -> None:
    query = select(Opportunity.channel_id, func.sum(Earning.pays)).select_from(Earning)
    query = query.outerjoin(Opportunity, Opportunity.id == Earning.opportunity_id)
    query = query.where(Earning.day >= period.starts_on, Earning.day < period.ends_on)
    for channel_id, pays in db.session.execute(query.group_by(Opportunity.channel_id)):
        found[channel_id].commission = pays
