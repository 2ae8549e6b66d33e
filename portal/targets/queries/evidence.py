"""What a number may be judged by: history, open pipeline, potential, how long the people have been there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.organization.models import Position, RampProfile, Seat
from portal.organization.queries import running

from ..models import Node, Plan, Target, TargetMonth
from ..rules import COMPANY, PIPELINE, ZERO, Attainment, Method, Period, carried, measure, period
from ..states import Metric, PlanState, Span
from .calendar import actuals_of, year_start
from .plans import fiscal_month
from .tree import Branch, Tree, tree


@dataclass(frozen=True)
class Evidence:
    """`past` are the periods before, latest first. `carried` is what the people in the seats can be asked of `number`."""

    past: Sequence[tuple[Period, Attainment]]
    pipeline: Decimal
    accounts: int
    potential: Decimal
    number: Decimal
    carried: Decimal
    joined: Sequence[tuple[int, date]]  # position and the day, of those who came within the last year


def evidence(whole: Tree, branch: Branch, span: Span, around: Period, today: date) -> Evidence:
    """For a part of the tree and a period of its year."""
    people = branch.everyone() | {b.owner_id for b in branch.walk() if b.owner_id}
    accounts, potential = _potential(people)
    since = seats(people, today)
    capacity = _carried(whole, branch, since)
    return Evidence(
        past=history(whole.metric, branch, people, span, around),
        pipeline=sum((pipeline(people, [around])), ZERO),
        accounts=accounts,
        potential=potential,
        number=branch.year,
        carried=capacity,
        joined=sorted((i, day) for i, (day, _) in since.items() if (today - day).days < 365),
    )


def _carried(whole: Tree, branch: Branch, since: Mapping[int, tuple[date, list[int]]]) -> Decimal:
    sellers = [leaf for leaf in branch.walk() if not leaf.children and leaf.owner_id]
    return sum(
        (
            carried(n, month, *since.get(leaf.owner_id or 0, (None, ())))
            for leaf in sellers
            for month, n in zip(whole.months, leaf.numbers, strict=True)
        ),
        ZERO,
    )


def history(
    metric: Metric, branch: Branch, people: Collection[int], span: Span, before: Period, count: int = 4
) -> list[tuple[Period, Attainment]]:
    """Target and result of the same part in the periods before, latest first."""
    start = year_start()
    past = [period(span, before.starts_on, start, shift=-back) for back in range(count, 0, -1)]
    targets = _numbers_of(branch.key, metric, past)
    found = []
    for one, achieved, quota in zip(past, actuals_of(metric, past), targets, strict=True):
        mine = achieved.values() if branch.key == COMPANY else (achieved.get(i, ZERO) for i in people)
        found.append((one, Attainment(sum(mine, ZERO), quota, quota)))
    return found[::-1]


def _numbers_of(key: str, metric: Metric, periods: Sequence[Period]) -> list[Decimal]:
    """By the plans that counted."""
    rows = db.session.execute(
        select(TargetMonth.month, TargetMonth.amount)
        .join(Target, Target.id == TargetMonth.target_id)
        .join(Node, Node.id == Target.node_id)
        .join(Plan, Plan.id == Node.plan_id)
        .where(Plan.state == PlanState.APPROVED, Node.key == key, Target.metric == metric)
        .where(TargetMonth.month >= periods[0].starts_on, TargetMonth.month < periods[-1].ends_on)
    ).all()
    return [sum((n or ZERO for first, n in rows if one.share_of(fiscal_month(first))), ZERO) for one in periods]


def _potential(people: Collection[int]) -> tuple[int, Decimal]:
    """How many accounts they have, and what those turn over in a year."""
    counted = select(func.count(), func.sum(Account.annual_revenue)).where(Account.owner_id.in_(people))
    number, revenue = db.session.execute(counted).one()
    return number, revenue or ZERO


def seats(people: Collection[int], today: date) -> dict[int, tuple[date, list[int]]]:
    """Position -> since when the person there today has been there, and how such a newcomer ramps up."""
    rows = db.session.execute(
        select(Seat.position_id, Seat.starts_on, RampProfile.percents)
        .join(Position, Position.id == Seat.position_id)
        .outerjoin(RampProfile, RampProfile.id == Position.ramp_id)
        .where(running(Seat, today), Seat.position_id.in_(people))
    )
    return {row.position_id: (row.starts_on, row.percents or []) for row in rows}


def pipeline(people: Collection[int], periods: Sequence[Period]) -> list[Decimal]:
    """Open deals of these positions that are to close in each period."""
    counted, found = measure(PIPELINE), [ZERO] * len(periods)
    for position_id, place, amount in counted.count(periods) if counted else ():
        if position_id in people:
            found[place] += amount
    return found


def weights_of(
    plan: Plan, whole: Tree, takers: Sequence[Branch], method: Method, shares: Mapping[int, Decimal]
) -> list[list[Decimal]]:
    """For each month how the takers share it, by the method."""
    if method == Method.SHARES:
        given = [shares.get(branch.id or 0, ZERO) for branch in takers]
    elif method == Method.HISTORY:
        quarters = [period(Span.QUARTER, plan.starts_on, plan.starts_on.month, shift=-back) for back in (4, 3, 2, 1)]
        achieved = actuals_of(whole.metric, quarters)
        given = [sum((one.get(i, ZERO) for one in achieved for i in _people(branch)), ZERO) for branch in takers]
    elif method == Method.LAST_YEAR:
        last = tree(SYSTEM, period(Span.YEAR, plan.starts_on, plan.starts_on.month, shift=-1).starts_on, whole.metric)
        numbers = {branch.key: branch.year for branch in last.walk()}
        given = [numbers.get(branch.key, ZERO) for branch in takers]
    elif method == Method.POTENTIAL:
        given = [_potential(_people(branch))[1] for branch in takers]
    else:
        given = [Decimal(1)] * len(takers)
    return [given] * 12


def _people(branch: Branch) -> set[int]:
    return {b.owner_id for b in branch.walk() if b.owner_id and b.kind == "position"} | branch.everyone()
