"""Where a person stands today, and who leads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.identity.models import User
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.targets.queries import today
from portal.targets.rules import Period

from ..models import Earning, PlanParticipant, Recognition
from ..rules import Component, Sofar, Tier, curve_of, interval_of
from ..rules.plan import ZERO
from ..states import Interval, Role
from .ledger import year_start
from .people import WITH_NAMES, Member, Quotas, member_of, quotas

OBJECTIVES = "objectives"  # the measure of what an MBO pays


@dataclass(frozen=True)
class Standing:
    """One component in the interval that runs: credited and paid so far, and what comes next."""

    component: Component
    interval: Period
    credited: Decimal
    quota: Decimal | None
    paid: Decimal
    rate: Decimal
    next: Tier | None  # in money


@dataclass(frozen=True)
class Desk:
    """A participant of today, with everything that asking "what if" needs."""

    member: Member
    day: date
    quotas: Quotas
    sofar: dict[str, Sofar]
    paid: dict[tuple[str, date | None], Decimal]
    path: str

    @property
    def components(self) -> Sequence[Component]:
        return self.member.version.plan.components if self.member.version else ()

    @property
    def currency(self) -> str:
        return self.member.version.plan.currency if self.member.version else self.quotas.currency


def desk_of(found: PlanParticipant, day: date | None = None) -> Desk:
    """In four statements."""
    now = day or today()
    member, year = member_of(found, now), interval_of(now, Interval.YEAR, year_start())
    E, sofar, paid = Earning, dict[str, Sofar](), dict[tuple[str, date | None], Decimal]()
    rows = db.session.execute(
        select(E.component, E.interval_starts, func.sum(E.after - E.before, type_=Exact()))
        .add_columns(func.sum(E.residual, type_=Exact()), func.sum(E.pays, type_=Exact()))
        .where(E.participant_id == found.id, E.counted_on >= year.starts_on)
        .group_by(E.component, E.interval_starts)
    )
    for component, starts, credited, residual, pays in rows:
        paid[component, starts] = pays
        if starts is not None:
            one = sofar.setdefault(component, Sofar())
            one.credited[starts], one.residual[starts] = credited, residual
    kept = quotas([member.position_id], year.starts_on, year.ends_on)
    return Desk(member, now, kept, sofar, paid, found.position.path)


def my_desks(actor: Actor) -> list[Desk]:
    """One for each plan the actor is on today."""
    P, day = PlanParticipant, today()
    mine = select(P).where(P.user_id == actor.user_id, P.starts_on <= day, P.ends_on.is_(None) | (P.ends_on > day))
    return [desk_of(one, day) for one in db.session.scalars(mine.options(*WITH_NAMES).order_by(P.id))]


def standings(desk: Desk) -> list[Standing]:
    """Components with a rate table, and how far they are."""
    found = []
    for component in desk.components:
        if not component.tiers or component.interval == Interval.TRANSACTION:
            continue
        interval = interval_of(desk.day, component.interval, year_start())
        person, quota = desk.quotas.person(desk.member), desk.quotas.of(desk.member, interval)
        if component.needs_quota and not quota:
            continue
        curve = curve_of(component, target=person.target_in(component, interval), quota=quota)
        credited = desk.sofar.get(component.name, Sofar()).credited.get(interval.starts_on, ZERO)
        place = curve.tier_at(credited) + 1
        found.append(
            Standing(
                component, interval, credited, quota, desk.paid.get((component.name, interval.starts_on), ZERO),
                curve.rate_at(credited), curve.tiers[place] if place < len(curve.tiers) else None,
            )
        )  # fmt: skip
    return found


def recent_lines(desk: Desk, limit: int = 30) -> Sequence[Earning]:
    """The latest lines of the quarter that runs that pay something, as they were last calculated."""
    quarter = interval_of(desk.day, Interval.QUARTER, year_start())
    mine = select(Earning).where(Earning.participant_id == desk.member.id, Earning.counted_on >= quarter.starts_on)
    mine = mine.where(Earning.pays != 0)
    return db.session.scalars(mine.order_by(Earning.day.desc(), Earning.id.desc()).limit(limit)).all()


@dataclass(frozen=True)
class Leader:
    user_id: int
    name: str
    title: str
    credited: Decimal
    quota: Decimal
    badges: Sequence[str]

    @property
    def attained(self) -> Decimal:
        return self.credited / self.quota


def leaderboard(actor: Actor, period: Period, before: Period) -> list[Leader]:
    """By attainment of the quarter; who does not want to stand there is left out, but sees the own place."""
    P = PlanParticipant
    during = (P.starts_on < period.ends_on) & (P.ends_on.is_(None) | (P.ends_on > period.starts_on))
    hidden = select(Recognition.user_id).where(Recognition.hidden, Recognition.user_id != (actor.user_id or 0))
    query = select(P).join(User, User.id == P.user_id).where(during, P.user_id.not_in(hidden)).options(*WITH_NAMES)
    found = db.session.scalars(query).all()
    people = [replace(member_of_row(one), starts_on=date.min) for one in found]
    kept = quotas([one.position_id for one in people], before.starts_on, period.ends_on)
    now, then, biggest = _credited(period), _credited(before), _biggest(period)
    top = max((biggest.get(one.id, ZERO) for one in people), default=ZERO)
    made = []
    for member, row in zip(people, found, strict=True):
        quota, last = kept.of(member, period), kept.of(member, before)
        if not quota:
            continue
        reached = now.get(member.id, ZERO) >= quota
        again = reached and last is not None and then.get(member.id, ZERO) >= last > 0
        badges = ["Quota reached"] * reached + ["Twice in a row"] * again
        badges += ["Biggest deal"] * (top > 0 and biggest.get(member.id) == top)
        made.append(Leader(row.user_id, member.name, row.position.title, now.get(member.id, ZERO), quota, badges))
    return sorted(made, key=lambda one: (-one.attained, one.name))


def member_of_row(found: PlanParticipant) -> Member:
    """Without the plan's version."""
    return Member(
        found.id, found.user_id, found.user.name, found.position_id, found.starts_on, found.ends_on or date.max,
        found.target_incentive, None,
    )  # fmt: skip


def _credited(period: Period) -> dict[int, Decimal]:
    """What people were credited in these days: of several components that count the same, the fullest."""
    E, found = Earning, dict[int, Decimal]()
    rows = db.session.execute(
        select(E.participant_id, E.component, func.sum(E.amount, type_=Exact()))
        .where(E.counted_on >= period.starts_on, E.counted_on < period.ends_on, E.role != Role.OVERLAY)
        .where(E.measure != OBJECTIVES)
        .group_by(E.participant_id, E.component)
    )
    for participant_id, _, amount in rows:
        found[participant_id] = max(found.get(participant_id, ZERO), amount)
    return found


def _biggest(period: Period) -> dict[int, Decimal]:
    E = Earning
    rows = db.session.execute(
        select(E.participant_id, func.max(E.amount, type_=Exact()))
        .where(E.counted_on >= period.starts_on, E.counted_on < period.ends_on, E.role == Role.DIRECT)
        .where(E.measure != OBJECTIVES)
        .group_by(E.participant_id)
    )
    return {participant_id: amount for participant_id, amount in rows}


def is_hidden(actor: Actor) -> bool:
    found = db.session.get(Recognition, actor.user_id or 0)
    return bool(found and found.hidden)
