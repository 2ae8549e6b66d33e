"""Long work: starting it, claiming it, booking its slices, ending it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit, clock, outbox
from portal.kernel.actor import Actor
from portal.kernel.db import db, refusal_of
from portal.kernel.errors import DomainError, Refused
from portal.kernel.outbox import LeaseLost
from portal.kernel.states import check_move

from .. import queries
from ..models import IS_OPEN, LongWork, WorkRemark, WorkTrace
from ..rules import BulkAct, ImportKind, Outcome, Refusal, Trace
from ..states import MOVES, WorkState
from . import imports
from .kept import notify

LEASE = timedelta(minutes=1)


def act_on(actor: Actor, act: BulkAct, ids: Sequence[int], value: str) -> Outcome:
    """Do it to each row in a savepoint of its own: a refused one stays as it was and does not hold up the others."""
    refused = [
        Refusal(row_id, "", reason)
        for row_id in ids
        if (reason := refused_in_savepoint(partial(act.act, actor, row_id, value)))
    ]
    return Outcome(refused, changed=len(ids) - len(refused))


def refused_in_savepoint(act: Callable[[], object]) -> str:
    """Why the act was refused, and then it left nothing behind; "" when it was done."""
    try:
        with db.session.begin_nested():
            act()
    except DomainError as refusal:
        return refusal.message
    except IntegrityError as error:
        refused = refusal_of(error)
        if refused is None:
            raise
        return refused.message
    return ""


def start(actor: Actor, kind: str, title: str, spec: dict[str, Any], total: int | None = None) -> LongWork:
    """Queue long work in this unit of work. `spec` is what the runner of `kind` needs (see jobs.workspace)."""
    assert actor.user_id is not None
    work = LongWork(user_id=actor.user_id, kind=kind, title=title, spec=spec, total=total)
    db.session.add(work)
    db.session.flush()
    outbox.ring("default")
    return work


def cancel(actor: Actor, work_id: int) -> None:
    """What is queued stops here; what runs stops after its slice. Rows already done stay done."""
    work = queries.work(actor, work_id, lock=True)
    if work.state == WorkState.QUEUED:
        _end(work, WorkState.CANCELLED)
    elif work.state == WorkState.RUNNING:
        work.cancel_wanted = True


def go_on(actor: Actor, work_id: int) -> None:
    """Failed work goes on where it stopped. Raises Refused in any other state."""
    work = queries.work(actor, work_id, lock=True)
    check_move(MOVES, work.state, WorkState.QUEUED, noun="long_work")
    work.state, work.error, work.ended_at = WorkState.QUEUED, None, None
    outbox.ring("default")


def start_undo(actor: Actor, work_id: int) -> LongWork:
    """Take an import back, as work of its own. Raises Refused for what cannot be undone, or is already."""
    work = queries.work(actor, work_id, lock=True)
    if work.user_id != actor.user_id or not queries.can_be_undone(work):
        raise Refused("long_work.no_undo", "This cannot be undone.")
    work.undone_at = clock.now()
    spec = {"work": work.id, "kind": work.spec["kind"]}
    return start(
        actor, "undo", f"Undo of the {work.title[:1].lower()}{work.title[1:]}", spec, work.added + work.changed
    )


def undo_slice(actor: Actor, kind: ImportKind, trace_id: int) -> Outcome:
    assert kind.model is not None
    traces = [Trace(*one) for one in db.session.get_one(WorkTrace, trace_id).traces]
    return imports.undo(actor, kind.model, kind.permission, traces)


def take_up(worker: str) -> LongWork | None:
    """Claim the oldest free work; None when there is none. What a lost worker left is free after its lease."""
    now = clock.now()
    free = or_(LongWork.lease_until.is_(None), LongWork.lease_until < now)
    query = select(LongWork).where(IS_OPEN, free).order_by(LongWork.id).limit(1)
    work = db.session.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if work is None:
        return None
    check_move(MOVES, work.state, WorkState.RUNNING, noun="long_work")
    work.state, work.worker, work.lease_until = WorkState.RUNNING, worker, now + LEASE
    work.started_at = work.started_at or now
    return work


def advance(work_id: int, worker: str, rows: int, outcome: Outcome) -> bool:
    """Book a slice in the transaction that did it; False when somebody wants the work to stop.

    Raises LeaseLost, which undoes the slice, when another worker has taken over.
    """
    work = _held(work_id, worker)
    work.done += rows
    if work.total is not None:
        work.total = max(work.total, work.done)
    work.added += outcome.added
    work.changed += outcome.changed
    work.refused += len(outcome.refused)
    work.noted += len({note.row for note in outcome.notes})
    _write_down(work_id, outcome)
    work.lease_until = clock.now() + LEASE
    if work.cancel_wanted:
        _end(work, WorkState.CANCELLED)
        return False
    return True


def _write_down(work_id: int, outcome: Outcome) -> None:
    told = ((outcome.refused, False), (outcome.notes, True))
    rows = [{"work_id": work_id, **one._asdict(), "taken": taken} for some, taken in told for one in some]
    if rows:
        db.session.execute(insert(WorkRemark), rows)
    if outcome.traces:
        traces = [(one.record_id, one.version, one.before and _plain(one.before)) for one in outcome.traces]
        db.session.execute(insert(WorkTrace), {"work_id": work_id, "traces": traces})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: audit.plain(value) for name, value in values.items()}


def lay_down(work_id: int, worker: str) -> None:
    """Let others have a turn: the work stays open and free."""
    _held(work_id, worker).lease_until = None


def finish(work_id: int, worker: str, result_name: str | None = None, result_key: str | None = None) -> None:
    work = _held(work_id, worker)
    work.result_name, work.result_key = result_name, result_key
    _end(work, WorkState.CANCELLED if work.cancel_wanted else WorkState.DONE)


def fail(work_id: int, worker: str, error: str) -> None:
    work = _held(work_id, worker)
    work.error = error[:2000]
    _end(work, WorkState.FAILED)


def _held(work_id: int, worker: str) -> LongWork:
    mine = (LongWork.id == work_id, LongWork.worker == worker, LongWork.state == WorkState.RUNNING)
    query = select(LongWork).where(*mine).with_for_update().execution_options(populate_existing=True)
    work = db.session.scalar(query)
    if work is None:
        raise LeaseLost
    return work


def _end(work: LongWork, state: WorkState) -> None:
    check_move(MOVES, work.state, state, noun="long_work")
    work.state, work.ended_at, work.lease_until, work.cancel_wanted = state, clock.now(), None, False
    said = {
        WorkState.DONE: f"Finished: {work.title}",
        WorkState.FAILED: f"Failed: {work.title}",
        WorkState.CANCELLED: f"Stopped: {work.title}",
    }[state]
    if work.refused:
        said += f" ({work.refused:,} refused)"
    notify(work.user_id, said, f"/long-work/{work.id}", f"long_work:{work.id}:{state}:{work.ended_at.isoformat()}")
