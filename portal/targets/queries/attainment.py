"""Quotas and how far they are reached, rolled up over the reporting tree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select

from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.organization.models import Position
from portal.organization.queries import names_of_positions, visible_to

from ..models import Quota
from ..rules import ZERO, Attainment, Period, attained
from ..states import Metric
from .calendar import actuals, quarter_of, today

METRIC = Metric.BOOKINGS


@dataclass(frozen=True)
class Row:
    """One position: its own number, and that of its subtree. `own_quota` None: it has none of its own."""

    position_id: int
    name: str
    title: str
    depth: int
    own_quota: Decimal | None
    quota_id: int | None
    below: Decimal  # quotas of the subtree, itself left out
    total: Attainment
    carries_quota: bool

    @property
    def over_assigned(self) -> Decimal | None:
        """What is assigned below over the own number, less one."""
        return self.below / self.own_quota - 1 if self.own_quota and self.below else None


def _in(period: Period) -> ColumnElement[bool]:
    return (Quota.metric == METRIC) & (Quota.starts_on >= period.starts_on) & (Quota.starts_on < period.ends_on)


def quota_of(position_id: int, period: Period, metric: str = Metric.BOOKINGS) -> Decimal:
    """What the position is to reach in the period; of a period cut through, the share of its days."""
    running = (Quota.metric == metric) & (Quota.starts_on < period.ends_on) & (Quota.ends_on > period.starts_on)
    found = db.session.scalars(select(Quota).where(running, Quota.owner_id == position_id))
    return sum((q.amount * period.share_of(Period(q.starts_on, q.ends_on, "")) for q in found), ZERO)


def bookings(period: Period) -> Mapping[int, Decimal]:
    return actuals(METRIC, period)


def booked_by(position_ids: Collection[int], period: Period) -> Decimal:
    found = bookings(period)
    return sum((found.get(position_id, ZERO) for position_id in position_ids), ZERO)


def attainment(actor: Actor, period: Period) -> list[Row]:
    """The positions whose targets the actor may see, in the order of the reporting tree."""
    return [row for row in _rows(actor, period) if row.total.quota or row.total.booked or row.carries_quota]


def _rows(actor: Actor, period: Period) -> list[Row]:
    positions = _positions(actor)
    quotas: dict[int | None, list[Quota]] = {}
    for one in db.session.scalars(visible_to(actor, Quota).where(_in(period))):
        quotas.setdefault(one.owner_id, []).append(one)
    won, day = bookings(period), today()
    names = names_of_positions(day)
    rows = [_row(p, positions, quotas, won, period, day) for p in positions]
    top = min((row.depth for row in rows), default=0)
    return [replace(row, name=names.get(row.position_id, row.title), depth=row.depth - top) for row in rows]


def _positions(actor: Actor) -> Sequence[Position]:
    query = select(Position).order_by(Position.path)
    scopes = actor.grants.get("targets.view", frozenset())
    if not actor.is_system and Scope.ALL not in scopes:
        below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
        mine = Position.id.in_(actor.position_ids)
        query = query.where(or_(mine, *below) if Scope.SUBTREE in scopes else mine)
    return db.session.scalars(query).all()


def _row(
    position: Position,
    positions: Sequence[Position],
    quotas: Mapping[int | None, list[Quota]],
    won: Mapping[int, Decimal],
    period: Period,
    day: date,
) -> Row:
    subtree = [p.id for p in positions if p.path.startswith(position.path)]
    number = {i: sum((q.amount for q in quotas[i]), ZERO) for i in subtree if i in quotas}
    own, quarters = number.pop(position.id, None), quotas.get(position.id, [])
    below = sum(number.values(), ZERO)
    booked = sum((won.get(i, ZERO) for i in subtree), ZERO)
    return Row(
        position.id,
        "",
        position.title,
        position.path.count("/") - 2,
        own,
        quarters[0].id if len(quarters) == 1 else None,
        below,
        attained(booked, below if own is None else own, period, day),
        position.carries_quota,
    )


def of_positions(position_ids: Collection[int], period: Period) -> Attainment:
    """Together, for a card: what these positions booked against their quotas."""
    quota = db.session.scalar(select(func.sum(Quota.amount)).where(_in(period), Quota.owner_id.in_(position_ids)))
    return attained(booked_by(position_ids, period), quota or ZERO, period, today())


def row_of(actor: Actor, position_id: int, period: Period) -> Row | None:
    """The row of one position, also of one without quota or bookings."""
    return next((row for row in _rows(actor, period) if row.position_id == position_id), None)


def past(position_id: int, period: Period, quarters: int = 4) -> list[tuple[Period, Attainment]]:
    """Quota and bookings of the position in the quarters before, latest first: what a number may be judged by."""
    found = []
    for back in range(1, quarters + 1):
        before = quarter_of(_back(period.starts_on, back))
        found.append((before, of_positions([position_id], before)))
    return found


def _back(day: date, quarters: int) -> date:
    months = day.year * 12 + day.month - 1 - 3 * quarters
    return date(months // 12, months % 12 + 1, 1)


def quota_in(actor: Actor, position_id: int, starts_on: date) -> Quota | None:
    mine = visible_to(actor, Quota).where(Quota.metric == METRIC, Quota.starts_on == starts_on)
    return db.session.scalar(mine.where(Quota.owner_id == position_id))
