"""Taking rows of a file in: what is new is added, what differs is changed, in few statements whatever their number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, Select, inspect, select

from portal.kernel import bulk
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.kernel.errors import Refused
from portal.organization.queries import reach

from ..rules import Outcome, Refusal, Trace

ADDED = "imported"


@dataclass
class Candidate:
    """A row that can be read. `values`: columns of the model in the form in which they are stored.

    `notes`: what was left out of it, (field, why).
    """

    row: int
    key: str
    values: dict[str, Any]
    notes: list[tuple[str, str]] = field(default_factory=list)

    def leave_out(self, name: str, why: str) -> None:
        self.values.pop(name, None)
        self.notes.append((name, why))


@dataclass
class Reading:
    """A slice of rows as an area has read it: candidates by key, and the rows that cannot be right."""

    candidates: list[Candidate] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, row: int, refusal: Refused) -> None:
        self.refused.append(Refusal(row, refusal.field or "", refusal.message))


def known_rows(actor: Actor, model: type[Base], permission: str, *which: Any) -> Sequence[RowMapping]:
    """Records as plain columns; "mine" says whether the actor may change them."""
    table = model.__table__
    columns = [*table.columns, reach(actor, model, permission).label("mine")]
    return db.session.execute(select(*columns).where(*which)).mappings().all()


def split(
    reading: Reading, known: Mapping[str, RowMapping], theirs: str
) -> tuple[list[Candidate], list[tuple[int, Candidate]]]:
    """New candidates, and (id, candidate) of those that differ from what is known, narrowed to what differs."""
    fresh, differing, first = [], [], dict[Any, int]()
    for one in reading.candidates:
        there = known.get(one.key)
        if first.setdefault(there["id"] if there else one.key, one.row) != one.row:
            reading.refused.append(Refusal(one.row, "", "An earlier row is about the same record, and counts."))
        elif there is None:
            fresh.append(one)
        elif not there["mine"]:
            reading.refused.append(Refusal(one.row, "", theirs))
        elif changed := {name: value for name, value in one.values.items() if there[name] != value}:
            one.values = changed
            differing.append((there["id"], one))
    return fresh, differing


def store(
    model: type[Base], reading: Reading, rows: Sequence[dict[str, Any]], differing: Sequence[tuple[int, Candidate]]
) -> Outcome:
    """Write it down in the caller's unit of work. `rows`: the new ones, complete."""
    added = [Trace(record_id, 1, None) for record_id in bulk.add_rows(model, rows, ADDED)]
    changed = _change(model, {record_id: one.values for record_id, one in differing})
    notes = [Refusal(one.row, name, why) for one in reading.candidates for name, why in one.notes]
    return Outcome(sorted(reading.refused), len(added), len(changed), sorted(notes), [*added, *changed])


def _change(model: type[Base], wanted: Mapping[int, Mapping[str, Any]]) -> list[Trace]:
    if not wanted:
        return []
    record: Any
    before: list[tuple[Any, dict[str, Any]]] = []
    for record in db.session.scalars(locked(model, wanted)):
        before.append((record, {name: getattr(record, name) for name in wanted[record.id]}))
        for name, value in wanted[record.id].items():
            setattr(record, name, value)
    db.session.flush()  # one statement each for the rows, their audit and their search entries
    return [Trace(record.id, record.version, values) for record, values in before]


def undo(actor: Actor, model: type[Base], permission: str, traces: Sequence[Trace]) -> Outcome:
    """Take back what a slice did: what it added goes, what it changed says again what it said. Records that were changed
    or used since stay as they are."""
    mine = locked(model, [one.record_id for one in traces]).where(reach(actor, model, permission))
    there: dict[int, Any] = {record.id: record for record in db.session.scalars(mine)}
    held = bulk.held(model, [one.record_id for one in traces if one.before is None])
    refused, gone, changed = [], [], 0
    for record_id, version, before in traces:
        record = there.get(record_id)
        if record is None or record.version != version:
            refused.append(Refusal(record_id, "", "Somebody has changed or removed this record since."))
        elif before is None and record_id in held:
            refused.append(Refusal(record_id, "", "This record is in use by now."))
        elif before is None:
            gone.append(record_id)
        else:
            changed += 1
            for name, value in before.items():
                setattr(record, name, _typed(model, name, value))
    db.session.flush()
    bulk.delete_rows(model, gone, "import undone")
    return Outcome(refused, changed=changed + len(gone))


def _typed(model: type[Base], name: str, value: Any) -> Any:
    """As the column has it: JSON knows no exact numbers."""
    return Decimal(value) if value is not None and model.__table__.c[name].type.python_type is Decimal else value


def locked(model: type[Base], ids: Iterable[int]) -> Select[Any]:
    key = inspect(model).primary_key[0]
    return select(model).where(key.in_(ids)).order_by(key).with_for_update().execution_options(populate_existing=True)
