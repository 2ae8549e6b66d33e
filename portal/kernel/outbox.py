"""Reactions owed: written with the fact, worked off later, each at most once in effect.

A row per (event, subscribed job). The queue only carries "look at queue X"; these rows are the truth, so the queue
may be flushed. Claiming commits attempt and lease first; finishing is fenced by worker and attempt.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CursorResult, Index, and_, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db, gathered, unit_of_work
from .upsert import insert_ignore

ATTEMPTS = 3
LEASE = timedelta(seconds=30)  # then a lost worker's entry is free
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=2))


class EntryState(StrEnum):
    DUE = auto()
    RUNNING = auto()
    DONE = auto()
    DEAD = auto()


OPEN = text("state IN ('due', 'running')")


class OutboxEntry(Base):
    __tablename__ = "outbox_entry"
    __table_args__ = (Index("ix_outbox_entry_open", "queue", "due_at", "id", postgresql_where=OPEN, sqlite_where=OPEN),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str]
    job: Mapped[str]
    queue: Mapped[str]
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[EntryState] = mapped_column(default=EntryState.DUE)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True)
class Event:
    """A past-tense fact. Fields are ids and plain values only."""


@dataclass(frozen=True)
class Claim:
    """One entry held by one worker for one attempt."""

    id: int
    job: str
    payload: Mapping[str, Any]
    worker: str
    attempt: int


class LeaseLost(Exception):
    """Somebody else holds the entry now: do nothing more."""


_subscribers: dict[str, list[tuple[str, str]]] = defaultdict(list)


def subscribe(event: type[Event], job: str, queue: str) -> None:
    """`job` is the dotted name of the function that reacts."""
    if (queue, job) not in _subscribers[event.__name__]:
        _subscribers[event.__name__].append((queue, job))


def emit(event: Event, *, due_at: datetime | None = None, key: str | None = None) -> None:
    """Join the caller's transaction: the fact and the reactions it owes commit together.

    With `key`, the same reason is owed once however often it is emitted.
    """
    if not _subscribers:
        raise RuntimeError("no jobs are registered: build the app through wsgi.make_app")
    topic, now = type(event).__name__, clock.now()
    rows = [
        {
            "topic": topic,
            "job": job,
            "queue": queue,
            "payload": asdict(event),
            "key": key and f"{key}:{job}",
            "state": EntryState.DUE,
            "created_at": now,
            "due_at": due_at or now,
            "attempt": 0,
        }
        for queue, job in _subscribers[topic]
    ]
    if rows:
        insert_ignore(OutboxEntry, rows)
        ring(*{queue for queue, _ in _subscribers[topic]})


def ring(*queues: str) -> None:
    """After the commit, tell these queues to look."""
    gathered().setdefault("bells", set()).update(queues)


def claim(queue: str, worker: str, *, lease: timedelta = LEASE) -> Claim | None:
    """Take the next due entry, or one whose worker was lost. Entries that failed too often become dead."""
    now = clock.now()
    due = (
        select(OutboxEntry.id)
        .where(OutboxEntry.queue == queue, OPEN, OutboxEntry.due_at <= now)
        .where(or_(OutboxEntry.state == EntryState.DUE, OutboxEntry.lease_until < now))
        .order_by(OutboxEntry.due_at, OutboxEntry.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with unit_of_work():
        _bury(queue, now)
        row = db.session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id == due.scalar_subquery())
            .values(state=EntryState.RUNNING, attempt=OutboxEntry.attempt + 1, worker=worker, lease_until=now + lease)
            .returning(OutboxEntry.id, OutboxEntry.job, OutboxEntry.payload, OutboxEntry.attempt)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return Claim(row.id, row.job, row.payload, worker, row.attempt) if row else None


def _bury(queue: str, now: datetime) -> None:
    db.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.queue == queue, OutboxEntry.state == EntryState.RUNNING)
        .where(OutboxEntry.lease_until < now, OutboxEntry.attempt >= ATTEMPTS)
        .values(state=EntryState.DEAD, error="The worker was lost three times while doing this.")
        .execution_options(synchronize_session=False)
    )


def finish(held: Claim) -> None:
    """Mark done inside the current unit of work. Raises LeaseLost when the entry is no longer ours."""
    _fenced(held, state=EntryState.DONE, done_at=clock.now(), lease_until=None, error=None)


def fail(held: Claim, reason: str) -> None:
    """Put back for later, or give up after the last attempt. Never raises: a lost lease needs no words."""
    dead = held.attempt >= ATTEMPTS
    due_at = clock.now() if dead else clock.now() + RETRY_AFTER[held.attempt - 1]
    state = EntryState.DEAD if dead else EntryState.DUE
    with unit_of_work():
        try:
            _fenced(held, state=state, due_at=due_at, lease_until=None, error=reason[:2000])
        except LeaseLost:
            return


def _fenced(held: Claim, **values: Any) -> None:
    result = db.session.execute(
        update(OutboxEntry)
        .where(and_(OutboxEntry.id == held.id, OutboxEntry.worker == held.worker))
        .where(OutboxEntry.attempt == held.attempt, OutboxEntry.state == EntryState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount == 0:
        raise LeaseLost


def due_queues(now: datetime) -> list[str]:
    """Queues that have something to do: what the tick rings."""
    return list(
        db.session.scalars(
            select(OutboxEntry.queue)
            .where(OPEN, OutboxEntry.due_at <= now)
            .where(or_(OutboxEntry.state == EntryState.DUE, OutboxEntry.lease_until < now))
            .group_by(OutboxEntry.queue)
        )
    )


def oldest_due(now: datetime) -> timedelta:
    """How long the oldest due entry has waited; zero when nothing waits."""
    oldest = db.session.scalar(select(func.min(OutboxEntry.due_at)).where(OPEN, OutboxEntry.due_at <= now))
    return now - oldest if oldest else timedelta(0)
