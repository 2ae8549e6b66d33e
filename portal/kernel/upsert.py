"""INSERT of plain rows, without an object for each, in both dialects: new ones, and ones that meet existing rows."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Select, String, Subquery, bindparam, cast, func, insert, literal, select, true
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from .db import Base, db


def _insert(model: type[Base], dialect: str) -> Any:
    """Of the table, with the rows as parameters: so the statement is compiled once and for all."""
    return (postgresql_insert if dialect == "postgresql" else sqlite_insert)(model.__table__)  # type: ignore[arg-type]


@cache
def _insert_plain(model: type[Base]) -> Any:
    return insert(model.__table__)  # type: ignore[arg-type]


@cache
def _insert_new(model: type[Base], dialect: str) -> Any:
    key = next(iter(model.__table__.primary_key))
    return _insert(model, dialect).on_conflict_do_nothing().returning(key)


@cache
def _insert_or_change(
    model: type[Base], dialect: str, keys: tuple[str, ...], changed: tuple[str, ...], where: Any
) -> Any:
    statement = _insert(model, dialect)
    values = {column: statement.excluded[column] for column in changed}
    return statement.on_conflict_do_update(index_elements=keys, index_where=where, set_=values)


_heard: list[Callable[[type[Base], Sequence[dict[str, Any]]], None]] = []


def on_rows(hear: Callable[[type[Base], Sequence[dict[str, Any]]], None]) -> None:
    """Register who hears, in the same transaction, of rows that are written here: no session sees them."""
    if hear not in _heard:
        _heard.append(hear)


def _tell(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for hear in _heard:
        hear(model, rows)


def insert_row(model: type[Base], row: dict[str, Any]) -> int:
    """Insert one row; returns its key. What the session has not written yet stays unwritten."""
    done: Any = db.session.connection().execute(_insert_plain(model), row)
    _tell(model, [row])
    return int(done.inserted_primary_key[0])


def insert_rows(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; all of them name the same columns. What the session has not written yet stays unwritten."""
    if rows:
        db.session.connection().execute(_insert_plain(model), list(rows))
        _tell(model, rows)


def insert_ignore(model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows; those that meet a unique key are left as they are. Returns how many were new."""
    if not rows:
        return 0
    statement = _insert_new(model, db.engine.dialect.name)
    new = db.session.connection().execute(statement, list(rows) if len(rows) > 1 else rows[0])
    count = len(new.all())  # PostgreSQL's driver does not count the rows of such an INSERT
    _tell(model, rows)
    return count


def upsert(model: type[Base], rows: Sequence[dict[str, Any]], *, keys: Sequence[str], where: Any = None) -> None:
    """Insert the rows; where `keys` meet an existing row, the other columns given replace its values.

    `where` is the condition of a partial unique index, the same object as in the model.
    """
    if rows:
        changed = tuple(column for column in rows[0] if column not in keys)
        db.session.connection().execute(
            _insert_or_change(model, db.engine.dialect.name, tuple(keys), changed, where), list(rows)
        )
        _tell(model, rows)


def as_table(columns: Mapping[str, Any], rows: Sequence[Sequence[int | str | None]]) -> Subquery:
    """Rows of numbers and text as a table to select from: they travel as one JSON parameter, whatever their number."""
    text = literal(json.dumps(rows))
    postgresql = db.engine.dialect.name == "postgresql"
    each = func.json_array_elements(cast(text, JSON)) if postgresql else func.json_each(text)
    value = each.table_valued("value").c.value
    cells = [cast(value.op("->>")(place), kind).label(name) for place, (name, kind) in enumerate(columns.items())]
    return select(*cells).subquery()


def values_of(name: str, kind: Any) -> Select[Any]:
    """The values of the parameter `name`, a JSON array: a statement that stays the same, whatever their number."""
    given: Any = bindparam(name, type_=String)
    postgresql = db.engine.dialect.name == "postgresql"
    each = func.json_array_elements_text(cast(given, JSON)) if postgresql else func.json_each(given)
    return select(cast(each.table_valued("value").c.value, kind))


def insert_from(model: type[Base], same: Mapping[str, Any], source: Subquery) -> int:
    """Insert a row for each of the source's, all with the values of `same` besides; those that meet a unique key are left
    out. Columns in neither stay empty. Returns how many were new."""
    table: Any = model.__table__
    fixed = [literal(value, table.c[name].type) for name, value in same.items()]
    rows = select(*source.c, *fixed).where(true())
    statement = _insert(model, db.engine.dialect.name).from_select(
        [*source.c.keys(), *same], rows, include_defaults=False
    )
    counted = statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    done: Any = db.session.connection().execute(counted)
    return int(done.rowcount)
