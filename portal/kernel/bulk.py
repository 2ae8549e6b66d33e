"""Many new rows of one model at once, with their search entries and their audit, without an object for each."""

from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any

from sqlalchemy import Column, Table, delete, func, insert, select
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from . import audit, search
from .db import Base, db


def add_rows(model: type[Base], rows: Sequence[dict[str, Any]], action: str = "created") -> Sequence[int]:
    """Insert the rows (column -> value) and return their ids, in order. Columns not given get the model's defaults.

    Validators of the model are not asked: derived columns are given.
    """
    if not rows:
        return ()
    ids = _reserve(model, len(rows))
    defaults = _defaults(model)
    full = [defaults | row | {"id": key} for key, row in zip(ids, rows, strict=True)]
    db.session.execute(insert(model.__table__), full)  # type: ignore[arg-type]
    if issubclass(model, search.Searchable):
        search.enter(model.noun, zip(ids, map(_search_text(model), full), strict=True))
    if issubclass(model, audit.Audited):
        hidden, plain = model.unaudited, audit.plain
        seen = ({k: [None, plain(v)] for k, v in row.items() if v and k not in hidden} for row in rows)
        audit.record_many(model.noun, action, zip(ids, seen, strict=True))
    return ids


def _reserve(model: type[Base], count: int) -> Sequence[int]:
    """Ids for new rows. SQLite has one writer, who holds the lock by now; PostgreSQL hands them out."""
    if db.engine.dialect.name == "sqlite":
        last = db.session.scalar(select(func.max(model.__table__.c.id))) or 0
        return range(last + 1, last + 1 + count)
    sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
    return db.session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))).all()


def _search_text(model: type[Base]) -> Callable[[dict[str, Any]], tuple[str, str]]:
    """What the model says of a row, asked without making a record of it: that costs more than writing it."""
    own = {k: v for k, v in vars(model).items() if isinstance(v, property | FunctionType) and not k.startswith("__")}
    plain = type(model.__name__, (SimpleNamespace,), own)
    return lambda row: plain(**row).search_text()


def held(model: type[Base], ids: Sequence[int]) -> set[int]:
    """Those of the records that something else refers to, by a foreign key or by noun and id."""
    found: set[int] = set()
    for table, column in _references(model):
        query = select(column).where(column.in_(ids)).distinct()
        found.update(db.session.scalars(query if column.foreign_keys else query.where(table.c.noun_of == model.noun)))
    return found


def delete_rows(model: type[Base], ids: Sequence[int], action: str = "deleted") -> None:
    """Delete records that nothing refers to, with what was worked out from them; the audit says so."""
    if not ids:
        return
    for table in Base.metadata.sorted_tables:
        if table.info.get("derived"):
            db.session.execute(delete(table).where(table.c.noun_of == model.noun, table.c.record_id.in_(ids)))
    mine = model.__table__
    db.session.execute(delete(mine).where(mine.c.id.in_(ids)))  # type: ignore[arg-type]
    audit.record_many(model.noun, action, ((record_id, {}) for record_id in ids))


@cache
def _references(model: type[Base]) -> list[tuple[Table, Column[Any]]]:
    """The columns that hold ids of this model's records. What goes with a record does not hold it; the audit holds all."""
    found = []
    for table in Base.metadata.sorted_tables:
        found += [
            (table, key.parent)
            for key in table.foreign_keys
            if key.column.table is model.__table__ and key.ondelete != "CASCADE"
        ]
        if (
            {"noun_of", "record_id"} <= set(table.c.keys())
            and not table.info.get("derived")
            and table.name != "audit_entry"
        ):
            found.append((table, table.c.record_id))
    return found


def _defaults(model: type[Base]) -> dict[str, Any]:
    """What every row of an executemany has to name."""
    return {key: value(None) if callable(value) else value for key, value in _default_makers(model)}


@cache
def _default_makers(model: type[Base]) -> list[tuple[str, Any]]:
    """(column, its default or what makes it); nothing where nothing is allowed."""
    columns = model.__table__.columns
    given = [
        (c.key, c.default.arg)
        for c in columns
        if isinstance(c.default, ScalarElementColumnDefault | CallableColumnDefault)
    ]
    return given + [(c.key, None) for c in columns if c.default is None and c.nullable]
