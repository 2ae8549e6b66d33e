"""Who leads, and what is worth a badge; nobody has to stand there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.identity.models import User
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.targets.rules import Period

from ..models import Earning, PlanParticipant, Recognition
from ..rules.plan import ZERO
from ..states import Role
from .people import WITH_NAMES, Member, quotas

OBJECTIVES = "objectives"  # the measure of what an MBO pays


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
