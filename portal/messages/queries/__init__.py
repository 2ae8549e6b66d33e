"""What waits, what was sent, and what keeps messages from leaving."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Contact
from portal.consent.queries import block, count_sendings_by
from portal.consent.rules import WHY
from portal.consent.states import Channel, Purpose
from portal.kernel import clock, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import COUNTED, Field, Listing
from portal.organization.queries import visible_to

from ..models import (
    RUNNING,
    SENDING,
    UNCERTAIN,
    WAITING_ALONE,
    WAITING_IN_BATCH,
    CapturedMessage,
    Message,
    MessageBatch,
    MessageContent,
    written_to,
)
from ..rules import CHANNEL_NAMES
from ..rules.words import outline
from ..states import BatchState, MessageState

HOLD = "hold_sending"
WITH_CONTENT = (joinedload(Message.content), joinedload(Message.batch).joinedload(MessageBatch.content))
OPEN_STATES = (MessageState.QUEUED, MessageState.DEFERRED)


def _sendings(channel: Any, addresses: Sequence[Any], since: Any) -> Select[Any]:
    """What frequency caps count, with what is being handed over now."""
    sent: Any = Message.__table__.alias()
    lately = or_(sent.c.sent_at > since, sent.c.state == MessageState.SENDING)
    mine = sent.c.channel == channel, written_to(addresses, sent.c), sent.c.purpose == Purpose.COMMERCIAL
    return select(sent.c.address, sent.c.sent_at).where(*mine, lately).correlate_except(sent)


count_sendings_by(_sendings)


def claimable(channel: Channel, batch_id: int | None, now: datetime) -> Select[Message]:
    """Messages that nobody holds and whose time has come: of the batch, or (None) those that stand alone."""
    if batch_id is None:
        lane = select(Message).where(Message.channel == channel, WAITING_ALONE).order_by(Message.priority)
    else:
        lane = select(Message).where(Message.batch_id == batch_id, WAITING_IN_BATCH)
    return (
        lane.where(Message.due_at <= now, Message.state.in_(OPEN_STATES))
        .where(or_(Message.lease_until.is_(None), Message.lease_until < now))
        .order_by(Message.due_at, Message.id)
    )


def waits_in(channel: Channel, batch_id: int | None, now: datetime) -> bool:
    """Whether something of the batch, or (None) outside of batches, is due and free."""
    return db.session.scalar(claimable(channel, batch_id, now).with_only_columns(Message.id).limit(1)) is not None


def running_batches(channel: Channel) -> Sequence[int]:
    running = select(MessageBatch.id).where(RUNNING, MessageBatch.channel == channel)
    return db.session.scalars(running.order_by(MessageBatch.id)).all()


def on_hold() -> bool:
    return settings.get(HOLD) is not None


def lost(channel: Channel, now: datetime) -> bool:
    """Whether a worker vanished while a message was in flight."""
    flying = select(Message.id).where(Message.channel == channel, SENDING)
    return db.session.scalar(flying.where(Message.lease_until < now).limit(1)) is not None


def due(channel: Channel) -> bool:
    """Whether a worker has something to do on the channel now: nothing on hold, not paused, and rows that wait."""
    now = clock.now()
    if lost(channel, now):
        return True
    if on_hold() or paused(channel):
        return False
    return waits_in(channel, None, now) or any(_moves(channel, batch_id, now) for batch_id in running_batches(channel))


def _moves(channel: Channel, batch_id: int, now: datetime) -> bool:
    """Whether the batch has something due, or has come to its end without anybody saying so."""
    left = select(Message.id).where(Message.batch_id == batch_id, WAITING_IN_BATCH).limit(1)
    return waits_in(channel, batch_id, now) or db.session.scalar(left) is None


def cancelled_wait() -> bool:
    """Whether messages of a cancelled batch have yet to say so."""
    cancelled = select(MessageBatch.id).where(MessageBatch.state == BatchState.CANCELLED)
    waiting = select(Message.id).where(Message.batch_id.in_(cancelled), WAITING_IN_BATCH)
    return db.session.scalar(waiting.where(Message.state.in_(OPEN_STATES)).limit(1)) is not None


class Pause(NamedTuple):
    channel: Channel
    until: datetime
    why: str


def pause_key(channel: Channel) -> str:
    return f"pause:{channel}"


def paused(channel: Channel) -> Pause | None:
    """Since its server is away or refuses us."""
    kept = settings.get(pause_key(channel))
    if kept is None:
        return None
    until, _, why = kept.partition(" ")
    pause = Pause(channel, datetime.fromisoformat(until), why)
    return pause if pause.until > clock.now() else None


def obstacles(channel: Channel) -> list[tuple[str, str, str]]:
    """What holds up every message on the channel: (gate, why it is shut or "", words for when it is open)."""
    held, pause = settings.get(HOLD), paused(channel)
    away = f"The server is left alone until {pause.until:%H:%M} UTC. {pause.why}" if pause else ""
    return [
        ("Sending as a whole", f"On hold. {held}" if held is not None else "", "Nobody has put sending on hold."),
        ("Server", away, "The server is not known to be away."),
    ]


class Traffic(NamedTuple):
    """The state of sending as a whole: what the head of the list page shows."""

    held: str | None
    pauses: list[Pause]
    waiting: int  # counted up to COUNTED
    uncertain: int


def traffic(actor: Actor) -> Traffic:
    return Traffic(
        held=settings.get(HOLD),
        pauses=[pause for channel in Channel if (pause := paused(channel))],
        waiting=_count(visible_to(actor, Message).where(or_(WAITING_ALONE, WAITING_IN_BATCH))),
        uncertain=_count(visible_to(actor, Message).where(UNCERTAIN)),
    )


def _count(query: Select[Message]) -> int:
    """At most COUNTED, so that a million waiting messages do not slow a page down."""
    some = query.with_only_columns(Message.id).limit(COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def message(actor: Actor, message_id: int) -> Message:
    """With its content. Raises NotFound."""
    query = visible_to(actor, Message).where(Message.id == message_id).options(*WITH_CONTENT)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("messages.not_found", "This is not here, or not yours to see.")
    return found


def blocked_now(message: Message) -> str:
    """Why it could not go at this moment, in a sentence; "" when it could."""
    condition = block(Message.channel, Message.address, Message.address_hash, Message.purpose, Message.topic_id)
    code = db.session.scalar(select(condition).select_from(Message).where(Message.id == message.id))
    return WHY[code] if code else ""


def uncertain(actor: Actor, limit: int = 200) -> list[Message]:
    """Those that wait for a person's decision, oldest first."""
    is_uncertain = Message.state == literal_column("'uncertain'")  # in words, so that the index of such rows is used
    query = visible_to(actor, Message).where(is_uncertain)
    return list(db.session.scalars(query.options(*WITH_CONTENT).order_by(Message.id).limit(limit)))


def captured(limit: int = 100) -> list[CapturedMessage]:
    """What a development installation did not send, newest first."""
    return list(db.session.scalars(select(CapturedMessage).order_by(CapturedMessage.id.desc()).limit(limit)))


def captured_message(captured_id: int) -> CapturedMessage:
    """Raises NotFound."""
    found = db.session.get(CapturedMessage, captured_id)
    if found is None:
        raise NotFound("messages.not_found", "This message is no longer here.")
    return found


def content_of(message: Message) -> MessageContent:
    """What it says, to whoever reads it: its own, or its batch's; nothing where that is not decided yet."""
    found = message.content or (message.batch and message.batch.content)
    return found or MessageContent(subject="", text="It is not decided yet what this message says.", html="")


def content_for(message: Message) -> MessageContent:
    """As `content_of`, of a message that still waits in the language of its recipient."""
    found = content_of(message)
    if message.content_id is None and message.contact_id:
        translation = select(MessageContent).join(Contact, Contact.language == MessageContent.language)
        mine = MessageContent.translates_id == found.id, Contact.id == message.contact_id
        found = db.session.scalar(translation.where(*mine).limit(1)) or found
    return found


def subject_of(message: Message) -> str:
    """The subject, or the beginning of an SMS; with gaps where each recipient of a mailing reads something else."""
    content = content_of(message)
    told = content.subject or content.text[:80]
    return outline(told) if content.is_template else told


def reason_of(message: Message) -> str:
    """Why it is where it is, in words."""
    return WHY.get(message.state_reason, message.state_reason)


def _part_of(actor: Actor, value: str) -> ColumnElement[bool]:
    """Of all batches of a record: "broadcasts:7"."""
    noun, _, record_id = value.partition(":")
    mine = MessageBatch.noun_of == noun, MessageBatch.record_id == int(record_id)
    return Message.batch_id.in_(select(MessageBatch.id).where(*mine))


LISTING = Listing(
    name="messages",
    query=lambda actor: visible_to(actor, Message).options(*WITH_CONTENT),
    identity=Message.id,
    fields=(
        Field("subject", "Subject", value=subject_of),
        Field("address", "To", Message.address, filter="contains"),
        Field(
            "channel", "Channel", Message.channel, filter="choice", value=lambda m: CHANNEL_NAMES[m.channel],
            choices=lambda actor: [(c.value, CHANNEL_NAMES[c]) for c in Channel],
        ),
        Field(
            "state", "State", Message.state, kind="state", filter="choice",
            choices=lambda actor: [(s.value, s.value.capitalize()) for s in MessageState],
        ),
        Field("state_reason", "Reason", value=reason_of, shown=False),
        Field("about", "Part of", shown=False, value=lambda m: m.reason.partition(":contact:")[0], filter="choice",
              match=_part_of, choices=lambda actor: []),
        Field("purpose", "Purpose", Message.purpose, value=lambda m: m.purpose.value.capitalize()),
        Field("created_at", "Written", Message.created_at, kind="datetime", filter="range"),
        Field("sent_at", "Sent", Message.sent_at, kind="datetime", filter="range"),
        *(
            Field(name, label, getattr(Message, name), kind="datetime", shown=False)
            for name, label in (
                ("dated_at", "First attempt"), ("due_at", "Due"), ("bounced_at", "Bounced"), ("opened_at", "Opened"),
                ("human_opened_at", "Opened by a person"), ("clicked_at", "Clicked"),
                ("human_clicked_at", "Clicked by a person"), ("replied_at", "Replied"),
                ("unsubscribed_at", "Unsubscribed"), ("complained_at", "Complained"),
            )
        ),
        Field("attempt", "Attempts", Message.attempt, kind="number", shown=False),
    ),
    sort="-created_at",
    words=(Message.address, Message.recipient, Message.reason),
)  # fmt: skip
