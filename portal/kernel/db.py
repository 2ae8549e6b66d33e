"""The database: types, naming, engine settings, and the unit of work."""

import math
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from threading import Lock
from typing import Any, ClassVar, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Enum, MetaData, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from .errors import Refused, Stale
from .money import Exact

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
RETRIED = {
    "40001",
    "40P01",  # serialization failure, deadlock: PostgreSQL 13.5 advises to run the whole transaction again
    "SQLITE_BUSY",  # the write lock was not to be had in time; nothing was begun
}
RESTED = 2.0  # seconds unused after which a connection may have been cut off meanwhile


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, UTC out. A naive datetime is a bug, not a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite drops the zone


DERIVED = {"info": {"derived": True}}  # table argument: rows about a record that are worked out from it, and go with it
Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            # Store what the code says ("sent"), not the Python name ("SENT"): CHECKs and partial indexes read it.
            StrEnum: Enum(StrEnum, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e]),
            Decimal: Exact(),
            datetime: UtcDateTime(),
            dict[str, Any]: Json,
            list[Any]: Json,
        },
    )
    noun: ClassVar[str] = ""  # plural, as permissions name it: "leads"


class Versioned:
    """Optimistic lock: the second of two editors gets Stale. Forms carry `version` along."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def expect(self, version: int | None) -> None:
        """Raises Stale when the record has moved on since the form was opened."""
        if version is not None and version != self.version:
            raise Stale("stale", "Somebody else changed this first. Compare both versions and pick.")


@cache
def model_of(noun: str) -> type[Base]:
    """The model a noun names. Raises LookupError."""
    for mapper in Base.registry.mappers:
        if noun and getattr(mapper.class_, "noun", "") == noun:
            return mapper.class_
    raise LookupError(noun)


# A session that joins an open transaction works in a savepoint: tests roll the whole of it back.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"join_transaction_mode": "create_savepoint"}
)

_refusals: list[tuple[tuple[str, ...], Refused]] = []
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_turn = Lock()  # SQLite has one writer. Who waits here is woken when it is free; SQLite itself sleeps and looks again
_before_commit: list[Callable[[], None]] = []
_after_commit: list[Callable[[set[str]], None]] = []


def refuse_on(*marks: str, say: Refused) -> None:
    """Give a constraint its words. Marks are texts the driver's error may carry (name, or table.column)."""
    _refusals.append((marks, say))


def gathered() -> dict[str, Any]:
    """What this unit of work has gathered so far, for those who act on it at its end."""
    found: dict[str, Any] = db.session.info.setdefault("gathered", {})
    return found


def before_commit(write: Callable[[], None]) -> None:
    """Register who writes at the end of each unit of work, once, whatever was changed in it."""
    if write not in _before_commit:
        _before_commit.append(write)


def on_commit(ring: Callable[[set[str]], None]) -> None:
    """Register who hears, after each commit, which queues have new work."""
    if ring not in _after_commit:
        _after_commit.append(ring)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The only place that commits. Everything inside happens, or nothing does."""
    if _writing.get():
        raise RuntimeError("units of work do not nest")
    db.session.rollback()  # what was read before may be old: rows are read again under the write lock
    in_turn = db.engine.dialect.name == "sqlite" and _turn.acquire(timeout=10)
    token = _writing.set(True)
    try:
        yield
        db.session.flush()
        for write in _before_commit:
            write()
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise Stale("stale", "Somebody else changed this first. Please look again.") from error
    except IntegrityError as error:
        db.session.rollback()
        raise refusal_of(error) or error from error
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)
        if in_turn:
            _turn.release()
        bells: set[str] = gathered().pop("bells", set())
        gathered().clear()
    if bells:
        for ring in _after_commit:
            ring(bells)


def refusal_of(error: IntegrityError) -> Refused | None:
    """The words of the constraint that was broken."""
    text = str(error.orig)
    return next((say for marks, say in _refusals if any(m in text for m in marks)), None)


def transact(act: Callable[[], T]) -> T:
    """Run `act` in one unit of work; a deadlock or serialization failure runs it again, three times at most."""
    for attempt in range(3):
        try:
            with unit_of_work():
                return act()
        except DBAPIError as error:
            code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
            if code not in RETRIED or attempt == 2:
                raise
            time.sleep(random.uniform(0.01, 0.05) * (attempt + 1))
    raise AssertionError


def take_turn(name: str) -> None:
    """Whoever else takes a turn of this name waits until our unit of work has ended. SQLite has one writer anyway."""
    if db.engine.dialect.name != "sqlite":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def prepare_engine(engine: Any) -> None:
    """SQLite: WAL, foreign keys, BEGIN IMMEDIATE for units of work. PostgreSQL: time-outs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        engine.dialect.do_begin = _begin_sqlite  # a listener of the engine would cost every statement a twentieth more
    else:
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _begin_rest)
        event.listen(engine, "checkout", partial(_end_rest, engine.dialect))


def _prepare_sqlite(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: PoolProxiedConnection) -> None:
    # A read that turns into a write fails at once with "database is locked", whatever the time-out: take the lock first.
    connection.execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _prepare_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'; SET statement_timeout = '30s'")
        cursor.execute("SET idle_in_transaction_session_timeout = '30s'; SET timezone = 'UTC'")
        cursor.execute("SET jit = off")  # compiling a statement takes longer than any of ours runs
    connection.commit()


def _begin_rest(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _end_rest(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, borrowed: Any) -> None:
    """What `pool_pre_ping` does, but units of work that follow one another pay nothing for it."""
    if time.monotonic() - record.info.get("rests_since", math.inf) > RESTED:
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error
