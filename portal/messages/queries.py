"""What waits, what was sent, and what keeps messages from leaving."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from portal.consent.queries import block, count_sendings_by
from portal.consent.rules import WHY
from portal.consent.states import Channel, Purpose
from portal.kernel import clock, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import COUNTED, Field, Listing
from portal.organization.queries import visible_to

from .models import UNCERTAIN, UNJUDGED, WAITING, CapturedMessage, Message, MessageEvent, MessageLink
from .rules import CHANNEL_NAMES
from .rules.verdicts import SETTLED
from .states import MessageState

HOLD = "hold_sending"
OPEN_STATES = (MessageState.QUEUED, MessageState.DEFERRED)


def _sendings(channel: Any, addresses: Sequence[Any], since: Any) -> Select[Any]:
    """What frequency caps count, with what is being handed over now."""
    sent: Any = Message.__table__.alias()
    lately = or_(sent.c.sent_at > since, sent.c.state == MessageState.SENDING)
    mine = sent.c.channel == channel, sent.c.address.in_(addresses), sent.c.purpose == Purpose.COMMERCIAL
    return select(sent.c.address, sent.c.sent_at).where(*mine, lately).correlate_except(sent)


count_sendings_by(_sendings)


def claimable(channel: Channel, now: datetime) -> Select[Message]:
    """Messages that nobody holds and whose time has come, the most urgent first."""
    return (
        select(Message)
        .where(Message.channel == channel, WAITING, Message.due_at <= now)
        .where(Message.state.in_(OPEN_STATES), or_(Message.lease_until.is_(None), Message.lease_until < now))
        .order_by(Message.priority, Message.due_at, Message.id)
    )


def lost(channel: Channel, now: datetime) -> bool:
    """Whether a worker vanished while a message was in flight."""
    flying = select(Message.id).where(Message.channel == channel, WAITING, Message.state == MessageState.SENDING)
    return db.session.scalar(flying.where(Message.lease_until < now).limit(1)) is not None


def due(channel: Channel) -> bool:
    """Whether a worker has something to do on the channel now: nothing on hold, not paused, and rows that wait."""
    now = clock.now()
    if lost(channel, now):
        return True
    if settings.get(HOLD) is not None or paused(channel):
        return False
    return db.session.scalar(claimable(channel, now).with_only_columns(Message.id).limit(1)) is not None


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
        waiting=_count(visible_to(actor, Message).where(WAITING)),
        uncertain=_count(visible_to(actor, Message).where(UNCERTAIN)),
    )


def _count(query: Select[Message]) -> int:
    """At most COUNTED, so that a million waiting messages do not slow a page down."""
    some = query.with_only_columns(Message.id).limit(COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def message(actor: Actor, message_id: int) -> Message:
    """With its content. Raises NotFound."""
    query = visible_to(actor, Message).where(Message.id == message_id).options(joinedload(Message.content))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("messages.not_found", "This is not here, or not yours to see.")
    return found


def link_urls(content_id: int) -> dict[int, str]:
    """The addresses behind the links of a content, by position."""
    query = select(MessageLink.position, MessageLink.url).where(MessageLink.content_id == content_id)
    return dict(db.session.execute(query).all())


def visits_wait() -> bool:
    """Whether there are openings or clicks to judge."""
    unjudged = select(MessageEvent.id).where(UNJUDGED, MessageEvent.at <= clock.now() - SETTLED)
    return db.session.scalar(unjudged.limit(1)) is not None


def visited_after(message_id: int, limit: int) -> list[int]:
    """The next messages that were opened or clicked, in order."""
    ids = select(MessageEvent.message_id).where(MessageEvent.verdict.is_not(None), MessageEvent.message_id > message_id)
    return list(db.session.scalars(ids.distinct().order_by(MessageEvent.message_id).limit(limit)))


def blocked_now(message: Message) -> str:
    """Why it could not go at this moment, in a sentence; "" when it could."""
    condition = block(Message.channel, Message.address, Message.address_hash, Message.purpose, Message.topic_id)
    code = db.session.scalar(select(condition).select_from(Message).where(Message.id == message.id))
    return WHY[code] if code else ""


def uncertain(actor: Actor, limit: int = 200) -> list[Message]:
    """Those that wait for a person's decision, oldest first."""
    query = visible_to(actor, Message).where(UNCERTAIN)
    return list(db.session.scalars(query.options(joinedload(Message.content)).order_by(Message.id).limit(limit)))


def captured(limit: int = 100) -> list[CapturedMessage]:
    """What a development installation did not send, newest first."""
    return list(db.session.scalars(select(CapturedMessage).order_by(CapturedMessage.id.desc()).limit(limit)))


def captured_message(captured_id: int) -> CapturedMessage:
    """Raises NotFound."""
    found = db.session.get(CapturedMessage, captured_id)
    if found is None:
        raise NotFound("messages.not_found", "This message is no longer here.")
    return found


def subject_of(message: Message) -> str:
    """The subject, or the beginning of an SMS."""
    return message.content.subject or message.content.text[:80]


LISTING = Listing(
    name="messages",
    query=lambda actor: visible_to(actor, Message).options(joinedload(Message.content)),
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
        Field("purpose", "Purpose", Message.purpose, value=lambda m: m.purpose.value.capitalize()),
        Field("created_at", "Written", Message.created_at, kind="datetime", filter="range"),
        Field("sent_at", "Sent", kind="datetime"),
    ),
    sort="-created_at",
    words=(Message.address, Message.recipient, Message.reason),
)  # fmt: skip
