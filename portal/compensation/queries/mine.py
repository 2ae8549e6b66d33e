"""Where a person stands today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.targets.queries import today
from portal.targets.rules import Period

from ..models import Earning, PlanParticipant
from ..rules import Component, Sofar, Tier, curve_of, interval_of
from ..rules.plan import ZERO
from ..states import Interval
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
