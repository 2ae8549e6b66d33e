"""Many new rows of one model at once, with their search entries and their audit, without an object for each."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnDefault, Table, delete, insert, select

from . import audit, search
from .db import Base, db


def add_rows(model: type[Base], rows: Sequence[dict[str, Any]], action: str = "created") -> list[int]:
    """Insert the rows (column -> value) and return their ids, in order. Columns not given get the model's defaults.

    Validators of the model are not asked: derived columns are given.
    """
    if not rows:
        return []
    full = [_defaults(model) | row for row in rows]
    table = model.__table__
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)  # type: ignore[arg-type]
    ids = list(db.session.scalars(statement, full))
    if issubclass(model, search.Searchable):
        search.enter(model.noun, zip(ids, (model(**row).search_text() for row in rows), strict=True))
    if issubclass(model, audit.Audited):
        seen = [{k: [None, v] for k, v in row.items() if v and k not in model.unaudited} for row in rows]
        audit.record_many(model.noun, action, zip(ids, seen, strict=True))
    return ids


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
    """The columns that hold ids of this model's records; the audit holds those of deleted ones too."""
    found = []
    for table in Base.metadata.sorted_tables:
        found += [(table, key.parent) for key in table.foreign_keys if key.column.table is model.__table__]
        if (
            {"noun_of", "record_id"} <= set(table.c.keys())
            and not table.info.get("derived")
            and table.name != "audit_entry"
        ):
            found.append((table, table.c.record_id))
    return found


@cache
def _defaults(model: type[Base]) -> dict[str, Any]:
    """What every row of an executemany has to name: a plain default, or nothing where nothing is allowed."""
    found: dict[str, Any] = {}
    for column in model.__table__.columns:
        default = column.default
        if isinstance(default, ColumnDefault) and default.is_scalar:
            found[column.key] = default.arg
        elif default is None and column.nullable:
            found[column.key] = None
    return found
