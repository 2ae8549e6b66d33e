"""Broadcasts on their way: reading the segment, starting on time, what batches tell."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from portal.broadcasts import queries, services
from portal.kernel.db import db, transact
from portal.messages.events import BatchEnded, BatchStopped
from portal.workspace.rules import Outcome

from .registry import every, on
from .workspace import Slice, Work, runs


@runs("freeze")
def write_audience_down(work: Work) -> Iterator[Slice]:
    """Goes on behind the last contact that has its row: what `work` has done counts people, not places."""
    ids = services.audience(queries.broadcast(work.actor, work.spec["broadcast"]))
    db.session.rollback()
    for at in range(0, len(ids), services.AT_A_TIME):
        some = ids[at : at + services.AT_A_TIME]
        yield Slice(len(some), partial(_write_down, work, some))
    yield Slice(0, partial(_let_go, work), may_pause=False)


def _write_down(work: Work, ids: list[int]) -> Outcome:
    broadcast = queries.broadcast(work.actor, work.spec["broadcast"], lock=True)
    return Outcome(added=services.write_down(broadcast, ids))


def _let_go(work: Work) -> Outcome:
    services.frozen(queries.broadcast(work.actor, work.spec["broadcast"], lock=True))
    return Outcome()


@every(timedelta(minutes=1))
def start_what_is_due() -> None:
    transact(services.begin_due)


@on(BatchEnded)
def note_the_end(batch_id: int) -> None:
    services.broadcast_ended(batch_id)


@on(BatchStopped)
def tell_who_answers(batch_id: int, why: str) -> None:
    services.broadcast_stopped(batch_id, why)
