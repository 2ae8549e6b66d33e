"""How far a broadcast is, in figures that are counted and not kept; and what became of one person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from portal.accounts.models import Contact
from portal.consent.rules import WHY
from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.messages.models import Message, MessageBatch
from portal.messages.states import BatchState, MessageState
from portal.organization.queries import visible_to
from portal.segments.models import Segment
from portal.segments.queries import members

from ..models import Broadcast
from ..rules import LEFT_OUT

S = MessageState
WAITING = (S.QUEUED, S.DEFERRED, S.SENDING)
PLOTTED = 30  # minutes
REASONS: Mapping[str, str] = {**WHY, **LEFT_OUT}


class Minute(NamedTuple):
    at: datetime
    sent: int


@dataclass(frozen=True)
class Progress:
    """`counts`: messages by state; those that wait in a cancelled batch count as cancelled."""

    counts: Mapping[MessageState, int]
    suppressed: Sequence[tuple[str, int]]  # (sentence, how many), most first
    minutes: Sequence[Minute]
    next_at: datetime | None  # when the next message that waits is due
    pauses: Sequence[str]  # why batches stand still

    @property
    def audience(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return sum(self.counts[state] for state in WAITING)

    @property
    def per_minute(self) -> int:
        """Over the last full minutes in which something was sent."""
        busy = [minute.sent for minute in self.minutes[-6:-1] if minute.sent]
        return round(sum(busy) / len(busy)) if busy else 0

    @property
    def left(self) -> timedelta | None:
        """Until the last one at this rate; None where nothing moves."""
        rate = self.per_minute
        return timedelta(minutes=self.waiting / rate) if rate and self.waiting else None


def progress(broadcast: Broadcast) -> Progress:
    batches = db.session.execute(
        select(MessageBatch.id, MessageBatch.state, MessageBatch.why).where(
            MessageBatch.noun_of == Broadcast.noun, MessageBatch.record_id == broadcast.id
        )
    ).all()
    ids = [row.id for row in batches]
    cancelled = {row.id for row in batches if row.state == BatchState.CANCELLED}
    counts: Counter[MessageState] = Counter()
    grouped = select(Message.batch_id, Message.state, func.count().label("number")).where(Message.batch_id.in_(ids))
    for row in db.session.execute(grouped.group_by(Message.batch_id, Message.state)):
        ended = row.batch_id in cancelled and row.state in (S.QUEUED, S.DEFERRED)
        counts[S.CANCELLED if ended else row.state] += row.number
    return Progress(
        counts=counts,
        suppressed=_reasons(ids) if counts[S.SUPPRESSED] else [],
        minutes=_minutes(ids, broadcast.ended_at),
        next_at=_next(ids) if any(counts[state] for state in WAITING) else None,
        pauses=sorted({row.why for row in batches if row.state == BatchState.PAUSED and row.why}),
    )


def _reasons(batch_ids: Sequence[int]) -> list[tuple[str, int]]:
    mine = select(Message.state_reason, func.count().label("number")).where(Message.batch_id.in_(batch_ids))
    rows = db.session.execute(mine.where(Message.state == S.SUPPRESSED).group_by(Message.state_reason))
    found = [(REASONS.get(row.state_reason, row.state_reason), row.number) for row in rows]
    return sorted(found, key=lambda one: -one[1])


def _minutes(batch_ids: Sequence[int], ended: datetime | None) -> list[Minute]:
    """What was sent in each of the last minutes: of a broadcast that has ended, up to its end."""
    last = (ended or clock.now()).replace(second=0, microsecond=0) + timedelta(minutes=1)
    starts = [last - timedelta(minutes=ago) for ago in range(PLOTTED, 0, -1)]
    counted = [
        func.count().filter(and_(Message.sent_at >= start, Message.sent_at < start + timedelta(minutes=1)))
        for start in starts
    ]
    row = db.session.execute(
        select(*counted).where(Message.batch_id.in_(batch_ids), Message.sent_at >= starts[0], Message.sent_at < last)
    ).one()
    return [Minute(start, number) for start, number in zip(starts, row, strict=True)]


def _next(batch_ids: Sequence[int]) -> datetime | None:
    waiting = select(func.min(Message.due_at)).where(Message.batch_id.in_(batch_ids))
    return db.session.scalar(waiting.where(Message.state.in_((S.QUEUED, S.DEFERRED))))


class Preview(NamedTuple):
    """The segment as it is now."""

    members: int
    without_address: int

    @property
    def reachable(self) -> int:
        return self.members - self.without_address


def preview(broadcast: Broadcast) -> Preview:
    """How many would get it; who said no or is blocked is told when the segment is read."""
    segment = db.session.get(Segment, broadcast.segment_id) if broadcast.segment_id else None
    if segment is None:
        return Preview(0, 0)
    address = Contact.email if broadcast.channel == Channel.EMAIL else func.nullif(Contact.mobile_e164, "")
    mine = select(func.count(), func.count(address)).where(Contact.id.in_(members(segment)))
    total, reachable = db.session.execute(mine).one()
    return Preview(total, total - reachable)


def why_not(actor: Actor, broadcast: Broadcast, words: str) -> list[tuple[Contact, Message | None]]:
    """People by name or address, each with their row of this broadcast; none: they were not in the segment."""
    found = visible_to(actor, Contact)
    for word in words.split()[:4]:
        columns = (Contact.first_name, Contact.last_name, Contact.email, Contact.mobile)
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    people = db.session.scalars(found.order_by(Contact.last_name, Contact.id).limit(10)).all()
    reasons = [f"broadcast:{broadcast.id}:contact:{person.id}" for person in people]
    rows = {row.contact_id: row for row in db.session.scalars(select(Message).where(Message.reason.in_(reasons)))}
    return [(person, rows.get(person.id)) for person in people]
