"""Handing messages over: a slice is claimed at once, but only one message at a time is ever in flight.

Claimed messages of a lost worker go back; the one that was in flight is uncertain. The transaction that settles a
message also marks the next one, so each costs one commit, and nothing is in flight while it runs.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Boolean, and_, bindparam, exists, func, or_, select, update

from portal.consent.queries import Waiting, block, timing
from portal.consent.rules import LATER
from portal.consent.services import suppress
from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.settings import Setting

from ..models import Message
from ..queries import HOLD, claimable, due
from ..rules import RESEND_AFTER, Kind, Outcome, Pace, resends, wait_after
from ..states import MessageState
from .letters import Letter, letters
from .settling import pause, recover

S = MessageState
BLOCK = block(Message.channel, Message.address, Message.address_hash, Message.purpose, Message.topic_id)
ON_HOLD = exists(select(Setting.key).where(Setting.key == HOLD))
NO_SYNC = {"synchronize_session": False}
TABLE: Any = Message.__table__
HERE = TABLE.c
WAITS = or_(HERE.state == S.QUEUED, HERE.state == S.DEFERRED)

# These two run for every single message, so they are built once.
MARK = (
    update(TABLE)
    .where(HERE.id == bindparam("the_id"), HERE.worker == bindparam("the_worker"), HERE.lease_until > bindparam("now"))
    .where(WAITS, block(HERE.channel, HERE.address, HERE.address_hash, HERE.purpose, HERE.topic_id).is_(None), ~ON_HOLD)
    .values(state=S.SENDING, attempt=HERE.attempt + 1, lease_until=bindparam("lease"))
    .returning(HERE.attempt)
)
_ONE = update(TABLE).where(HERE.id == bindparam("the_id"))
SUPPRESS = _ONE.where(WAITS).values(state=S.SUPPRESSED, state_reason=bindparam("why"), lease_until=None)
PUT_OFF = _ONE.where(WAITS).values(due_at=bindparam("until"), state_reason=bindparam("why"), lease_until=None)
END_LEASE = _ONE.values(lease_until=bindparam("until"))
# Fenced by worker and attempt. A late yes is still a yes, also when somebody already called it uncertain.
SETTLE = (
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


class Transport(Protocol):
    """The way out of the house. `open` and `hand_over` answer; they raise nothing that a server can cause."""

    def open(self) -> Outcome: ...

    def hand_over(self, letter: Letter, renew: Callable[[], None]) -> Outcome:
        """Calls `renew` while it waits, at least every `rules.RENEW_AFTER` seconds."""

    def close(self) -> None: ...


class Settled(NamedTuple):
    """A message whose outcome is known but not yet written down."""

    letter: Letter
    attempt: int
    outcome: Outcome


@dataclass(frozen=True)
class Sender:
    """One worker on one channel during one turn."""

    channel: Channel
    transport: Transport
    worker: str
    unsubscribe_url: Callable[[str], str]
    pace: Pace


def deliver(
    channel: Channel, transport: Transport, worker: str, *, unsubscribe_url: Callable[[str], str], pace: Pace | None = None
) -> int:  # fmt: skip
    """Hand over what is due until nothing is, or the turn ends. Returns how many messages were settled."""
    sender = Sender(channel, transport, worker, unsubscribe_url, pace or Pace())
    recover(channel)
    if not due(channel):
        return 0
    reached = transport.open()
    if reached.kind != Kind.ACCEPTED:
        with unit_of_work():
            pause(channel, reached.why)
        return 0
    done, ends = 0, time.monotonic() + sender.pace.turn
    try:
        while time.monotonic() < ends and due(channel):
            ids, suppressed = claim(sender)
            settled = _work_off(sender, ids, ends)
            done += settled + suppressed
            if not settled + suppressed:
                break
    finally:
        transport.close()
    return done


def claim(sender: Sender) -> tuple[list[int], int]:
    """Take the next slice: (ids held until the lease ends, how many were settled or go later)."""
    now = clock.now()
    with unit_of_work():
        next_due = claimable(sender.channel, now).with_only_columns(Message.id).limit(sender.pace.slice)
        ids = list(db.session.scalars(next_due.with_for_update(skip_locked=True)))
        free, closes = sort_out(ids)
        held = db.session.execute(
            update(Message)
            .where(Message.id.in_(free), ~ON_HOLD)
            .values(
                worker=sender.worker,
                lease_until=now + sender.pace.lease,
                dated_at=func.coalesce(Message.dated_at, now, type_=Message.dated_at.type),
            )
            .returning(Message.id)
            .execution_options(**NO_SYNC)
        ).scalars()
        mine = list(held)
        _end_leases({key: at for key, at in closes.items() if at < now + sender.pace.lease})
        return mine, len(ids) - len(free)


def sort_out(ids: Sequence[int]) -> tuple[list[int], Mapping[int, datetime]]:
    """Settle those of the waiting messages that may not go, and put off those that go later, each with its reason.

    Returns those that may go now, and until when where the hours of their recipients end soon.
    """
    asked = select(
        Message.id, Message.channel, Message.address, Message.purpose, Message.contact_id, BLOCK.label("code")
    )
    rows = db.session.execute(asked.where(Message.id.in_(ids), WAITS)).all()
    ends = {row.id: row.code for row in rows if row.code and row.code not in LATER}
    times = timing([Waiting(*row[:-1]) for row in rows if row.id not in ends])
    _change(SUPPRESS, [{"the_id": key, "why": code} for key, code in ends.items()])
    _change(PUT_OFF, [{"the_id": key, "why": wait.code, "until": wait.until} for key, wait in times.waits.items()])
    return [row.id for row in rows if not row.code and row.id not in times.waits], times.closes


def _end_leases(closes: Mapping[int, datetime]) -> None:
    """Where the hours end before the lease does, the message can be marked only until then."""
    _change(END_LEASE, [{"the_id": key, "until": at} for key, at in closes.items()])


def _change(statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(statement, rows)


def _work_off(sender: Sender, ids: Sequence[int], ends: float) -> int:
    """One after the other. What cannot be done in this turn is given back."""
    done, settled = 0, None
    for letter in letters(sender.channel, ids, sender.unsubscribe_url, lambda *why: _refuse(sender, *why)):
        if time.monotonic() > ends:
            break
        attempt = _step(sender, settled, letter)
        settled = None
        if attempt is None:
            continue
        renew = _renewer(sender, letter, attempt)
        settled = Settled(letter, attempt, sender.transport.hand_over(letter, renew))
        done += settled.outcome.kind != Kind.AWAY
        if settled.outcome.kind == Kind.AWAY:
            break
    with unit_of_work():
        if settled:
            _settle(sender, settled)
        _give_back(sender, ids)
    return done


def _step(sender: Sender, settled: Settled | None, letter: Letter) -> int | None:
    """Write down the last outcome and mark the next message as in flight: its attempt, or None if it may not go."""
    with unit_of_work():
        if settled:
            _settle(sender, settled)
        attempt = _mark(sender, letter.id)
        if attempt is None:
            sort_out([letter.id])
        return attempt


def _mark(sender: Sender, message: int) -> int | None:
    """The last moment in which consent, a block or a hold can stop it; also None when the lease was lost."""
    now = clock.now()
    values = {"the_id": message, "the_worker": sender.worker, "now": now, "lease": now + sender.pace.lease}
    marked: int | None = db.session.connection().execute(MARK, values).scalar()
    return marked


def _settle(sender: Sender, settled: Settled) -> None:
    letter, attempt, outcome = settled
    values = {"the_id": letter.id, "the_worker": sender.worker, "the_attempt": attempt}
    db.session.connection().execute(SETTLE, values | _values(settled))
    if outcome.suppress:
        suppress(letter.channel, letter.address, outcome.suppress, outcome.why)
    if outcome.kind == Kind.AWAY:
        pause(letter.channel, outcome.why)


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


def _give_back(sender: Sender, ids: Sequence[int]) -> None:
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids), Message.worker == sender.worker, WAITS)
        .values(lease_until=None)
        .execution_options(**NO_SYNC)
    )


def _renewer(sender: Sender, letter: Letter, attempt: int) -> Callable[[], None]:
    def renew() -> None:
        with unit_of_work():
            db.session.execute(
                update(Message)
                .where(Message.id == letter.id, Message.worker == sender.worker, Message.attempt == attempt)
                .where(Message.state == S.SENDING)
                .values(lease_until=clock.now() + sender.pace.lease)
                .execution_options(**NO_SYNC)
            )

    return renew


def _refuse(sender: Sender, message: int, why: str) -> None:
    with unit_of_work():
        db.session.execute(
            update(Message)
            .where(Message.id == message, Message.worker == sender.worker)
            .where(WAITS)
            .values(state=S.FAILED, state_reason=why[:500], lease_until=None)
            .execution_options(**NO_SYNC)
        )
