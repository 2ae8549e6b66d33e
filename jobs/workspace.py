"""Long work: one runner per kind, moved along in slices that commit together with their progress."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from portal.identity.models import User
from portal.kernel import clock, files
from portal.kernel.actor import Actor, act_as
from portal.kernel.db import db, transact
from portal.kernel.errors import DomainError
from portal.kernel.listing import named
from portal.kernel.outbox import LeaseLost
from portal.kernel.tables import Row, Table
from portal.organization.queries import actor_for
from portal.web import exports
from portal.workspace import queries, services
from portal.workspace.rules import ImportKind, Outcome, Refusal, bulk_act, import_kind

from .registry import sweeps

log = logging.getLogger(__name__)

TURN = 20.0  # seconds after which other work of the queue gets its turn
SLICE = 100
IMPORTED = 1_000  # rows of a file at a time: the write lock is held for them, and others wait for it


@dataclass(frozen=True)
class Work:
    """What a runner needs to know. `done` rows are committed already: go on behind them."""

    actor: Actor
    spec: dict[str, Any]
    done: int


@dataclass(frozen=True)
class Slice:
    """`act` is done in one unit of work with the progress of `rows`, and tells what became of them.

    `may_pause`: another turn can go on behind it.
    """

    rows: int
    act: Callable[[], Outcome] = Outcome
    may_pause: bool = True


@dataclass(frozen=True)
class Result:
    """The file that came out of it; the last thing a runner yields."""

    name: str
    content: bytes


Runner = Callable[[Work], Iterator[Slice | Result]]
runners: dict[str, Runner] = {}


def runs(kind: str) -> Callable[[Runner], Runner]:
    """Register what does one kind of long work. It runs outside a unit of work and yields slices."""

    def register(runner: Runner) -> Runner:
        runners[kind] = runner
        return runner

    return register


@sweeps("default", waits=queries.work_waits)
def move_along(worker: str) -> int:
    """Take up the oldest free work for one turn. Returns the rows done, and one for the turn itself."""
    held = transact(lambda: _take_up(worker))
    if held is None:
        return 0
    work_id, kind, work = held
    try:
        with act_as(work.actor):
            return 1 + _turn(work_id, worker, runners[kind](work))
    except LeaseLost:
        log.info("long work %s was taken over", work_id)
    except Exception as error:
        db.session.rollback()
        if not isinstance(error, DomainError):
            log.exception("long work %s failed", work_id)
        reason = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        transact(lambda: services.fail(work_id, worker, reason))
    return 1


def _take_up(worker: str) -> tuple[int, str, Work] | None:
    work = services.take_up(worker)
    if work is None:
        return None
    user = db.session.get_one(User, work.user_id)
    actor = actor_for(user, clock.today(user.timezone))
    return work.id, work.kind, Work(actor, work.spec, work.done)


def _turn(work_id: int, worker: str, pieces: Iterator[Slice | Result]) -> int:
    started, done = time.monotonic(), 0
    for piece in pieces:
        if isinstance(piece, Result):
            transact(partial(services.finish, work_id, worker, piece.name, files.put(piece.content)))
            return done
        if not transact(partial(_book, work_id, worker, piece)):
            return done
        done += piece.rows
        if piece.may_pause and time.monotonic() - started > TURN:
            transact(lambda: services.lay_down(work_id, worker))
            return done
    transact(lambda: services.finish(work_id, worker))
    return done


def _book(work_id: int, worker: str, piece: Slice) -> bool:
    return services.advance(work_id, worker, piece.rows, piece.act())


@runs("bulk")
def act_on_all(work: Work) -> Iterator[Slice]:
    """The rows that matched when it was asked for; each is checked again when its turn comes."""
    act = bulk_act(work.spec["listing"], work.spec["act"])
    assert act is not None
    ids = json.loads(files.read(work.spec["ids"]))
    for at in range(work.done, len(ids), SLICE):
        some = ids[at : at + SLICE]
        yield Slice(len(some), partial(services.act_on, work.actor, act, some, work.spec["value"]))


@runs("export")
def export(work: Work) -> Iterator[Slice | Result]:
    """Starts over when it was interrupted: half a file is no use to anybody."""
    listing, zone, kind = named(work.spec["listing"]), work.spec["zone"], exports.known_format(work.spec["format"])
    content, told = bytearray(), work.done
    for written, piece in exports.write(listing, work.actor, work.spec["args"], kind, zone):
        content += piece
        if written > told:
            yield Slice(written - told, may_pause=False)
            told = written
    yield Result(exports.file_name(listing, kind, zone), bytes(content))


@runs("import")
def import_rows(work: Work) -> Iterator[Slice]:
    """Rows of a kept file; with `dry` every slice is undone again, so that only the report stays."""
    kind, columns = import_kind(work.spec["kind"]), work.spec["columns"]
    places = [(place, name) for place, name in enumerate(columns) if name]
    rows = ((row, {name: row.cells[place] for place, name in places}) for row in Table(files.read(work.spec["key"])))
    first: dict[str, int] = {}  # what tells records apart -> the row that has it
    for row, texts in islice(rows, work.done):
        _repeats(kind, first, row, texts)
    while some := list(islice(rows, IMPORTED)):
        again = [refusal for row, texts in some if (refusal := _repeats(kind, first, row, texts))]
        repeated = {refusal.row for refusal in again}
        taken = [(row, texts) for row, texts in some if row.line not in repeated]
        yield Slice(len(some), partial(_take, kind, taken, again, bool(work.spec.get("dry"))))


def _repeats(kind: ImportKind, first: dict[str, int], row: Row, texts: dict[str, str]) -> Refusal | None:
    """Of two rows about one record the first counts, however far apart they stand."""
    if kind.key is None:
        return None
    field, key_of = kind.key
    key = key_of(texts)
    if not key or first.setdefault(key, row.line) == row.line:
        return None
    return Refusal(row.line, dict(kind.fields)[field], f"This is row {first[key]} again, which counts.")


def _take(kind: ImportKind, rows: list[tuple[Row, dict[str, str]]], again: list[Refusal], dry: bool) -> Outcome:
    savepoint = db.session.begin_nested()
    found = kind.take([texts for _, texts in rows])
    savepoint.rollback() if dry else savepoint.commit()
    labels = dict(kind.fields)

    def told(some: Sequence[Refusal]) -> list[Refusal]:
        return [Refusal(rows[at - 1][0].line, labels.get(name, name), reason) for at, name, reason in some]

    surplus = [
        Refusal(row.line, "", "There are more cells than columns; they were left out.")
        for row, _ in rows
        if row.surplus
    ]
    refused, notes = sorted([*told(found.refused), *again]), sorted([*told(found.notes), *surplus])
    return Outcome(refused, found.added, found.changed, notes, () if dry or not kind.model else found.traces)


@runs("undo")
def undo_import(work: Work) -> Iterator[Slice]:
    """Slice by slice, the last one first."""
    kind, passed = import_kind(work.spec["kind"]), 0
    assert kind.model is not None
    for trace_id, size in queries.traces_of(work.spec["work"]):
        passed += size
        if passed > work.done:
            yield Slice(size, partial(services.undo_slice, work.actor, kind, trace_id))
