"""What open deals would pay, as they are and after their accounts change hands."""

from collections.abc import Collection, Iterator, Mapping, Sequence
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

from .. import rules
from ..models import Earning, PayoutPeriod, PlanParticipant
from ..rules import Component, Credit, Earned, Sofar
from ..rules.credits import Document, Portion, Share, rolled_up, shares_of
from ..rules.plan import ZERO
from ..states import Kind, Measure, PeriodState
from .documents import splits_of
from .ledger import year_start
from .mine import Desk, desk_of, my_desks
from .people import WITH_NAMES, of_whom

SUPPOSED = "deal:"  # keys of credits that a deal would bring
MOST = 8  # people told one by one


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


@dataclass(frozen=True)
class Future:
    """Of one person: what their open deals would pay now and `then`; `credited` in months not locked yet stays theirs."""

    position_id: int
    name: str
    currency: str
    credited: Decimal
    now: Decimal
    then: Decimal


def future_commissions(
    actor: Actor, deals: Sequence[OpenDeal], account_ids: Collection[int], *, to_position_id: int, credited_from: date
) -> list[Future]:
    """As if every deal were won as it stands. What closes from a day on counts for the new owner. Only of people whose
    pay the actor may see, the receiver last."""
    after = [one._replace(owner_id=to_position_id) if one.close_on >= credited_from else one for one in deals]
    owners = {one.owner_id for one in deals if one.owner_id} | {to_position_id}
    P, day = PlanParticipant, today()
    running = (P.starts_on <= day, P.ends_on.is_(None) | (P.ends_on > day))
    query = select(P).where(P.position_id.in_(owners), of_whom(actor), *running).options(*WITH_NAMES)
    found = db.session.scalars(query.order_by(P.position_id == to_position_id, P.id).limit(MOST)).all()
    open_months = _credited([one.id for one in found], account_ids)
    made = []
    for one in found:
        desk = desk_of(one, day)
        now, then = (sum((part.pays for part in supposed(desk, some)), ZERO) for some in (deals, after))
        made.append(Future(one.position_id, one.user.name, desk.currency, open_months.get(one.id, ZERO), now, then))
    return made


def _credited(participant_ids: Sequence[int], account_ids: Collection[int]) -> dict[int, Decimal]:
    """What documents of these accounts pay in months that are not locked."""
    query = (
        select(Earning.participant_id, func.sum(Earning.pays, type_=Exact()))
        .join(PayoutPeriod, PayoutPeriod.id == Earning.period_id)
        .where(PayoutPeriod.state != PeriodState.LOCKED, Earning.participant_id.in_(participant_ids))
        .where(Earning.account_id.in_(account_ids))
    )
    return {who: amount for who, amount in db.session.execute(query.group_by(Earning.participant_id))}
