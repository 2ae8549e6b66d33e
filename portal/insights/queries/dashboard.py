"""The first dashboard: pipeline, bookings against target, where leads come from, the way from lead to payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from portal.invoices.models import Invoice
from portal.invoices.states import DocumentKind, InvoiceState
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.opportunities.models import Opportunity
from portal.opportunities.queries import midnight, totals
from portal.opportunities.queries.board import Lane
from portal.opportunities.states import OpportunityState
from portal.organization.queries import company, reach
from portal.targets.queries import Row, attainment, currency, current_period
from portal.targets.rules import Attainment, Period, fiscal_year

from .beside import count_of

PARTS = ("booked", "quota", "expected")
PERIODS = {
    "0": "This quarter",
    "-1": "Last quarter",
    "-2": "Two quarters ago",
    "-4": "A year ago",
    "year": "Fiscal year",
}


@dataclass(frozen=True)
class Source:
    """Leads of one source in the period, and how many of them were qualified."""

    name: str
    leads: int
    qualified: int


@dataclass(frozen=True)
class Figures:
    """Amounts are in the company's currency; `lanes` keep every currency apart."""

    period: Period
    currency: str
    lanes: Sequence[Lane]
    won: Decimal
    won_count: int
    lost_count: int
    days_to_win: int | None
    target: Attainment
    rows: Sequence[Row]
    sources: Sequence[Source]
    way: Sequence[tuple[str, int]]

    @property
    def open_count(self) -> int:
        return sum(lane.count for lane in self.lanes)

    @property
    def pipeline(self) -> Decimal:
        return sum((lane.amounts.get(self.currency, Decimal(0)) for lane in self.lanes), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        return sum((lane.weighted.get(self.currency, Decimal(0)) for lane in self.lanes), Decimal(0))

    @property
    def win_rate(self) -> Decimal | None:
        closed = self.won_count + self.lost_count
        return Decimal(self.won_count) / closed if closed else None

    @property
    def coverage(self) -> Decimal | None:
        """Open pipeline over what is still to book."""
        return self.pipeline / self.target.left if self.target.left else None


def period_of(key: str) -> Period:
    """The period a key of PERIODS names; this quarter for any other."""
    if key == "year":
        home = company()
        return fiscal_year(current_period().starts_on, home.fiscal_year_start if home else 1)
    return current_period(int(key) if key in PERIODS else 0)


def dashboard(actor: Actor, period: Period) -> Figures:
    """Every figure counts only what the actor may see."""
    first, last = midnight(period.starts_on), midnight(period.ends_on)
    seen = reach(actor, Opportunity, "opportunities.view")
    won, won_count, days = _won(seen, first, last)
    rows = attainment(actor, period) if actor.may("targets.view") else []
    top = [row.total for row in rows if row.depth == 0]
    target = Attainment(*(sum((getattr(one, part) for one in top), Decimal(0)) for part in PARTS))
    return Figures(
        period=period,
        currency=currency(),
        lanes=list(totals(actor).values()),
        won=won,
        won_count=won_count,
        lost_count=_lost(seen, first, last),
        days_to_win=days,
        target=target,
        rows=rows,
        sources=_sources(actor, first, last) if actor.may("leads.view") else [],
        way=_way(actor, first, last),
    )


def _closed(state: OpportunityState, first: datetime, last: datetime) -> ColumnElement[bool]:
    O = Opportunity  # noqa: E741
    return (O.state == state) & (O.closed_at >= first) & (O.closed_at < last)


def _won(seen: ColumnElement[bool], first: datetime, last: datetime) -> tuple[Decimal, int, int | None]:
    """Actual revenue in the company's currency, the number of all deals won, and their days from opening to win."""
    rows = db.session.execute(
        select(Opportunity.currency, Opportunity.actual_revenue, Opportunity.created_at, Opportunity.closed_at).where(
            seen, _closed(OpportunityState.WON, first, last)
        )
    ).all()
    own = currency()
    amount = sum((row.actual_revenue or Decimal(0) for row in rows if row.currency == own), Decimal(0))
    days = [(row.closed_at - row.created_at).days for row in rows]
    return amount, len(rows), round(sum(days) / len(days)) if days else None


def _lost(seen: ColumnElement[bool], first: datetime, last: datetime) -> int:
    query = select(func.count()).select_from(Opportunity)
    return db.session.scalar(query.where(seen, _closed(OpportunityState.LOST, first, last))) or 0


def _sources(actor: Actor, first: datetime, last: datetime) -> list[Source]:
    rows = db.session.execute(
        select(Lead.source, func.count(), func.count().filter(Lead.state == LeadState.QUALIFIED))
        .where(reach(actor, Lead, "leads.view"), Lead.created_at >= first, Lead.created_at < last)
        .group_by(Lead.source)
        .order_by(func.count().desc(), Lead.source)
    )
    return [Source(*row) for row in rows]


def _way(actor: Actor, first: datetime, last: datetime) -> list[tuple[str, int]]:
    """Counts of the period, each by its own date: steps without permission are left out."""
    won = _closed(OpportunityState.WON, first, last)
    opened = (Opportunity.created_at >= first) & (Opportunity.created_at < last)
    issued = (Invoice.kind == DocumentKind.INVOICE) & (Invoice.issued_at >= first) & (Invoice.issued_at < last)
    steps = (
        ("Leads", "leads.view", Lead, (Lead.created_at >= first) & (Lead.created_at < last)),
        ("Qualified", "leads.view", Lead, (Lead.qualified_at >= first) & (Lead.qualified_at < last)),
        ("Opportunities", "opportunities.view", Opportunity, opened),
        ("Won", "opportunities.view", Opportunity, won),
        ("Invoiced", "invoices.view", Invoice, issued),
        ("Paid", "invoices.view", Invoice, issued & (Invoice.state == InvoiceState.PAID)),
    )
    return [(name, count_of(actor, model, when)) for name, permission, model, when in steps if actor.may(permission)]
