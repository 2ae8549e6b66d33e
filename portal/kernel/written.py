"""Statements that run for each of very many rows: written out once, with their constants in place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, CursorResult, UpdateBase
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.visitors import cloned_traverse


class Written:
    """Only what `bindparam(NAME)` left open is given at each run.

    SQLite would plan a statement anew at every run where a bound value decides whether a partial index fits, and
    SQLAlchemy would look at each constant again. No types come back: RETURNING may name plain numbers and texts.
    """

    def __init__(self, statement: UpdateBase) -> None:
        self.statement = cloned_traverse(statement, {}, {"bindparam": _keep_constant})
        self._texts: dict[str, _Text] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        text = self._texts.get(connection.dialect.name)
        if text is None:
            text = self._texts[connection.dialect.name] = _Text(self.statement, connection.dialect)
        return connection.exec_driver_sql(text.sql, text.filled(values))


def _keep_constant(bind: BindParameter[Any]) -> None:
    if not bind.required and bind.callable is None:
        bind.literal_execute = True


class _Text:
    """A statement in the words of one database."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        open_ones = {name: None for name, bind in compiled.binds.items() if bind.required}
        written = compiled.construct_expanded_state(open_ones)
        self.sql: str = written.statement
        self.order: Sequence[str] | None = written.positiontup
        self.binds = [(name, *_source(compiled.binds[name], dialect)) for name in self.order or written.parameters]

    def filled(self, values: Mapping[str, Any]) -> Any:
        found = {}
        for name, now, convert in self.binds:
            value = now() if now else values[name]
            found[name] = convert(value) if convert else value
        return tuple(found.values()) if self.order else found


def _source(bind: BindParameter[Any], dialect: Dialect) -> tuple[Callable[[], Any] | None, Callable[[Any], Any] | None]:
    return bind.callable, bind.type.dialect_impl(dialect).bind_processor(dialect)
