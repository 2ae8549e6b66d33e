"""Handing messages over: a slice is claimed at once, but only one message at a time is ever in flight.

Claimed messages of a lost worker go back; the one that was in flight is uncertain. The transaction that settles a
message also marks the next one, so each costs one commit, and nothing is in flight while it runs.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from portal.consent.queries import block
from portal.consent.services import suppress
from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.db import db, take_turn, unit_of_work
from portal.kernel.settings import Setting
from portal.kernel.written import Written
from portal.segments.services import touch

from ..models import Message, MessageBatch
from ..queries import HOLD, due, waits_in
from ..rules import RENEW_AFTER, RESEND_AFTER, STATUS, Kind, Outcome, Pace, bounce_in, resends, wait_after
from ..rules.pacing import TOO_FAST
from ..states import BatchState, EventKind, MessageState
from .batches import watch
from .bounces import give_up_addresses
from .claims import NO_SYNC, Held, give_back, next_slice, sort_out, urgent_slice
from .events import record_event
from .letters import Desk, Letter, letters
from .pacing import give_back_room, rest, slow_down
from .settling import recover
from .ways import Sender, Way

S = MessageState
ON_HOLD = exists(select(Setting.key).where(Setting.key == HOLD))
TABLE: Any = Message.__table__
HERE = TABLE.c
WAITS = or_(HERE.state == S.QUEUED, HERE.state == S.DEFERRED)
GOES = exists(select(MessageBatch.id).where(MessageBatch.id == HERE.batch_id, MessageBatch.state == BatchState.RUNNING))
LOOK_AGAIN = 0.25  # seconds after which a slice of a batch looks whether something urgent has come

VALUES = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# These run for every single message.
MARK = Written(
    update(TABLE)
    .where(HERE.id == bindparam("the_id"), HERE.worker == bindparam("the_worker"), HERE.lease_until > bindparam("now"))
    .where(WAITS, block(HERE.channel, HERE.address, HERE.address_hash, HERE.purpose, HERE.topic_id).is_(None))
    .where(~ON_HOLD, or_(HERE.batch_id.is_(None), GOES))
    .values(
        state=S.SENDING,
        attempt=HERE.attempt + 1,
        lease_until=bindparam("lease"),
        server_id=bindparam("the_server"),
        values=func.coalesce(bindparam("the_values", type_=VALUES), HERE["values"]),
    )
    .returning(HERE.attempt)
)
# Fenced by worker and attempt. A late yes is still a yes, also when somebody already called it uncertain.
SETTLE = Written(
    update(TABLE)
    .where(HERE.id == bindparam("the_id"), HERE.worker == bindparam("the_worker"))
    .where(HERE.attempt == bindparam("the_attempt"))
    .where(
        or_(
            HERE.state == S.SENDING,
            and_(bindparam("accepted", type_=Boolean), or_(HERE.state == S.UNCERTAIN, HERE.state == S.QUEUED)),
        )
    )
    .values(
        state=bindparam("to_state"),
        state_reason=bindparam("to_reason"),
        attempt=bindparam("to_attempt"),
        resent=bindparam("to_resent"),
        due_at=func.coalesce(bindparam("to_due", type_=HERE.due_at.type), HERE.due_at),
        sent_at=bindparam("to_sent"),
        lease_until=None,
    )
)


class Settled(NamedTuple):
    """A message whose outcome is known but not yet written down."""

    letter: Letter
    attempt: int
    outcome: Outcome


def deliver(channel: Channel, ways: Sequence[Way], worker: str, desk: Desk, pace: Pace | None = None) -> int:
    """Hand over what is due until nothing is, or the turn ends. Returns how many messages were settled."""
    sender = Sender(channel, ways, worker, desk, pace or Pace())
    recover(channel)
    done, ends = 0, time.monotonic() + sender.pace.turn
    try:
        while time.monotonic() < ends and due(channel):
            if held := next_slice(sender):
                done += held.moved + _work_off(sender, held, ends)
            elif sender.room_soon and sender.pace.wait:
                time.sleep(sender.pace.wait)
            else:
                break
    finally:
        sender.close()
    return done


def _work_off(sender: Sender, held: Held, ends: float) -> int:
    """One after the other. What cannot be done in this turn, or has to make room for something urgent, is given back."""
    done, settled, bounced = 0, None, False
    slow: set[str] = set()  # domains that find us too fast
    look = time.monotonic() + LOOK_AGAIN
    for letter in letters(sender.channel, held.ids, sender.desk, lambda *why: _refuse(sender, *why)):
        now = time.monotonic()
        if now > ends:
            break
        if held.batch_id and now > look:
            if waits_in(sender.channel, None, clock.now()):
                break
            look = now + LOOK_AGAIN
        if letter.domain in slow:
            continue
        attempt = _step(sender, held, settled, letter)
        settled = None
        if attempt is None:
            continue
        settled = Settled(letter, attempt, _hand_over(sender, held.way, letter))
        kind = settled.outcome.kind
        done += kind != Kind.AWAY
        bounced = bounced or kind == Kind.REFUSED
        if kind == Kind.AWAY or settled.outcome.silent:
            sender.leave(held.way)
            break
        if held.batch_id and settled.outcome.code in TOO_FAST:
            slow.add(letter.domain)
    with unit_of_work():
        if settled:
            _settle(sender, held.way, settled)
        give_back_room(held.way.server_id, give_back(sender, held))
        touch(select(Message.contact_id).where(Message.id.in_(held.ids), Message.contact_id.is_not(None)))
    if bounced and held.batch_id:
        watch(held.batch_id)
    return done


def _step(sender: Sender, held: Held, settled: Settled | None, letter: Letter) -> int | None:
    """Write down the last outcome and mark the next message as in flight: its attempt, or None if it may not go."""
    with unit_of_work():
        if settled:
            _settle(sender, held.way, settled)
        if held.capped:
            take_turn(f"{letter.channel}:{letter.address}")  # or two workers would both find room for the last one
        attempt = _mark(sender, held.way, letter)
        if attempt is None:
            sort_out([letter.id])
        return attempt


def _mark(sender: Sender, way: Way, letter: Letter) -> int | None:
    """The last moment in which consent, a block, a pause or a hold can stop it; also None when the lease was lost."""
    now = clock.now()
    values = {
        "the_id": letter.id,
        "the_worker": sender.worker,
        "now": now,
        "lease": now + sender.pace.lease,
        "the_server": way.server_id,
        "the_values": letter.values,
    }
    marked: int | None = MARK.run(db.session.connection(), values).scalar()
    return marked


def _settle(sender: Sender, way: Way, settled: Settled) -> None:
    letter, attempt, outcome = settled
    values = {"the_id": letter.id, "the_worker": sender.worker, "the_attempt": attempt}
    becomes = _values(settled)
    SETTLE.run(db.session.connection(), values | becomes)
    if bounce := bounce_in(outcome, final=becomes["to_state"] == S.FAILED):
        _keep_bounce(settled, bounce)
    if outcome.suppress:
        suppress(letter.channel, letter.address, outcome.suppress, outcome.why)
    if outcome.kind == Kind.AWAY or outcome.silent:
        rest(letter.channel, way.server_id, outcome)
    elif way.server_id and outcome.code in TOO_FAST:
        slow_down(way.server_id, letter.domain, outcome)


def _keep_bounce(settled: Settled, kind: EventKind) -> None:
    """A refusal while the server still listens is news like one that comes back by mail."""
    letter, attempt, outcome = settled
    status = STATUS.search(outcome.why)
    record_event(
        letter.id, kind, clock.now(), why=outcome.why, status=status[0] if status else "", source="smtp",
        external_id=f"smtp:{letter.id}:{attempt}",
    )  # fmt: skip
    if kind == EventKind.SOFT_BOUNCED:
        give_up_addresses([letter.address])


def _values(settled: Settled) -> dict[str, Any]:
    """What the message becomes."""
    letter, attempt, outcome = settled
    now, kind = clock.now(), outcome.kind
    becomes: dict[str, Any] = {
        "to_state": S.UNCERTAIN if kind == Kind.UNKNOWN else S.FAILED,
        "to_reason": outcome.why,
        "to_attempt": attempt,
        "to_resent": letter.resent,
        "to_due": None,
        "to_sent": None,
        "accepted": kind == Kind.ACCEPTED,
    }
    if kind == Kind.ACCEPTED:
        return becomes | {"to_state": S.SENT, "to_sent": now}
    if kind == Kind.AWAY:
        return becomes | {"to_state": S.QUEUED, "to_attempt": attempt - 1}
    if kind == Kind.DEFERRED and (wait := wait_after(attempt)):
        return becomes | {"to_state": S.DEFERRED, "to_due": now + wait}
    if kind == Kind.UNKNOWN and resends(letter.purpose, letter.resent):
        return becomes | {"to_state": S.QUEUED, "to_resent": True, "to_due": now + RESEND_AFTER}
    return becomes


def _hand_over(sender: Sender, way: Way, letter: Letter) -> Outcome:
    """While the server is silent the lease is renewed, and what is urgent goes by the other servers."""
    sender.in_flight.append(letter.id)

    def renew() -> None:
        with unit_of_work():
            db.session.execute(
                update(Message)
                .where(Message.id.in_(sender.in_flight), Message.worker == sender.worker, Message.state == S.SENDING)
                .values(lease_until=clock.now() + sender.pace.lease)
                .execution_options(**NO_SYNC)
            )
        _send_urgent(sender.without(way))

    try:
        return way.transport.hand_over(letter, renew)
    finally:
        sender.in_flight.remove(letter.id)


def _send_urgent(sender: Sender) -> None:
    """What stands alone, for as long as the silent server is left alone."""
    ends = time.monotonic() + RENEW_AFTER
    while sender.ways and time.monotonic() < ends and (held := urgent_slice(sender)):
        _work_off(sender, held, ends)


def _refuse(sender: Sender, message: int, why: str) -> None:
    with unit_of_work():
        db.session.execute(
            update(Message)
            .where(Message.id == message, Message.worker == sender.worker)
            .where(WAITS)
            .values(state=S.FAILED, state_reason=why[:500], lease_until=None)
            .execution_options(**NO_SYNC)
        )
