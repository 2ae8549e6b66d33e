"""Who changed what: one append-only row per changed record, written by the flush that changes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index, event, insert, inspect, select
from sqlalchemy.orm import InstanceState, Mapped, Session, UOWTransaction, mapped_column
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from . import clock
from .actor import acting
from .db import Base, db
from .guards import append_only
from .upsert import insert_rows


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_record", "noun_of", "record_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    actor: Mapped[str]
    noun_of: Mapped[str]
    record_id: Mapped[int | None]
    action: Mapped[str]
    changes: Mapped[dict[str, Any]]  # field -> [old, new]


append_only("audit_entry", personal=True)


class Audited:
    """Mixin: every insert, update and delete through the session leaves an entry. Bulk SQL calls `record` itself."""

    unaudited: ClassVar[frozenset[str]] = frozenset({"version"})


_heard: list[Callable[[Sequence[Mapping[str, Any]]], None]] = []


def on_entries(hear: Callable[[Sequence[Mapping[str, Any]]], None]) -> None:
    """Register who hears of new entries in the transaction that writes them: whatever is audited cannot change unheard."""
    if hear not in _heard:
        _heard.append(hear)


def _write(entries: list[dict[str, Any]]) -> None:
    insert_rows(AuditEntry, entries)
    for hear in _heard if entries else ():
        hear(entries)


def record(noun: str, record_id: int | None, action: str, **changes: Any) -> None:
    """Write an entry by hand: for acts that change no audited row (a sign-in, an export, a bulk update)."""
    db.session.execute(insert(AuditEntry).values(**_entry(noun, record_id, action, changes)))


def record_many(noun: str, action: str, changed: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """One entry for each (record, its changes), for rows written without the session; values are plain already."""
    whole = _entry(noun, None, action, {})
    _write([whole | {"record_id": key, "changes": changes} for key, changes in changed])


def history(noun: str, record_id: int, limit: int = 200) -> list[AuditEntry]:
    """The latest changes of one record, newest first."""
    mine = select(AuditEntry).where(AuditEntry.noun_of == noun, AuditEntry.record_id == record_id)
    return list(db.session.scalars(mine.order_by(AuditEntry.id.desc()).limit(limit)))


def _entry(
    noun: str, record_id: int | None, action: str, changes: dict[str, Any], owner_id: int | None = None
) -> dict[str, Any]:
    who = acting()
    return {
        "at": clock.now(),
        "user_id": who.user_id,
        "actor": who.signs(owner_id),
        "noun_of": noun,
        "record_id": record_id,
        "action": action,
        "changes": changes,
    }


def plain(value: Any) -> Any:
    """As it can be kept in JSON."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str | int | bool | float | dict | list | None) else str(value)


@event.listens_for(Session, "after_flush")
def _write_entries(session: Session, context: UOWTransaction) -> None:
    rows = []
    for action, changed in (("created", session.new), ("changed", session.dirty), ("deleted", session.deleted)):
        for obj in changed:
            if not isinstance(obj, Audited):
                continue
            changes = {} if action == "deleted" else _changes(obj, inspect(obj), new=action == "created")
            if changes or action == "deleted":
                noun, owner_id = obj.noun or inspect(obj).mapper.local_table.name, getattr(obj, "owner_id", None)  # type: ignore[attr-defined]
                rows.append(_entry(noun, obj.id, action, changes, owner_id))  # type: ignore[attr-defined]
    _write(rows)


def _changes(obj: Audited, state: InstanceState[Any], *, new: bool) -> dict[str, list[Any]]:
    """[old, new] of each column that was set; a new record has no old values to be asked for."""
    columns = state.mapper.column_attrs
    names = [name for name in state.committed_state if name in columns and name not in obj.unaudited]
    if new:
        return {name: [None, plain(state.dict.get(name))] for name in names}
    return {
        name: [plain(next(iter(history.deleted), None)), plain(next(iter(history.added), None))]
        for name in names
        if (history := state.get_history(name, PASSIVE_NO_INITIALIZE)).has_changes()
    }
