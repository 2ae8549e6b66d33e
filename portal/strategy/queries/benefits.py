"""Whether the strategy works: alignment, productivity, rewards; each as figures to plot, with what they are made of."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, false, func, literal_column, or_, select, true

from portal.accounts.models import Account
from portal.accounts.states import Tier
from portal.compensation.models import Earning, PlanParticipant
from portal.compensation.states import Role
from portal.identity.models import User
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Coverage, Position, RampProfile, Seat
from portal.organization.queries import reach
from portal.targets.models import Node, TargetMonth
from portal.targets.queries import actuals_of, currency, placed, today, year_start
from portal.targets.rules import ZERO, Period, parts, period, quarter
from portal.targets.states import Metric, Span
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..rules import Stay, correlation
from .steps import count, targeted

O = Opportunity  # noqa: E741
NAMED = (Tier.A, Tier.B)


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    part: Decimal
    whole: Decimal

    @property
    def ratio(self) -> Decimal | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Alignment:
    """Whether people work where the plan wants them: amounts in the company's currency."""

    wins_at_home: Share  # of deals won in the year: in a territory the owner's position covers
    pipeline_at_home: Share
    wins_named: Share  # with accounts of tier A and B
    pipeline_named: Share
    targets: Share  # positions with quota that have a target, of all


def alignment(actor: Actor, starts_on: date) -> Alignment | None:
    """None for who may not see deals."""
    if not actor.may("opportunities.view"):
        return None
    home = _home()
    year = period(Span.YEAR, starts_on, starts_on.month)
    _, within = placed(O.closed_at, [year])
    won = (O.state == OpportunityState.WON) & within
    query = (
        select(
            O.owner_id,
            O.territory_id,
            Account.tier,
            won.label("won"),
            func.sum(func.coalesce(O.actual_revenue, O.amount)),
        )
        .join(Account, Account.id == O.account_id)
        .where(
            reach(actor, O, "opportunities.view"), O.currency == currency(), won | (O.state == OpportunityState.OPEN)
        )
        .group_by(O.owner_id, O.territory_id, Account.tier, literal_column("won"))
    )
    sums = {key: ZERO for key in ("won", "won_home", "won_named", "open", "open_home", "open_named")}
    for owner, territory, tier, is_won, amount in db.session.execute(query):
        kind = "won" if is_won else "open"
        sums[kind] += amount or ZERO
        sums[f"{kind}_home"] += amount if (owner, territory) in home and amount else ZERO
        sums[f"{kind}_named"] += amount if tier in NAMED and amount else ZERO
    carriers = select(Position.id).where(
        Position.carries_quota, Position.opens_on.is_(None) | (Position.opens_on <= today())
    )
    aimed = carriers.where(Position.id.in_(targeted(starts_on)))
    return Alignment(
        Share(sums["won_home"], sums["won"]),
        Share(sums["open_home"], sums["open"]),
        Share(sums["won_named"], sums["won"]),
        Share(sums["open_named"], sums["open"]),
        Share(Decimal(count(aimed)), Decimal(count(carriers))),
    )


def _home() -> set[tuple[int, int]]:
    """(position, territory) for every territory a position covers, and those below it."""
    paths = {row.id: row.path for row in db.session.execute(select(Territory.id, Territory.path).where(IN_FORCE))}
    found = set()
    for row in db.session.execute(select(Coverage.position_id, Coverage.territory_id)):
        top = paths.get(row.territory_id)
        found |= {(row.position_id, one) for one, path in paths.items() if top and path.startswith(top)}
    return found


@dataclass(frozen=True)
class Quarter:
    """What a ramped seller booked in a quarter, how many deals were won, and how long they took."""

    period: Period
    booked: Decimal
    sellers: Decimal  # full-time, ramped
    won: int
    lost: int
    days: int | None

    @property
    def per_seller(self) -> Decimal | None:
        return self.booked / self.sellers if self.sellers else None

    @property
    def win_rate(self) -> Decimal | None:
        closed = self.won + self.lost
        return Decimal(self.won) / closed if closed else None


def productivity(actor: Actor, quarters: int = 5) -> list[Quarter]:
    """Of the last quarters, this one last, of what the actor may see. Four queries, however many deals."""
    if not actor.may("opportunities.view"):
        return []
    spans = [quarter(today(), year_start(), shift=shift) for shift in range(1 - quarters, 1)]
    booked, stays = actuals_of(Metric.BOOKINGS, spans), _stays(actor)
    place, within = placed(O.closed_at, spans)
    days = func.avg(_days_between(O.created_at, O.closed_at)).filter(O.state == OpportunityState.WON)
    won = func.count().filter(O.state == OpportunityState.WON)
    query = select(place.label("place"), won, func.count(), days).where(within, reach(actor, O, "opportunities.view"))
    closed = {row[0]: row[1:] for row in db.session.execute(query.group_by("place"))}
    found = []
    for at, span in enumerate(spans):
        wins, both, took = closed.get(at, (0, 0, None))
        sum_ = sum((booked[at].get(position, ZERO) for position in stays), ZERO)
        found.append(
            Quarter(
                span, sum_, _sellers(stays.values(), span), wins, both - wins, None if took is None else round(took)
            )
        )
    return found


def _days_between(first: Any, last: Any) -> Any:
    if db.engine.dialect.name == "sqlite":
        return func.julianday(last) - func.julianday(first)
    return cast(func.extract("epoch", last - first), Float) / 86400


def _stays(actor: Actor) -> dict[int, list[tuple[Decimal, Stay]]]:
    """Position with quota -> who sat there, with the share of full time; of those whose deals the actor may see."""
    scopes = actor.grants.get("opportunities.view", frozenset())
    query = (
        select(Position.id, Position.capacity, Seat.starts_on, Seat.ends_on, RampProfile.percents)
        .outerjoin(Seat, Seat.position_id == Position.id)
        .outerjoin(RampProfile, RampProfile.id == Position.ramp_id)
        .where(Position.carries_quota, within_reach(actor, scopes))
    )
    found: dict[int, list[tuple[Decimal, Stay]]] = {}
    for row in db.session.execute(query):
        here = found.setdefault(row.id, [])
        if row.starts_on:
            here.append((row.capacity, Stay(row.starts_on, row.ends_on, row.percents or [])))
    return found


def _sellers(stays: Iterable[Sequence[tuple[Decimal, Stay]]], span: Period) -> Decimal:
    """Full-time ramped people of a quarter, the mean of its months."""
    months = parts(span, Span.MONTH)
    carried = (stay.carries(share, month) for here in stays for share, stay in here for month in months)
    return sum(carried, ZERO) / len(months)


@dataclass(frozen=True)
class Paid:
    """What a person earned in incentives this year, beside what they reached of their quota."""

    name: str
    attainment: Decimal
    pay: Decimal
    target: Decimal  # incentive at 100 % for the time gone

    @property
    def payout(self) -> Decimal | None:
        return self.pay / self.target if self.target else None


@dataclass(frozen=True)
class Rewards:
    people: Sequence[Paid]

    @property
    def fit(self) -> float | None:
        """1: who reaches more earns more, without exception."""
        return correlation([(float(p.attainment), float(p.payout)) for p in self.people if p.payout is not None])


def rewards(actor: Actor, starts_on: date) -> Rewards | None:
    """Of the sellers whose pay the actor may see; None for who sees none or only their own.

    Who is paid for what others sell is left out: their own quota says nothing about it.
    """
    scopes = actor.grants.get("compensation.view", frozenset())
    if not actor.is_system and not scopes & {Scope.ALL, Scope.SUBTREE}:
        return None
    year = period(Span.YEAR, starts_on, starts_on.month)
    gone = year.share_gone(today())
    P = PlanParticipant
    earned = (
        select(P.position_id, User.name, P.target_incentive, func.sum(Earning.pays))
        .join(Earning, Earning.participant_id == P.id)
        .join(User, User.id == P.user_id)
        .join(Position, Position.id == P.position_id)
        .where(Earning.counted_on >= year.starts_on, Earning.counted_on < year.ends_on, within_reach(actor, scopes))
        .group_by(P.position_id, User.name, P.target_incentive)
        .having(func.count().filter(Earning.role == Role.ROLLUP) == 0)
    )
    booked, aims = actuals_of(Metric.BOOKINGS, [year])[0], _quotas(starts_on)
    people = []
    for position_id, name, incentive, pays in db.session.execute(earned.order_by(User.name)):
        if (quota := aims.get(position_id, ZERO) * gone) and incentive:
            people.append(Paid(name, booked.get(position_id, ZERO) / quota, pays or ZERO, incentive * gone))
    return Rewards(people)


def within_reach(actor: Actor, scopes: Collection[Scope]) -> ColumnElement[bool]:
    """Positions below the actor's, or all."""
    if actor.is_system or Scope.ALL in scopes:
        return true()
    return or_(false(), *(Position.path.startswith(path, autoescape=True) for path in actor.paths))


def _quotas(starts_on: date) -> dict[int, Decimal]:
    """Position -> target of the year by the approved plan."""
    query = targeted(starts_on).with_only_columns(Node.owner_id, func.sum(TargetMonth.amount)).group_by(Node.owner_id)
    return {row[0]: row[1] for row in db.session.execute(query)}
