"""The cycle of a payout period: calculate, review, approve, lock."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.organization.queries import authorize
from portal.targets.queries import today
from portal.workspace import services as workspace

from .. import queries
from ..documents import frozen_statement, hash_of
from ..events import PeriodLocked, StatementLocked
from ..models import Earning, PayoutPeriod, Statement
from ..queries.calculation import Calculated, Extras, calculated, extras
from ..queries.ledger import Ledger, ledger
from ..states import PERIOD_MOVES, PeriodState

CHUNK = 25  # people calculated in one unit of work


def open_period(actor: Actor, day: date) -> int:
    """The month of the day. Raises Refused when it is there, or would leave a gap."""
    authorize(actor, "compensation.run")
    starts = day.replace(day=1)
    last = db.session.scalar(select(PayoutPeriod).order_by(PayoutPeriod.starts_on.desc()).limit(1))
    if last and starts > last.ends_on:
        raise Refused("period.gap", f"Open {last.ends_on:%B %Y} first: months of pay follow one another.", "starts_on")
    ends = date(starts.year + starts.month // 12, starts.month % 12 + 1, 1)
    made = PayoutPeriod(starts_on=starts, ends_on=ends)
    db.session.add(made)
    db.session.flush()
    return made.id


def open_current() -> int | None:
    """The id of the month that runs, opened where plans are in force; None where it is not to be calculated now."""
    day = today()
    found = db.session.scalar(select(PayoutPeriod).where(PayoutPeriod.starts_on <= day, PayoutPeriod.ends_on > day))
    if found is None:
        last = db.session.scalar(select(PayoutPeriod.ends_on).order_by(PayoutPeriod.starts_on.desc()).limit(1))
        return open_period(SYSTEM, day) if last == day.replace(day=1) and queries.versions_on(day) else None
    return found.id if found.state in (PeriodState.OPEN, PeriodState.CALCULATED) else None


def locked(period_id: int, version: int | None = None) -> PayoutPeriod:
    """Re-read under lock. Raises NotFound, Stale."""
    query = select(PayoutPeriod).where(PayoutPeriod.id == period_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("period.not_found", "There is no such month.")
    found.expect(version)
    return found


def start_calculation(actor: Actor, period_id: int) -> int:
    """Queue the calculation as long work. Returns its id."""
    authorize(actor, "compensation.run")
    found = locked(period_id)
    check_move(PERIOD_MOVES, found.state, PeriodState.CALCULATED, noun="period")
    people = len(queries.members(queries.span(found), {}))
    work = workspace.start(actor, "compensation", f"Pay of {found.starts_on:%B %Y}", {"period_id": period_id}, people)
    found.work_id = work.id
    return work.id


def calculate(actor: Actor, period_id: int) -> None:
    """All of it in this unit of work."""
    authorize(actor, "compensation.run")
    found = ledger(locked(period_id))
    more = extras(found)
    calculate_some(found, more, found.members)
    end_calculation(found)


def calculate_some(found: Ledger, more: Extras, people: Sequence[Any]) -> None:
    """Replace what the period says of these members."""
    period = locked(found.period_id)
    check_move(PERIOD_MOVES, period.state, PeriodState.CALCULATED, noun="period")
    ids = [one.id for one in people]
    for table in (Earning, Statement):
        db.session.execute(
            delete(table).where(table.period_id == period.id, table.participant_id.in_(ids)),
            execution_options={"synchronize_session": False},
        )
    results = [calculated(found, one, more) for one in people]
    if rows := [row for result in results for row in result.rows]:
        db.session.execute(insert(Earning.__table__), rows)  # type: ignore[arg-type]
    if statements := [_statement(period.id, one) for one in results]:
        db.session.execute(insert(Statement), statements)


def _statement(period_id: int, one: Calculated) -> dict[str, Any]:
    return {
        "period_id": period_id, "participant_id": one.member.id, "currency": one.currency, "lines": len(one.rows),
        "earned": one.earned, "adjusted": one.adjusted, "opening_balance": one.opening,
        "topped_up": one.payout.topped_up, "recovered": one.payout.recovered, "payable": one.payout.paid,
        "balance": one.payout.balance, "problem": one.problem,
    }  # fmt: skip


def end_calculation(found: Ledger) -> None:
    """Who is no longer concerned goes; what nobody was credited with is told."""
    period = locked(found.period_id)
    check_move(PERIOD_MOVES, period.state, PeriodState.CALCULATED, noun="period")
    gone = [one.id for one in found.members]
    for table in (Earning, Statement):
        db.session.execute(
            delete(table).where(table.period_id == period.id, table.participant_id.not_in(gone)),
            execution_options={"synchronize_session": False},
        )
    period.state, period.calculated_at = PeriodState.CALCULATED, clock.now()
    period.problems = [[reason, count, str(amount)] for reason, (count, amount) in sorted(found.uncredited.items())]


def send_to_review(actor: Actor, period_id: int, *, version: int | None = None) -> None:
    """Operations say it is complete. Raises Refused while the month runs or the one before is not locked."""
    authorize(actor, "compensation.run")
    found = locked(period_id, version)
    check_move(PERIOD_MOVES, found.state, PeriodState.IN_REVIEW, noun="period")
    if found.ends_on > today():
        raise Refused("period.runs", "This month is not over yet.")
    _follows_locked(found)
    found.state, found.reviewed_by = PeriodState.IN_REVIEW, actor.name


def _follows_locked(found: PayoutPeriod) -> None:
    earlier = db.session.scalar(
        select(PayoutPeriod)
        .where(PayoutPeriod.starts_on < found.starts_on)
        .order_by(PayoutPeriod.starts_on.desc())
        .limit(1)
    )
    if earlier is None:
        return
    if earlier.state != PeriodState.LOCKED:
        raise Refused("period.order", f"Lock {earlier.starts_on:%B %Y} first.")
    if found.calculated_at and earlier.locked_at and found.calculated_at < earlier.locked_at:
        raise Refused("period.old", f"{earlier.starts_on:%B %Y} was locked after this was calculated. Calculate again.")


def reopen(actor: Actor, period_id: int, *, version: int | None = None) -> None:
    """Back one step: to be calculated again, or to be looked at again."""
    found = locked(period_id, version)
    if found.state == PeriodState.APPROVED:
        authorize(actor, "compensation.approve")
        found.state, found.approved_by, found.approved_at = PeriodState.IN_REVIEW, "", None
        return
    authorize(actor, "compensation.run")
    if found.state != PeriodState.IN_REVIEW:
        raise Refused("period.not_reviewed", "Only a month in review can be sent back.")
    found.state, found.reviewed_by = PeriodState.CALCULATED, ""


def approve(actor: Actor, period_id: int, *, version: int | None = None) -> None:
    """Finance says it may be paid. Raises Refused while a statement has a problem."""
    authorize(actor, "compensation.approve")
    found = locked(period_id, version)
    check_move(PERIOD_MOVES, found.state, PeriodState.APPROVED, noun="period")
    if queries.problems_in(period_id):
        raise Refused("period.problems", "Some statements could not be calculated. Mend that, or take the person off.")
    found.state, found.approved_by, found.approved_at = PeriodState.APPROVED, actor.name, clock.now()


def lock(actor: Actor, period_id: int, *, version: int | None = None, quiet: bool = False) -> None:
    """Freeze every statement with its snapshot; people are told and the statements printed, unless `quiet`."""
    authorize(actor, "compensation.approve")
    found = locked(period_id, version)
    check_move(PERIOD_MOVES, found.state, PeriodState.LOCKED, noun="period")
    _follows_locked(found)
    hashes, lines, adjustments = [], queries.lines_in(period_id), queries.adjustments_in(period_id)
    for statement in queries.statements_in(period_id):
        key, language = statement.participant_id, statement.participant.user.locale
        snapshot = frozen_statement(statement, lines.get(key, []), adjustments.get(key, []), language)
        statement.snapshot, statement.snapshot_hash = snapshot, hash_of(snapshot)
        hashes.append(statement.snapshot_hash)
        if not quiet:
            emit(StatementLocked(statement.id))
    db.session.flush()
    found.state, found.locked_by, found.locked_at = PeriodState.LOCKED, actor.name, clock.now()
    found.snapshot_hash = hash_of(hashes)
    if not quiet:
        emit(PeriodLocked(found.id))
