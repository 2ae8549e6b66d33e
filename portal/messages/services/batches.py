"""Batches as wholes: opened, paused, let go on, ended. Each changes one row, whatever the number of messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit, ring
from portal.kernel.states import check_move

from ..events import BatchEnded, BatchStopped
from ..models import WAITING_IN_BATCH, Message, MessageBatch
from ..queries import OPEN_STATES
from ..rules.pacing import BREAKER_LAST, tripped
from ..states import BATCH_MOVES, BatchState, MessageState

B = BatchState
CLEARED = 2_000  # messages of a cancelled batch settled at a time


def open_batch(
    channel: Channel, noun: str, record_id: int, *, content_id: int | None = None, per_hour: int | None = None
) -> MessageBatch:
    """A new one, held until somebody lets it run."""
    batch = MessageBatch(
        channel=channel, noun_of=noun, record_id=record_id, content_id=content_id, per_hour=per_hour, why=""
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def run_batch(batch_id: int, content_id: int | None = None) -> None:
    """Let its messages go, for the first time or again. `content_id`: what they say, where that was open."""
    batch = _move(batch_id, B.RUNNING, "")
    batch.content_id = content_id or batch.content_id
    batch.watched_from = clock.now()
    if batch.content_id is None:
        raise Refused("batch.empty", "It is not decided yet what these messages say.")
    ring("mail")


def pause_batch(batch_id: int, why: str) -> None:
    """From the next message on; the one in flight at this moment still goes."""
    _move(batch_id, B.PAUSED, why)


def cancel_batch(batch_id: int, why: str) -> None:
    """What still waits will never go. The messages say so one slice after the other: see `clear_cancelled`."""
    _move(batch_id, B.CANCELLED, why)
    ring("mail")


def _move(batch_id: int, wanted: BatchState, why: str) -> MessageBatch:
    locked = select(MessageBatch).where(MessageBatch.id == batch_id).with_for_update()
    batch = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    check_move(BATCH_MOVES, batch.state, wanted, noun="batch")
    batch.state, batch.why = wanted, why[:500]
    return batch


def end_batch(batch_id: int) -> None:
    """Write down that a running batch has nothing left that waits, if that is so."""
    left = select(Message.id).where(Message.batch_id == batch_id, WAITING_IN_BATCH).limit(1)
    if db.session.scalar(left) is not None:
        return
    with unit_of_work():
        ended = (
            update(MessageBatch)
            .where(MessageBatch.id == batch_id, MessageBatch.state == B.RUNNING)
            .values(state=B.DONE)
            .returning(MessageBatch.id)
        )
        if db.session.execute(ended.execution_options(synchronize_session=False)).scalar():
            emit(BatchEnded(batch_id), key=f"batch:{batch_id}:ended")


def clear_cancelled() -> int:
    """Settle a slice of what still waits in cancelled batches. Returns how many messages."""
    for batch_id in db.session.scalars(select(MessageBatch.id).where(MessageBatch.state == B.CANCELLED)).all():
        waiting = select(Message.id).where(Message.batch_id == batch_id, WAITING_IN_BATCH)
        waiting = waiting.where(Message.state.in_(OPEN_STATES)).limit(CLEARED)
        with unit_of_work():
            result: Any = db.session.execute(
                update(Message)
                .where(Message.id.in_(waiting), Message.state.in_(OPEN_STATES))
                .values(state=MessageState.CANCELLED, lease_until=None)
                .execution_options(synchronize_session=False)
            )
        if result.rowcount:
            return int(result.rowcount)
    return 0


def watch(batch_id: int) -> None:
    """The breaker: pause a running batch whose last messages bounced or were complained about too often."""
    why = tripped(*reputation(batch_id))
    if not why:
        return
    with unit_of_work():
        stopped = (
            update(MessageBatch)
            .where(MessageBatch.id == batch_id, MessageBatch.state == B.RUNNING)
            .values(state=B.PAUSED, why=why)
            .returning(MessageBatch.id)
        )
        if db.session.execute(stopped.execution_options(synchronize_session=False)).scalar():
            emit(BatchStopped(batch_id, why))


def reputation(batch_id: int) -> tuple[int, int, int]:
    """(sent, bounced, complained) among its last messages, since a person last let it go on."""
    since = db.session.scalar(select(MessageBatch.watched_from).where(MessageBatch.id == batch_id))
    mine = Message.batch_id == batch_id
    sent = select(Message.sent_at).where(mine, Message.sent_at.is_not(None))
    if since:
        sent = sent.where(Message.sent_at >= since)
    last = sent.order_by(Message.sent_at.desc()).limit(BREAKER_LAST).subquery()
    count, first = db.session.execute(select(func.count(), func.min(last.c.sent_at))).one()
    first = first if count == BREAKER_LAST else since
    bounced, refused = _since(mine, Message.bounced_at, first, Message.sent_at.is_(None))
    complained, _ = _since(mine, Message.complained_at, first, Message.sent_at.is_(None))
    return count + refused, bounced, complained


def _since(mine: Any, column: Any, first: datetime | None, also: Any) -> tuple[int, int]:
    query = select(func.count(), func.count().filter(also)).where(mine, column.is_not(None))
    row = db.session.execute(query.where(column >= first) if first else query).one()
    return int(row[0]), int(row[1])
