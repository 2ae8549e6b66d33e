"""Where a person stands today, and what a deal would pay them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.opportunities.models import Opportunity, OpportunitySplit
from portal.opportunities.states import OpportunityState
from portal.organization.models import Position
from portal.organization.queries import visible_to
from portal.targets.queries import today
from portal.targets.rules import Period

from .. import rules
from ..models import Earning, PlanParticipant
from ..rules import Component, Credit, Earned, Sofar, Tier, curve_of, interval_of
from ..rules.credits import Document, Portion, Share, rolled_up, shares_of
from ..rules.plan import ZERO
from ..states import Interval, Kind, Measure
from .documents import splits_of
from .ledger import year_start
from .people import WITH_NAMES, Member, Quotas, member_of, quotas

OBJECTIVES = "objectives"  # the measure of what an MBO pays
SUPPOSED = "deal:"  # keys of credits that a deal would bring


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


class OpenDeal(NamedTuple):
    """What of a deal matters for its credit."""

    id: int
    name: str
    amount: Decimal
    currency: str
    owner_id: int | None
    account_id: int
    close_on: date


@dataclass(frozen=True)
class Supposed:
    """What one component would pay for deals, supposing they are won as they stand."""

    component: Component
    earned: Sequence[Earned]

    @property
    def pays(self) -> Decimal:
        return sum((one.pays for one in self.earned), ZERO)


def supposed(desk: Desk, deals: Sequence[Opportunity | OpenDeal]) -> list[Supposed]:
    """Counted today, on top of what is credited. What would need a margin that is not known yet is left out."""
    wanted = OpportunitySplit.opportunity_id.in_([one.id for one in deals])
    splits, paths = splits_of(wanted), _paths(deals)
    made = []
    for component in desk.components:
        if component.measure == Measure.MARGIN or component.kind == Kind.MBO:
            continue
        credits = [
            Credit(f"{SUPPOSED}{deal.id}:{n}", desk.day, portion.amount, component.measure, portion.role)
            for deal in deals
            if deal.currency == desk.currency
            for n, portion in enumerate(_portions(desk, deal, splits, paths, component.measure))
        ]
        sofar = desk.sofar.get(component.name, Sofar())
        person = desk.quotas.person(desk.member)
        try:
            earned = rules.earn(
                component, credits, person, currency=desk.currency, year_start=year_start(), sofar=sofar
            )
        except LookupError:
            continue
        if earned:
            made.append(Supposed(component, earned))
    return made


@dataclass(frozen=True)
class WouldPay:
    """What a deal would pay the person who asks."""

    parts: Sequence[Supposed]
    currency: str

    @property
    def pays(self) -> Decimal:
        return sum((one.pays for one in self.parts), ZERO)

    def steps(self, one: Earned) -> list[tuple[str, str]]:
        """The slices in words."""
        return [
            (f"{piece.amount:,.2f} at {round(piece.rate, 4).normalize():f} %", f"{piece.pays:,.2f}")
            for piece in one.slices
        ]


def would_pay(actor: Actor, deal: Opportunity) -> WouldPay | None:
    """None when the deal is closed, or would pay the person nothing."""
    if deal.state != OpportunityState.OPEN or not actor.may("compensation.view"):
        return None
    desks = my_desks(actor)
    parts = [part for desk in desks for part in supposed(desk, [deal])]
    return WouldPay(parts, desks[0].currency) if parts else None


def _paths(deals: Sequence[Opportunity | OpenDeal]) -> dict[int, str]:
    rows = db.session.execute(select(Position.id, Position.path)) if deals else ()
    return {position_id: path for position_id, path in rows}


def _portions(
    desk: Desk,
    deal: Opportunity | OpenDeal,
    splits: Mapping[int, Sequence[Share]],
    paths: Mapping[int, str],
    measure: Measure,
) -> Iterator[Portion]:
    document = Document(
        f"{SUPPOSED}{deal.id}", measure, "opportunities", deal.id, deal.name, desk.day, deal.amount, deal.owner_id,
        deal.account_id, deal.currency, deal.id,
    )  # fmt: skip
    for one in shares_of(document, splits, {}):
        for portion in (one, *rolled_up(one, paths.get(one.position_id, ""))):
            if portion.position_id == desk.member.position_id:
                yield portion


def open_deals(actor: Actor, desk: Desk, limit: int = 12) -> Sequence[Opportunity]:
    """The largest open deals that would count for the person."""
    shared = select(OpportunitySplit.opportunity_id).where(OpportunitySplit.position_id == desk.member.position_id)
    mine = (Opportunity.owner_id == desk.member.position_id) | Opportunity.id.in_(shared)
    query = visible_to(actor, Opportunity).where(
        Opportunity.state == OpportunityState.OPEN, mine, Opportunity.amount > 0
    )
    return db.session.scalars(query.order_by(Opportunity.amount.desc(), Opportunity.id).limit(limit)).all()
