"""What happens to messages outside delivery: lost workers, unknown outcomes, pauses and holds."""

from typing import Any

from sqlalchemy import and_, not_, update

from portal.consent.states import Channel, Purpose
from portal.kernel import audit, clock, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.kernel.outbox import ring
from portal.kernel.states import check_move
from portal.organization.queries import authorize, get

from ..models import Message
from ..queries import HOLD, lost
from ..states import MOVES, MessageState
from .pacing import wake

S = MessageState
LOST = "The sending process was lost after it had begun to hand the message over."


def recover(channel: Channel) -> None:
    """Settle messages whose worker was lost in mid-flight: marketing is parked, transactional mail goes once more."""
    now = clock.now()
    if not lost(channel, now):
        return
    in_flight = and_(Message.channel == channel, Message.state == S.SENDING, Message.lease_until < now)
    again = and_(Message.purpose == Purpose.TRANSACTIONAL, not_(Message.resent))
    with unit_of_work():
        _settle_lost(and_(in_flight, again), state=S.QUEUED, resent=True, due_at=now)
        _settle_lost(in_flight, state=S.UNCERTAIN)


def _settle_lost(condition: Any, **values: Any) -> None:
    # The worker's name stays: if it is only slow and still brings a yes, that yes is written down.
    db.session.execute(
        update(Message)
        .where(condition)
        .values(lease_until=None, state_reason=LOST, **values)
        .execution_options(synchronize_session=False)
    )


def resend(actor: Actor, message_id: int) -> None:
    """A person decides that an uncertain message goes again, knowing that it may arrive twice."""
    message = _uncertain(actor, message_id, S.QUEUED)
    message.state, message.due_at, message.worker = S.QUEUED, clock.now(), None
    audit.record(Message.noun, message.id, "resent")
    ring("mail")


def treat_as_sent(actor: Actor, message_id: int) -> None:
    """A person knows that an uncertain message arrived."""
    message = _uncertain(actor, message_id, S.SENT)
    message.state, message.sent_at = S.SENT, clock.now()
    audit.record(Message.noun, message.id, "treated as sent")


def _uncertain(actor: Actor, message_id: int, wanted: MessageState) -> Message:
    message = get(actor, Message, message_id, lock=True)
    authorize(actor, "messages.resolve", message)
    if message.state != S.UNCERTAIN:
        raise Refused("messages.not_uncertain", "Somebody has already decided about this message.")
    check_move(MOVES, message.state, wanted, noun="message")
    return message


def cancel(actor: Actor, message_id: int) -> None:
    """Stop a message that still waits. Raises Refused when it is on its way or beyond."""
    message = get(actor, Message, message_id, lock=True)
    authorize(actor, "messages.resolve", message)
    check_move(MOVES, message.state, S.CANCELLED, noun="message")
    message.state, message.lease_until = S.CANCELLED, None
    audit.record(Message.noun, message.id, "cancelled")


def hold(actor: Actor, why: str) -> None:
    """Nothing leaves the house until somebody releases it; what is in flight at this moment still does."""
    authorize(actor, "messages.hold")
    settings.put(HOLD, f"{why or 'Held'} ({actor.name}, {clock.now():%Y-%m-%d %H:%M} UTC)")
    audit.record(Message.noun, None, "held", why=why)


def release(actor: Actor) -> None:
    """Sending goes on, at once: pauses of channels end as well."""
    authorize(actor, "messages.hold")
    settings.put(HOLD, None)
    for channel in Channel:
        wake(channel)
    audit.record(Message.noun, None, "released")
    ring("mail")
