"""Reading payout periods, their statements and lines, and questions about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.identity.models import User
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.money import Exact
from portal.organization.queries import authorize
from portal.workspace.models import LongWork
from portal.workspace.states import WorkState

from ..models import Adjustment, Dispute, Draw, Earning, PayoutPeriod, PlanParticipant, PlanVersion, Statement
from ..rules.plan import ZERO
from ..states import DisputeState, Kind, PeriodState
from .ledger import span
from .people import of_whom, versions_on

T = TypeVar("T", Earning, Adjustment)
UNFINISHED = (WorkState.QUEUED, WorkState.RUNNING, WorkState.FAILED)
OPEN = (PeriodState.OPEN, PeriodState.CALCULATED)


@dataclass(frozen=True)
class PeriodRow:
    period: PayoutPeriod
    people: int
    earned: Decimal
    payable: Decimal


def periods(actor: Actor) -> list[PeriodRow]:
    """Every month, latest first, with what it pays."""
    authorize(actor, "compensation.plans")
    sums = (
        select(Statement.period_id, func.count().label("people"))
        .add_columns(func.sum(Statement.earned, type_=Exact()).label("earned"))
        .add_columns(func.sum(Statement.payable, type_=Exact()).label("payable"))
        .group_by(Statement.period_id)
        .subquery()
    )
    query = select(PayoutPeriod, sums.c.people, sums.c.earned, sums.c.payable)
    query = query.outerjoin(sums, sums.c.period_id == PayoutPeriod.id).order_by(PayoutPeriod.starts_on.desc())
    return [PeriodRow(row[0], row[1] or 0, row[2] or ZERO, row[3] or ZERO) for row in db.session.execute(query)]


def period(actor: Actor, period_id: int) -> PayoutPeriod:
    """Raises NotFound."""
    authorize(actor, "compensation.plans")
    found = db.session.get(PayoutPeriod, period_id)
    if found is None:
        raise NotFound("period.not_found", "There is no such month.")
    return found


def changeable_period() -> PayoutPeriod | None:
    """The earliest month to which something can still be added."""
    query = select(PayoutPeriod).where(PayoutPeriod.state.in_(OPEN)).order_by(PayoutPeriod.starts_on)
    return db.session.scalar(query.limit(1))


def period_before(found: PayoutPeriod) -> PayoutPeriod | None:
    return db.session.scalar(select(PayoutPeriod).where(PayoutPeriod.ends_on == found.starts_on))


def _named() -> Select[Statement]:
    participant = contains_eager(Statement.participant)
    return (
        select(Statement)
        .join(Statement.participant)
        .join(PlanParticipant.user)
        .join(Statement.period)
        .options(participant.contains_eager(PlanParticipant.user), contains_eager(Statement.period))
        .options(participant.joinedload(PlanParticipant.position), participant.joinedload(PlanParticipant.plan))
    )


def statements_in(period_id: int) -> Sequence[Statement]:
    """With person, position and plan; those with a problem first."""
    query = _named().where(Statement.period_id == period_id).order_by(Statement.problem == "", User.name, Statement.id)
    return db.session.scalars(query).all()


def problems_in(period_id: int) -> int:
    wrong = (Statement.period_id == period_id, Statement.problem != "")
    return db.session.scalar(select(func.count()).select_from(Statement).where(*wrong)) or 0


def lines_in(period_id: int) -> dict[int, list[Earning]]:
    """The lines of every statement of the period, by participant."""
    query = select(Earning).where(Earning.period_id == period_id).order_by(Earning.component, Earning.day, Earning.id)
    return _by_participant(db.session.scalars(query).all())


def adjustments_in(period_id: int) -> dict[int, list[Adjustment]]:
    query = select(Adjustment).where(Adjustment.period_id == period_id).order_by(Adjustment.id)
    return _by_participant(db.session.scalars(query).all())


def _by_participant(rows: Sequence[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for one in rows:
        found.setdefault(one.participant_id, []).append(one)
    return found


def payable_before(found: PayoutPeriod) -> dict[int, Decimal]:
    """What people were paid the month before, by participant."""
    query = select(Statement.participant_id, Statement.payable).join(
        PayoutPeriod, PayoutPeriod.id == Statement.period_id
    )
    rows = db.session.execute(query.where(PayoutPeriod.ends_on == found.starts_on))
    return {participant_id: payable for participant_id, payable in rows}


def statement(actor: Actor, statement_id: int) -> Statement:
    """One that the actor may see. Raises NotFound."""
    found = db.session.scalar(_named().where(Statement.id == statement_id, of_whom(actor)))
    if found is None:
        raise NotFound("statement.not_found", "This is not here, or not yours to see.")
    return found


def own_statement(actor: Actor, statement_id: int) -> Statement:
    """Raises NotFound for anybody else's."""
    found = db.session.scalar(_named().where(Statement.id == statement_id, PlanParticipant.user_id == actor.user_id))
    if found is None:
        raise NotFound("statement.not_found", "This is not here, or not yours.")
    return found


def own_participation(actor: Actor, participant_id: int) -> PlanParticipant:
    mine = (PlanParticipant.id == participant_id, PlanParticipant.user_id == actor.user_id)
    found = db.session.scalar(select(PlanParticipant).where(*mine))
    if found is None:
        raise NotFound("participant.not_found", "This is not here, or not yours.")
    return found


def statements_of(participant_ids: Sequence[int]) -> Sequence[Statement]:
    """Final ones, latest first."""
    final = (Statement.participant_id.in_(participant_ids), Statement.snapshot_hash.is_not(None))
    return db.session.scalars(_named().where(*final).order_by(PayoutPeriod.starts_on.desc())).all()


def statement_to_print(statement_id: int) -> Statement | None:
    return db.session.get(Statement, statement_id)


def unprinted(problem: str) -> list[int]:
    """Final statements whose paper waits because of a problem that begins so."""
    waiting = Statement.pdf_problem.startswith(problem, autoescape=True) & Statement.pdf_key.is_(None)
    return list(db.session.scalars(select(Statement.id).where(Statement.snapshot_hash.is_not(None), waiting)))


def lines_of(found: Statement) -> Sequence[Earning]:
    mine = (Earning.period_id == found.period_id, Earning.participant_id == found.participant_id)
    return db.session.scalars(select(Earning).where(*mine).order_by(Earning.component, Earning.day, Earning.id)).all()


def is_line_of(found: Statement, earning_id: int) -> bool:
    one = db.session.get(Earning, earning_id)
    return one is not None and (one.period_id, one.participant_id) == (found.period_id, found.participant_id)


def adjustments_of(found: Statement) -> Sequence[Adjustment]:
    mine = (Adjustment.period_id == found.period_id, Adjustment.participant_id == found.participant_id)
    return db.session.scalars(select(Adjustment).where(*mine).order_by(Adjustment.id)).all()


def version_behind(found: Statement) -> PlanVersion | None:
    """The version that was in force in the statement's month."""
    version = versions_on(found.period.starts_on).get(found.participant.plan_id)
    return db.session.get(PlanVersion, version.id) if version else None


def disputes(actor: Actor) -> Sequence[Dispute]:
    """Questions about statements the actor may see, open ones first."""
    query = (
        select(Dispute)
        .join(Dispute.statement)
        .join(Statement.participant)
        .options(contains_eager(Dispute.statement).joinedload(Statement.period))
        .options(
            contains_eager(Dispute.statement).contains_eager(Statement.participant).joinedload(PlanParticipant.user)
        )
        .where(of_whom(actor))
    )
    return db.session.scalars(query.order_by(Dispute.state != DisputeState.RAISED, Dispute.id.desc()).limit(200)).all()


def disputes_of(statement_id: int) -> Sequence[Dispute]:
    return db.session.scalars(select(Dispute).where(Dispute.statement_id == statement_id).order_by(Dispute.id)).all()


def dispute(dispute_id: int, *, lock: bool = False) -> Dispute:
    """With its statement, period and person. Raises NotFound."""
    query = select(Dispute).where(Dispute.id == dispute_id)
    deep = joinedload(Dispute.statement)
    query = query.options(deep.joinedload(Statement.period), deep.joinedload(Statement.participant))
    if lock:
        query = query.with_for_update(of=Dispute).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("dispute.not_found", "There is no such question.")
    return found


def open_disputes() -> int:
    waiting = select(func.count()).select_from(Dispute).where(Dispute.state == DisputeState.RAISED)
    return db.session.scalar(waiting) or 0


def line(earning_id: int | None) -> Earning | None:
    return db.session.get(Earning, earning_id) if earning_id else None


def currency_of(participant_id: int) -> str:
    """Of the plan the participant is on."""
    terms = select(PlanVersion.terms).join(PlanParticipant, PlanParticipant.plan_id == PlanVersion.plan_id)
    found = db.session.scalar(terms.where(PlanParticipant.id == participant_id).order_by(PlanVersion.number.desc()))
    return str((found or {}).get("currency", "USD"))


def objectives_of(period_id: int, participant_id: int) -> list[str]:
    """Names of the MBO components of the person's plan in that month."""
    found, who = db.session.get(PayoutPeriod, period_id), db.session.get(PlanParticipant, participant_id)
    version = versions_on(span(found).starts_on).get(who.plan_id) if found and who else None
    return [one.name for one in version.plan.components if one.kind == Kind.MBO] if version else []


def has_objectives(found: PayoutPeriod) -> bool:
    """Whether some plan in force asks how far objectives were reached."""
    return any(c.kind == Kind.MBO for one in versions_on(found.starts_on).values() for c in one.plan.components)


def running_work(found: PayoutPeriod) -> LongWork | None:
    """The calculation, while it is under way or when it failed."""
    work = db.session.get(LongWork, found.work_id) if found.work_id else None
    return work if work and work.state in UNFINISHED else None


def draws_of(participant_id: int) -> Sequence[Draw]:
    return db.session.scalars(select(Draw).where(Draw.participant_id == participant_id).order_by(Draw.starts_on)).all()


HEAD = (
    "Statement", "Person", "Email", "Position", "Plan", "Month", "Currency", "Earned", "Adjusted", "Topped up",
    "Kept back", "Payable", "Balance", "Hash",
)  # fmt: skip


def payroll(period_id: int) -> Iterator[list[Any]]:
    """What payroll needs: a head, and a row for each statement."""
    yield list(HEAD)
    for one in sorted(statements_in(period_id), key=lambda row: row.participant.user.name):
        who, snapshot = one.participant, one.snapshot or {}
        yield [
            snapshot.get("number", ""), who.user.name, who.user.email, who.position.title, who.plan.name,
            one.period.starts_on, one.currency, one.earned, one.adjusted, one.topped_up, one.recovered, one.payable,
            one.balance, one.snapshot_hash or "",
        ]  # fmt: skip
