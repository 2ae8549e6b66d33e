"""What the figures suggest to change: each finding with its reason and the place to act."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Position
from portal.organization.queries import reach, vacancies
from portal.targets.queries import Row, attainment, currency, current_period
from portal.targets.rules import ZERO, Period

from .capacity import CapacityPlan

OVER = (Decimal(0), Decimal("0.2"))  # the usual range of over-assignment
ON_QUOTA = (Decimal("0.5"), Decimal("0.8"))  # of sellers: fewer means broken quotas, more means low ones
FAR_BEHIND = Decimal("-0.2")
THIN = 3  # times what is still to book that should be in the pipeline
SPAN = 12  # people whom one superior can lead
FEW = 4  # of one kind that are shown
LONG = 14  # days a position with quota stays vacant before it shows


@dataclass(frozen=True)
class Finding:
    """`worth`: money at stake in the company's currency, for the order."""

    title: str
    why: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    worth: Decimal = ZERO


def findings(actor: Actor, today: date, plan: CapacityPlan | None) -> list[Finding]:
    """The most money first, the gravest few of each kind."""
    span = current_period()
    kinds = [_vacant(actor, today), _wide()]
    if actor.may("targets.view"):
        rows = attainment(actor, span)
        kinds += [_assigned(rows), _reached(rows, today, span), _behind(actor, rows)]
    if plan:
        kinds.append(_short(plan))
    return _worst(one for kind in kinds for one in _worst(kind)[:FEW])


def _worst(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: -one.worth)


def _pipelines(actor: Actor) -> dict[int | None, Decimal]:
    """Position -> its open deals."""
    O = Opportunity  # noqa: E741
    mine = reach(actor, O, "opportunities.view"), O.state == OpportunityState.OPEN, O.currency == currency()
    return {
        row[0]: row[1]
        for row in db.session.execute(select(O.owner_id, func.sum(O.amount)).where(*mine).group_by(O.owner_id))
    }


def _vacant(actor: Actor, today: date) -> Iterator[Finding]:
    empty = [one for one in vacancies(today) if one.position.carries_quota]
    if not empty:
        return
    worth, ids = _pipelines(actor), [one.position.id for one in empty]
    counted = select(Account.owner_id, func.count()).where(
        reach(actor, Account, "accounts.view"), Account.owner_id.in_(ids)
    )
    accounts = {row[0]: row[1] for row in db.session.execute(counted.group_by(Account.owner_id))}
    for one in empty:
        days = (today - one.since).days if one.since else None
        if one.next_on or (days is not None and days < LONG):
            continue
        number, deals = accounts.get(one.position.id, 0), worth.get(one.position.id, ZERO)
        waits = (
            f": {number} accounts and {deals:,.0f} {currency()} of open deals wait for somebody"
            if accounts or worth
            else ""
        )
        since = f"Vacant for {days} days" if days is not None else "Never filled"
        yield Finding(
            f"Fill {one.position.title}", f"{since}{waits}.", "organization.show_position",
            {"record_id": one.position.id}, deals,
        )  # fmt: skip


def _wide() -> Iterator[Finding]:
    boss = Position.__table__.alias("boss")
    query = (
        select(boss.c.id, boss.c.title, func.count())
        .join(Position, Position.reports_to_id == boss.c.id)
        .group_by(boss.c.id, boss.c.title)
        .having(func.count() > SPAN)
    )
    for position_id, title, number in db.session.execute(query):
        why = f"{number} positions report to {title}; beyond {SPAN} coaching becomes reporting."
        yield Finding(f"Divide the team of {title}", why, "organization.show_position", {"record_id": position_id})


def _assigned(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        over = row.over_assigned
        if over is None or OVER[0] <= over <= OVER[1]:
            continue
        what = "more than" if over > 0 else "less than"
        why = f"Those below are assigned {abs(over):.0%} {what} {row.total.quota:,.0f} {currency()}; 0 to 20 % more is usual."
        yield Finding(
            f"Rebalance the targets of {row.title}", why, "targets.show_targets", worth=abs(row.below - row.total.quota)
        )


def _sellers(rows: Sequence[Row]) -> list[Row]:
    """Those with nobody below."""
    return [row for at, row in enumerate(rows) if at + 1 == len(rows) or rows[at + 1].depth <= row.depth]


def _reached(rows: Sequence[Row], today: date, span: Period) -> Iterator[Finding]:
    sellers = [row for row in _sellers(rows) if row.total.quota]
    if len(sellers) < 4 or span.share_gone(today) < Decimal("0.25"):
        return
    share = Decimal(sum(row.total.booked >= row.total.expected for row in sellers)) / len(sellers)
    said = f"{share:.0%} of {len(sellers)} sellers are where the calendar wants them; 60 to 70 % is healthy."
    if share < ON_QUOTA[0]:
        yield Finding("Look at the quotas: most are out of reach", said, "targets.show_targets")
    elif share > ON_QUOTA[1]:
        yield Finding("Look at the quotas: nearly everybody reaches them", said, "targets.show_targets")


def _behind(actor: Actor, rows: Sequence[Row]) -> Iterator[Finding]:
    if not actor.may("opportunities.view"):
        return
    worth = _pipelines(actor)
    for row in _sellers(rows):
        ahead, left = row.total.ahead, row.total.left
        open_ = worth.get(row.position_id, ZERO)
        if row.node_id and ahead is not None and ahead < FAR_BEHIND and open_ < THIN * left:
            why = (
                f"{-ahead:.0%} of the quota behind the calendar, and the open deals are {open_ / left:.1f} times "
                f"the {left:,.0f} {currency()} still to book; {THIN} times is sound."
            )
            yield Finding(
                f"Help {row.name} to fill the pipeline", why, "targets.show_target", {"record_id": row.node_id}, left
            )


def _short(plan: CapacityPlan) -> Iterator[Finding]:
    for team in plan.ends:
        if team.short and team.gap < 0:
            missing = f"together {-team.gap:,.0f} {currency()} are missing"
            why = f"In {team.short} months of the year its people cannot carry its target; {missing}."
            yield Finding(
                f"Hire for {team.name}, or lower its target",
                why,
                "strategy.show_capacity",
                {"team": team.key},
                -team.gap,
            )
