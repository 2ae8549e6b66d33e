"""The board: totals and cards of every lane in a handful of statements, however many deals there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, union_all

from portal.accounts.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.organization.queries import reach

from ..models import Opportunity, StageChange
from ..rules import Flag, grade, health
from ..states import OpportunityState, Stage
from .deal import contact_counts, last_activity

SHOWN = 40  # cards per lane
MOST = 200
RECENT_MOVES = 400


@dataclass(frozen=True)
class Card:
    id: int
    name: str
    account: str
    amount: Decimal
    currency: str
    close_on: date
    next_step: str
    next_step_on: date | None
    owner_id: int | None
    days: int
    flags: Sequence[Flag]

    @property
    def health(self) -> tuple[str, str]:
        return grade(self.flags)


@dataclass
class Lane:
    """`amounts` and `weighted` are sums per currency."""

    stage: Stage
    count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    weighted: dict[str, Decimal] = field(default_factory=dict)
    usual: int | None = None
    cards: Sequence[Card] = ()

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Board:
    lanes: Sequence[Lane]

    @property
    def count(self) -> int:
        return sum(lane.count for lane in self.lanes)

    def together(self, part: str) -> dict[str, Decimal]:
        """The lanes' "amounts" or "weighted" added up, per currency."""
        sums: dict[str, Decimal] = {}
        for lane in self.lanes:
            for currency, amount in getattr(lane, part).items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sums


def board(
    actor: Actor,
    now: datetime,
    today: date,
    *,
    owner_id: int | None = None,
    territory_id: int | None = None,
    full: Stage | None = None,
) -> Board:
    """Open deals by stage, those closing first on top; `full` shows up to 200 cards of one lane."""
    shown = and_(
        reach(actor, Opportunity, "opportunities.view"),
        Opportunity.state == OpportunityState.OPEN,
        *([Opportunity.owner_id == owner_id] if owner_id else []),
        *([Opportunity.territory_id == territory_id] if territory_id else []),
    )
    lanes = _totals(shown)
    for stage, cards in _cards(shown, full, now, today).items():
        lanes[stage].cards = cards
    for stage, days in usual_days().items():
        lanes[stage].usual = days
    return Board(list(lanes.values()))


def totals(actor: Actor) -> dict[Stage, Lane]:
    """The lanes without cards: count and sums of every open deal the actor may see."""
    return _totals(reach(actor, Opportunity, "opportunities.view") & (Opportunity.state == OpportunityState.OPEN))


def _totals(shown: ColumnElement[bool]) -> dict[Stage, Lane]:
    O = Opportunity  # noqa: E741
    lanes = {stage: Lane(stage) for stage in Stage}
    rows = db.session.execute(
        select(O.stage, O.currency, func.count(), func.sum(O.amount), func.sum(O.amount * O.probability, type_=Exact()))
        .where(shown)
        .group_by(O.stage, O.currency)
        .order_by(O.stage, O.currency)
    )
    for stage, currency, count, amount, weighted in rows:
        lane = lanes[stage]
        lane.count += count
        lane.amounts[currency], lane.weighted[currency] = amount, weighted / 100
    return lanes


def _cards(shown: ColumnElement[bool], full: Stage | None, now: datetime, today: date) -> dict[Stage, list[Card]]:
    O = Opportunity  # noqa: E741
    tops = [
        select(O.id)
        .where(shown, O.stage == stage)
        .order_by(O.close_on, O.id)
        .limit(MOST if stage == full else SHOWN)
        .subquery()
        for stage in Stage
    ]
    rows = db.session.execute(
        select(O.id, O.stage, O.name, O.account_id, O.amount, O.currency, O.close_on, O.next_step, O.next_step_on,
               O.owner_id, O.stage_since, Account.name.label("account"))
        .join(Account, Account.id == O.account_id)
        .where(O.id.in_(union_all(*(select(top.c.id) for top in tops))))
        .order_by(O.close_on, O.id)
    ).all()  # fmt: skip
    seen, known = last_activity([row.id for row in rows]), contact_counts([row.account_id for row in rows])
    cards: dict[Stage, list[Card]] = {stage: [] for stage in Stage}
    for row in rows:
        cards[row.stage].append(_card(row, seen.get(row.id), known.get(row.account_id, 0), now, today))
    return cards


def _card(row: Any, seen: datetime | None, contacts: int, now: datetime, today: date) -> Card:
    flags = health(
        close_on=row.close_on,
        next_step=row.next_step,
        next_step_on=row.next_step_on,
        last_activity=seen and seen.date(),
        contacts=contacts,
        today=today,
    )
    return Card(
        row.id, row.name, row.account, row.amount, row.currency, row.close_on, row.next_step, row.next_step_on,
        row.owner_id, max((now - row.stage_since).days, 0), flags,
    )  # fmt: skip


def usual_days() -> dict[Stage, int]:
    """Average days in each stage, from the latest moves forward of the whole company."""
    latest = (
        select(StageChange.from_stage, StageChange.days)
        .where(StageChange.days.is_not(None), StageChange.from_stage.is_not(None))
        .order_by(StageChange.id.desc())
        .limit(RECENT_MOVES)
        .subquery()
    )
    rows = db.session.execute(select(latest.c.from_stage, func.avg(latest.c.days)).group_by(latest.c.from_stage))
    return {stage: round(days) for stage, days in rows}


def closed_since(actor: Actor, since: datetime) -> dict[OpportunityState, tuple[int, dict[str, Decimal]]]:
    """Won and lost deals closed since then: how many, and their worth per currency."""
    O = Opportunity  # noqa: E741
    worth = func.sum(func.coalesce(O.actual_revenue, O.amount))
    rows = db.session.execute(
        select(O.state, O.currency, func.count(), worth)
        .where(reach(actor, O, "opportunities.view"), O.state != OpportunityState.OPEN, O.closed_at >= since)
        .group_by(O.state, O.currency)
    )
    found: dict[OpportunityState, tuple[int, dict[str, Decimal]]] = {}
    for state, currency, count, amount in rows:
        before, sums = found.get(state, (0, {}))
        found[state] = before + count, {**sums, currency: amount}
    return found
