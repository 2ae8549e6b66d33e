"""Who is on which plan, what the plan says of them, and who may see their pay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import joinedload

from portal.identity.models import User
from portal.kernel import settings
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.money import round_to
from portal.organization.models import Position
from portal.targets.queries import currency, quotas_of
from portal.targets.rules import Period

from ..models import PlanParticipant, PlanVersion
from ..rules import Person, Plan, parse
from ..states import VersionState

POLICY = "compensation.managers_see_pay"
IN_FORCE = PlanVersion.state != VersionState.DRAFT


def managers_see_pay() -> bool:
    """Whether managers see what those below them are paid, besides what they attained."""
    return settings.get(POLICY) == "yes"


def of_whom(actor: Actor, *, pay: bool = True) -> ColumnElement[bool]:
    """The participants whose pay (or else attainment) the actor may see. Pay belongs to the person, not the position:
    who follows in a position does not see what those before were paid, nor does a deputy what those below are."""
    scopes = actor.grants.get("compensation.view", frozenset())
    if actor.is_system or Scope.ALL in scopes:
        return true()
    seen: list[ColumnElement[bool]] = [PlanParticipant.user_id == actor.user_id] if scopes else [false()]
    if Scope.SUBTREE in scopes and (not pay or managers_see_pay()):
        lent = {f"/{position_id}/" for position_id in actor.stands_for}
        own = (path for path in actor.paths if not pay or not path.endswith(tuple(lent)))
        below = [Position.path.startswith(path, autoescape=True) for path in own]
        seen.append(PlanParticipant.position_id.in_(select(Position.id).where(or_(false(), *below))))
    return or_(*seen)


def participant(actor: Actor, participant_id: int) -> PlanParticipant:
    """With person, position and plan. Raises NotFound."""
    query = select(PlanParticipant).where(PlanParticipant.id == participant_id, of_whom(actor))
    found = db.session.scalar(query.options(*WITH_NAMES))
    if found is None:
        raise NotFound("participant.not_found", "This is not here, or not yours to see.")
    return found


WITH_NAMES = (
    joinedload(PlanParticipant.user),
    joinedload(PlanParticipant.position),
    joinedload(PlanParticipant.plan),
)


def participations(actor: Actor) -> Sequence[PlanParticipant]:
    """The actor's own, latest first."""
    mine = select(PlanParticipant).where(PlanParticipant.user_id == actor.user_id).options(*WITH_NAMES)
    return db.session.scalars(mine.order_by(PlanParticipant.starts_on.desc())).all()


def of_plan(plan_id: int) -> Sequence[PlanParticipant]:
    query = select(PlanParticipant).where(PlanParticipant.plan_id == plan_id).options(*WITH_NAMES).join(User)
    return db.session.scalars(query.order_by(User.name, PlanParticipant.starts_on)).all()


@dataclass(frozen=True)
class Version:
    """An approved version with its terms read."""

    id: int
    plan_id: int
    number: int
    plan: Plan


@dataclass(frozen=True)
class Member:
    """A participant as the arithmetic needs them."""

    id: int
    user_id: int
    name: str
    position_id: int
    starts_on: date
    ends_on: date
    target: Decimal
    version: Version | None = field(compare=False)

    def on(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on


def version_of(row: PlanVersion) -> Version:
    return Version(row.id, row.plan_id, row.number, parse(row.terms))


def versions_on(day: date) -> dict[int, Version]:
    """The version of each plan that is in force on the day, by plan."""
    running = (PlanVersion.starts_on <= day) & (PlanVersion.ends_on.is_(None) | (PlanVersion.ends_on > day))
    return {row.plan_id: version_of(row) for row in db.session.scalars(select(PlanVersion).where(IN_FORCE, running))}


def members(period: Period, versions: Mapping[int, Version], also: Iterable[int] = ()) -> list[Member]:
    """Who is on a plan in the period, and besides the participants `also` names."""
    P = PlanParticipant
    during = (P.starts_on < period.ends_on) & (P.ends_on.is_(None) | (P.ends_on > period.starts_on))
    rows = db.session.execute(
        select(P.id, P.user_id, User.name, P.position_id, P.starts_on, P.ends_on, P.target_incentive, P.plan_id)
        .join(User, User.id == P.user_id)
        .where(or_(during, P.id.in_(list(also))))
        .order_by(User.name, P.id)
    )
    return [
        Member(row.id, row.user_id, row.name, row.position_id, row.starts_on, row.ends_on or date.max,
               row.target_incentive, versions.get(row.plan_id))
        for row in rows
    ]  # fmt: skip


def member_of(found: PlanParticipant, day: date) -> Member:
    """One participant, with the version in force on the day."""
    return Member(
        found.id, found.user_id, found.user.name, found.position_id, found.starts_on, found.ends_on or date.max,
        found.target_incentive, versions_on(day).get(found.plan_id),
    )  # fmt: skip


@dataclass(frozen=True)
class Quotas:
    """Quotas of positions, read once."""

    by_position: Mapping[int, Sequence[tuple[date, date, Decimal]]]
    currency: str

    def of(self, member: Member, period: Period) -> Decimal | None:
        """What of them falls into the period and the member's days, by days; None where none is set."""
        first, last = max(period.starts_on, member.starts_on), min(period.ends_on, member.ends_on)
        found, total = False, Decimal(0)
        for starts, ends, amount in self.by_position.get(member.position_id, ()):
            days = (min(ends, last) - max(starts, first)).days
            if days > 0:
                found, total = True, total + amount * days / (ends - starts).days
        return round_to(total, self.currency) if found else None

    def days(self, member: Member, period: Period) -> int:
        """Days of the period for which a quota is set."""
        spans = self.by_position.get(member.position_id, ())
        return sum(max((min(e, period.ends_on) - max(s, period.starts_on)).days, 0) for s, e, _ in spans)

    def person(self, member: Member) -> Person:
        return Person(member.target, lambda period: self.of(member, period), member.starts_on, member.ends_on)


def quotas(position_ids: Iterable[int], since: date, until: date) -> Quotas:
    """Bookings quotas that touch these days."""
    return Quotas(quotas_of(set(position_ids), since, until), currency())
