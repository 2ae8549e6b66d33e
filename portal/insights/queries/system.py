"""The audit as a list, and how the machinery is doing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, false, func, or_, select

from portal.kernel import outbox
from portal.kernel.actor import Actor, Scope
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.kernel.outbox import EntryState, OutboxEntry
from portal.kernel.settings import Heartbeat
from portal.messages.models import Message
from portal.organization.models import Position, Seat


def _entries(actor: Actor) -> Select[Any]:
    """Everything, or what the people below and the actor did."""
    query = select(AuditEntry)
    scopes = actor.grants.get("audit.view", frozenset())
    if actor.is_system or Scope.ALL in scopes:
        return query
    below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
    people = select(Seat.user_id).join(Position).where(or_(false(), *below))
    return query.where(or_(AuditEntry.user_id == actor.user_id, AuditEntry.user_id.in_(people)))


def _nouns(actor: Actor) -> Sequence[tuple[str, str]]:
    found = db.session.scalars(select(AuditEntry.noun_of).distinct())
    return sorted((noun, noun.replace("_", " ").capitalize()) for noun in found)


def _actions(actor: Actor) -> Sequence[tuple[str, str]]:
    found = db.session.scalars(select(AuditEntry.action).distinct())
    return sorted((action, action.capitalize()) for action in found)


def changed(entry: AuditEntry) -> str:
    """The fields of an entry, in words: "stage: qualify → develop"."""
    parts = [
        f"{name}: {value[0] if value[0] not in (None, '') else '–'} → {value[1] if value[1] not in (None, '') else '–'}"
        if isinstance(value, list) and len(value) == 2
        else f"{name}: {value}"
        for name, value in entry.changes.items()
    ]
    return "; ".join(parts)


TRAIL = Listing(
    name="audit",
    query=_entries,
    identity=AuditEntry.id,
    fields=(
        Field("actor", "Who", AuditEntry.actor, filter="contains"),
        Field("at", "When", AuditEntry.at, kind="datetime", filter="range"),
        Field("noun_of", "Kind", AuditEntry.noun_of, filter="choice", choices=_nouns),
        Field("record_id", "Record", func.coalesce(AuditEntry.record_id, 0), value=lambda e: e.record_id or ""),
        Field("action", "Act", AuditEntry.action, filter="choice", choices=_actions),
        Field("changes", "Changes", sortable=False, value=changed),
    ),
    sort="-at",
    words=(AuditEntry.actor, AuditEntry.noun_of, AuditEntry.action),
)


def dead_entries(limit: int = 100) -> Sequence[OutboxEntry]:
    """Reactions that were given up, latest first."""
    dead = select(OutboxEntry).where(OutboxEntry.state == EntryState.DEAD)
    return db.session.scalars(dead.order_by(OutboxEntry.id.desc()).limit(limit)).all()


def counts() -> dict[str, dict[str, int]]:
    """How many outbox entries and messages there are, by state."""
    entries = select(OutboxEntry.state, func.count()).where(OutboxEntry.state != EntryState.DONE)
    messages = select(Message.state, func.count()).group_by(Message.state)
    return {
        "outbox": {state.value: n for state, n in db.session.execute(entries.group_by(OutboxEntry.state))},
        "messages": {state.value: n for state, n in db.session.execute(messages)},
    }


def oldest_wait(now: datetime) -> timedelta:
    return outbox.oldest_due(now)


def heartbeats() -> Sequence[Heartbeat]:
    """Every worker and scheduler that was ever alive, the latest sign first."""
    return db.session.scalars(select(Heartbeat).order_by(Heartbeat.at.desc())).all()
