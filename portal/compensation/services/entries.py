"""What people add by hand: adjustments, results of objectives, questions and answers."""

from decimal import Decimal

from sqlalchemy import update

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.money import round_to
from portal.kernel.states import check_move
from portal.kernel.upsert import upsert
from portal.organization.queries import authorize
from portal.workspace.services import notify

from .. import queries
from ..models import Adjustment, Dispute, ObjectiveResult, PayoutPeriod, PlanParticipant, Recognition, Statement
from ..states import DISPUTE_MOVES, AdjustmentKind, DisputeState, PeriodState
from .periods import locked

CHANGEABLE = (PeriodState.OPEN, PeriodState.CALCULATED)


def _changeable(period_id: int) -> PayoutPeriod:
    """Raises Refused when it is too late: what is found later is settled in the next month."""
    found = locked(period_id)
    if found.state not in CHANGEABLE:
        raise Refused(
            "period.closed", f"{found.starts_on:%B %Y} is {found.state.replace('_', ' ')}. Use an open month."
        )
    found.state = PeriodState.OPEN  # what was calculated no longer says everything
    return found


def adjust(
    actor: Actor, period_id: int, participant_id: int, *, kind: AdjustmentKind, amount: Decimal, reason: str
) -> int:
    """Add an amount, or take one off. It counts when the month is calculated again."""
    authorize(actor, "compensation.run")
    _changeable(period_id)
    if db.session.get(PlanParticipant, participant_id) is None:
        raise Refused("adjustment.nobody", "Choose a person.", "participant_id")
    if not amount or amount != round_to(amount, queries.currency_of(participant_id)):
        raise Refused("adjustment.amount", "Give an amount that can be paid, other than 0.", "amount")
    if not reason.strip():
        raise Refused("adjustment.reason", "Say why.", "reason")
    made = Adjustment(
        period_id=period_id, participant_id=participant_id, kind=kind, amount=amount, reason=reason.strip(),
        author=actor.name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id


def remove_adjustment(actor: Actor, adjustment_id: int) -> int:
    """Returns the id of its period."""
    authorize(actor, "compensation.run")
    found = db.session.get(Adjustment, adjustment_id)
    if found is None:
        raise NotFound("adjustment.not_found", "This adjustment is gone.")
    _changeable(found.period_id)
    db.session.delete(found)
    return found.period_id


def record_objective(
    actor: Actor, period_id: int, participant_id: int, *, component: str, percent: Decimal, reason: str
) -> None:
    """How far the objectives of an MBO component were reached."""
    authorize(actor, "compensation.run")
    _changeable(period_id)
    if component not in queries.objectives_of(period_id, participant_id):
        raise Refused("objective.unknown", "This person's plan has no such objective.", "component")
    db.session.add(
        ObjectiveResult(
            period_id=period_id, participant_id=participant_id, component=component, percent=percent, reason=reason,
            author=actor.name,
        )
    )  # fmt: skip
    db.session.flush()


def raise_dispute(actor: Actor, statement_id: int, *, earning_id: int | None, question: str) -> int:
    """A person asks about a line of an own statement, or about the whole of it."""
    statement = queries.own_statement(actor, statement_id)
    if statement.snapshot_hash is None:
        raise Refused("dispute.early", "This statement is not final yet.")
    if earning_id is not None and not queries.is_line_of(statement, earning_id):
        raise NotFound("earning.not_found", "This line is not on the statement.")
    made = Dispute(statement_id=statement.id, earning_id=earning_id, question=question, raised_by=actor.name)
    db.session.add(made)
    db.session.flush()
    return made.id


def answer_dispute(
    actor: Actor, dispute_id: int, *, answer: str, amount: Decimal | None = None, version: int | None = None
) -> None:
    """With an amount it is settled by a correction in the open month; without one it is declined."""
    authorize(actor, "compensation.run")
    found = queries.dispute(dispute_id, lock=True)
    found.expect(version)
    wanted = DisputeState.RESOLVED if amount else DisputeState.DECLINED
    check_move(DISPUTE_MOVES, found.state, wanted, noun="dispute")
    if amount:
        period = queries.changeable_period()
        if period is None:
            raise Refused("dispute.no_period", "There is no open month for the correction. Open one first.", "amount")
        found.adjustment_id = adjust(
            actor, period.id, found.statement.participant_id, kind=AdjustmentKind.CORRECTION, amount=amount,
            reason=f"Question about {found.statement.period.starts_on:%B %Y}: {answer}",
        )  # fmt: skip
    found.state, found.answer, found.answered_by, found.answered_at = wanted, answer, actor.name, clock.now()
    said = "Your question about your pay was answered."
    url = f"/compensation/statements/{found.statement_id}"
    notify(found.statement.participant.user_id, said, url, f"dispute:{found.id}:answered")


def confirm_statement(actor: Actor, statement_id: int) -> None:
    """The person has looked at it and agrees."""
    found = queries.own_statement(actor, statement_id)
    if found.snapshot_hash is None:
        raise Refused("statement.early", "This statement is not final yet.")
    found.confirmed_at = found.confirmed_at or clock.now()


def show_on_leaderboard(actor: Actor, shown: bool) -> None:
    upsert(Recognition, [{"user_id": actor.user_id, "hidden": not shown}], keys=("user_id",))


def keep_paper(statement_id: int, key: str | None, problem: str = "") -> bool:
    """Store where the PDF is, once; False when another run was first."""
    changed = db.session.execute(
        update(Statement)
        .where(Statement.id == statement_id, Statement.pdf_key.is_(None))
        .values(pdf_key=key, pdf_problem=problem)
        .returning(Statement.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None
