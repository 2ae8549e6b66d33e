"""Notifying people, keeping views and files, and moving long work along."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from portal.kernel import clock, files, outbox
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db, refusal_of, refuse_on
from portal.kernel.errors import DomainError, NotFound, Refused
from portal.kernel.listing import matching, named
from portal.kernel.outbox import LeaseLost
from portal.kernel.states import check_move
from portal.kernel.upsert import insert_ignore
from portal.organization.queries import authorize

from . import queries
from .documents import media_type_of
from .models import IS_OPEN, LongWork, Notification, SavedView, StoredFile
from .rules import BulkAct, Refusal
from .states import MOVES, WorkState

LEASE = timedelta(minutes=1)
REPORTED = 1_000  # refused rows that are told one by one

refuse_on(
    "uq_saved_view_user_id_listing_name",
    "saved_view.user_id, saved_view.listing, saved_view.name",
    say=Refused("saved_view.name_taken", "You have a view of this list with that name already.", "name"),
)


def notify(user_id: int | None, text: str, url: str, reason: str) -> None:
    """Tell a person once, whatever happens twice: `reason` is unique ("lead:12:assigned:3"). Nobody is told nothing."""
    if user_id is not None:
        row = {"user_id": user_id, "text": text, "url": url, "reason": reason, "created_at": clock.now()}
        insert_ignore(Notification, [row])


def mark_read(actor: Actor, notification_id: int | None = None) -> None:
    """One notification of this person, or all of them."""
    unread = update(Notification).where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    if notification_id is not None:
        unread = unread.where(Notification.id == notification_id)
    db.session.execute(unread.values(read_at=clock.now()).execution_options(synchronize_session=False))


def save_view(actor: Actor, listing: str, name: str, args: dict[str, str], query: str, shared: bool) -> SavedView:
    """Raises Refused when the list does not know the filters or the name is taken."""
    authorize(actor, "workspace.use")
    wanted = named(listing)
    matching(wanted, actor, args)
    wanted.order(args.get("sort") or wanted.sort)
    if shared:
        authorize(actor, "views.share")
    view = SavedView(user_id=actor.user_id, listing=listing, name=_named(name), query=query, shared=shared)
    db.session.add(view)
    return view


def rename_view(actor: Actor, view_id: int, name: str) -> None:
    _own_view(actor, view_id).name = _named(name)


def share_view(actor: Actor, view_id: int, shared: bool) -> None:
    authorize(actor, "views.share")
    _own_view(actor, view_id).shared = shared


def remove_view(actor: Actor, view_id: int) -> None:
    db.session.delete(_own_view(actor, view_id))


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 60:
        raise Refused("saved_view.name", "Give the view a name of up to 60 characters.", "name")
    return name


def _own_view(actor: Actor, view_id: int) -> SavedView:
    found = db.session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id))
    if found is None:
        raise NotFound("saved_view.not_found", "This view is not here, or not yours to change.")
    return found


def attach(actor: Actor, record: Base, name: str, content: bytes) -> StoredFile:
    """Keep a file with a record the actor sees. Raises Refused for kinds of file that are not kept."""
    authorize(actor, "files.edit")
    name, media_type = media_type_of(name, content)
    stored = StoredFile(
        noun_of=record.noun,
        record_id=record.id,  # type: ignore[attr-defined]
        name=name,
        media_type=media_type,
        size=len(content),
        key=files.put(content),
        uploaded_by=actor.name,
    )
    db.session.add(stored)
    return stored


def remove_file(actor: Actor, file_id: int) -> StoredFile:
    """Out of sight, not gone: it can be restored."""
    return _removed(actor, file_id, clock.now())


def restore_file(actor: Actor, file_id: int) -> StoredFile:
    return _removed(actor, file_id, None)


def _removed(actor: Actor, file_id: int, at: datetime | None) -> StoredFile:
    authorize(actor, "files.edit")
    stored = queries.stored_file(file_id, lock=True)
    stored.removed_at = at
    return stored


def act_on(actor: Actor, act: BulkAct, ids: Sequence[int], value: str) -> list[Refusal]:
    """Do it to each row in a savepoint of its own: a refused one stays as it was and does not hold up the others."""
    return [
        Refusal(row_id, "", reason)
        for row_id in ids
        if (reason := refused_in_savepoint(partial(act.act, actor, row_id, value)))
    ]


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


def advance(work_id: int, worker: str, rows: int, refusals: Sequence[Refusal]) -> bool:
    """Book a slice in the transaction that did it; False when somebody wants the work to stop.

    Raises LeaseLost, which undoes the slice, when another worker has taken over.
    """
    work = _held(work_id, worker)
    work.done += rows
    if work.total is not None:
        work.total = max(work.total, work.done)
    work.refused += len(refusals)
    work.report = [*work.report, *(list(refusal) for refusal in refusals)][:REPORTED]
    work.lease_until = clock.now() + LEASE
    if work.cancel_wanted:
        _end(work, WorkState.CANCELLED)
        return False
    return True


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
