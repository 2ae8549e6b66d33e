"""What open deals would pay before and after their accounts change hands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.targets.queries import today

from ..models import Earning, PayoutPeriod, PlanParticipant
from ..rules.plan import ZERO
from ..states import PeriodState
from .mine import OpenDeal, desk_of, supposed
from .people import WITH_NAMES, of_whom

MOST = 8  # people told one by one


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
