"""Handing messages over: a slice is claimed at once, but only one message at a time is ever in flight.

Claimed messages of a lost worker go back; the one that was in flight is uncertain. The transaction that settles a
message also marks the next one, so each costs one commit, and nothing is in flight while it runs.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, exists, func, select, update

from portal.consent.models import Consent
from portal.consent.queries import block, token_for
from portal.consent.services import suppress
from portal.consent.states import Channel, Purpose
from portal.kernel import clock, files
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import DomainError
from portal.kernel.mime import Attachment, Mailbox, build_email
from portal.kernel.settings import Setting
from portal.organization.queries import company

from ..models import Message, MessageContent
from ..queries import HOLD, claimable, due
from ..rules import RESEND_AFTER, Kind, Outcome, Pace, resends, wait_after
from ..states import MessageState
from .settling import pause, recover

S = MessageState
BLOCK = block(Message.channel, Message.address, Message.address_hash, Message.purpose)
ON_HOLD = exists(select(Setting.key).where(Setting.key == HOLD))
NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True)
class Letter:
    """One message as it leaves the house."""

    id: int
    channel: Channel
    purpose: Purpose
    sender: str
    address: str
    subject: str
    raw: bytes
    resent: bool


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
    """Take the next slice: (ids held until the lease ends, how many were found blocked and settled as suppressed)."""
    now = clock.now()
    with unit_of_work():
        next_due = claimable(sender.channel, now).with_only_columns(Message.id).limit(sender.pace.slice)
        ids = list(db.session.scalars(next_due.with_for_update(skip_locked=True)))
        suppressed = suppress_blocked(ids)
        held = db.session.execute(
            update(Message)
            .where(Message.id.in_(ids), BLOCK.is_(None), ~ON_HOLD)
            .values(
                worker=sender.worker,
                lease_until=now + sender.pace.lease,
                dated_at=func.coalesce(Message.dated_at, now, type_=Message.dated_at.type),
            )
            .returning(Message.id)
            .execution_options(**NO_SYNC)
        ).scalars()
        return list(held), suppressed


def suppress_blocked(ids: Sequence[int]) -> int:
    """Settle those of the waiting messages that may not go, each with the code of its reason."""
    result: Any = db.session.execute(
        update(Message)
        .where(Message.id.in_(ids), Message.state.in_((S.QUEUED, S.DEFERRED)), BLOCK.is_not(None))
        .values(state=S.SUPPRESSED, state_reason=BLOCK, lease_until=None)
        .execution_options(**NO_SYNC)
    )
    return int(result.rowcount)


def _work_off(sender: Sender, ids: Sequence[int], ends: float) -> int:
    """One after the other. What cannot be done in this turn is given back."""
    done, settled = 0, None
    for letter in _letters(sender, ids):
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
            suppress_blocked([letter.id])
        return attempt


def _mark(sender: Sender, message: int) -> int | None:
    """The last moment in which consent, a block or a hold can stop it; also None when the lease was lost."""
    now = clock.now()
    marked: int | None = db.session.scalar(
        update(Message)
        .where(Message.id == message, Message.worker == sender.worker, Message.lease_until > now)
        .where(Message.state.in_((S.QUEUED, S.DEFERRED)), BLOCK.is_(None), ~ON_HOLD)
        .values(state=S.SENDING, attempt=Message.attempt + 1, lease_until=now + sender.pace.lease)
        .returning(Message.attempt)
        .execution_options(**NO_SYNC)
    )
    return marked


def _settle(sender: Sender, settled: Settled) -> None:
    """Fenced by worker and attempt. A late yes is still a yes, also when somebody already called it uncertain."""
    letter, attempt, outcome = settled
    accepted = outcome.kind == Kind.ACCEPTED
    states = (S.SENDING, S.UNCERTAIN, S.QUEUED) if accepted else (S.SENDING,)
    db.session.execute(
        update(Message)
        .where(Message.id == letter.id, Message.worker == sender.worker, Message.attempt == attempt)
        .where(Message.state.in_(states))
        .values(lease_until=None, **_values(settled))
        .execution_options(**NO_SYNC)
    )
    if outcome.suppress:
        suppress(letter.channel, letter.address, outcome.suppress, outcome.why)
    if outcome.kind == Kind.AWAY:
        pause(letter.channel, outcome.why)


def _values(settled: Settled) -> dict[str, Any]:
    letter, attempt, outcome = settled
    now, why = clock.now(), outcome.why
    if outcome.kind == Kind.ACCEPTED:
        return {"state": S.SENT, "state_reason": "", "sent_at": now}
    if outcome.kind == Kind.DEFERRED and (wait := wait_after(attempt)):
        return {"state": S.DEFERRED, "state_reason": why, "due_at": now + wait}
    if outcome.kind == Kind.AWAY:
        return {"state": S.QUEUED, "state_reason": why, "attempt": attempt - 1}
    if outcome.kind == Kind.UNKNOWN and resends(letter.purpose, letter.resent):
        return {"state": S.QUEUED, "state_reason": why, "resent": True, "due_at": now + RESEND_AFTER}
    return {"state": S.UNCERTAIN if outcome.kind == Kind.UNKNOWN else S.FAILED, "state_reason": why}


def _give_back(sender: Sender, ids: Sequence[int]) -> None:
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids), Message.worker == sender.worker, Message.state.in_((S.QUEUED, S.DEFERRED)))
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


def _letters(sender: Sender, ids: Sequence[int]) -> Iterator[Letter]:
    """The held messages, finished, in the order they are owed. What cannot be built fails and is left out."""
    rows = db.session.execute(
        select(*Message.__table__.c).where(Message.id.in_(ids)).order_by(Message.priority, Message.due_at, Message.id)
    ).all()
    contents = _contents({row.content_id for row in rows})
    tokens = _tokens(sender.channel, [row.address for row in rows if row.purpose == Purpose.COMMERCIAL])
    seller = company()
    house = Mailbox(seller.email, seller.name) if seller else Mailbox("nobody@portal.invalid")
    for row in rows:
        content = contents[row.content_id]
        unsubscribe = sender.unsubscribe_url(tokens[row.address]) if row.address in tokens else ""
        try:
            raw = compose(row, content, house, unsubscribe)
        except (ValueError, DomainError) as error:
            _refuse(sender, row.id, str(error))
            continue
        yield Letter(row.id, row.channel, row.purpose, house.address, row.address, content.subject, raw, row.resent)


def compose(row: Any, content: Any, house: Mailbox, unsubscribe: str = "") -> bytes:
    """The bytes that are handed over; the same ones at every attempt. Raises ValueError when it cannot be built."""
    if row.channel == Channel.SMS:
        return str(content.text).encode()
    headers = {}
    if unsubscribe:
        headers = {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return build_email(
        message_id=row.message_id,
        sent_at=row.dated_at or row.created_at,
        sender=house,
        to=Mailbox(row.address, row.recipient),
        subject=content.subject,
        text=content.text,
        html=content.html,
        headers=headers,
        attachments=[Attachment(a["name"], files.read(a["key"]), a["media_type"]) for a in content.attachments],
    )


def _contents(ids: set[int]) -> dict[int, Row[Any]]:
    rows = db.session.execute(select(*MessageContent.__table__.c).where(MessageContent.id.in_(ids)))
    return {row.id: row for row in rows}


def _tokens(channel: Channel, addresses: Sequence[str]) -> dict[str, str]:
    if not addresses:
        return {}
    query = select(Consent.address, Consent.id).where(Consent.channel == channel, Consent.address.in_(addresses))
    found = db.session.execute(query.where(Consent.purpose == Purpose.COMMERCIAL))
    return {address: token_for(consent_id) for address, consent_id in found}


def _refuse(sender: Sender, message: int, why: str) -> None:
    with unit_of_work():
        db.session.execute(
            update(Message)
            .where(Message.id == message, Message.worker == sender.worker)
            .where(Message.state.in_((S.QUEUED, S.DEFERRED)))
            .values(state=S.FAILED, state_reason=why[:500], lease_until=None)
            .execution_options(**NO_SYNC)
        )
