"""Taking the next slice of messages: those that stand alone first, then the running batches in turn."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, select, update

from portal.accounts.models import Contact
from portal.consent.queries import Waiting as Asked
from portal.consent.queries import block, has_caps, timing
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.organization.queries import company

from ..models import MailPace, MailServer, Message, MessageBatch, MessageContent
from ..queries import OPEN_STATES, claimable, on_hold, running_batches, waits_in
from ..rules.pacing import UNLIMITED
from ..states import MessageState
from .batches import end_batch
from .pacing import Gauge, batch_room, batch_spend, postpone
from .ways import Sender, Way

S = MessageState
BLOCK = block(Message.channel, Message.address, Message.address_hash, Message.purpose, Message.topic_id)
OPEN = Message.state.in_(OPEN_STATES)
TABLE: Any = Message.__table__
_ONE = update(TABLE).where(TABLE.c.id == bindparam("the_id"))
_OPEN_ONE = _ONE.where(TABLE.c.state.in_(OPEN_STATES))
SUPPRESS = _OPEN_ONE.values(state=S.SUPPRESSED, state_reason=bindparam("why"), lease_until=None)
PUT_OFF = _OPEN_ONE.values(due_at=bindparam("until"), state_reason=bindparam("why"), lease_until=None)
END_LEASE = _ONE.values(lease_until=bindparam("until"))
NO_SYNC = {"synchronize_session": False}
DOUBTED = timedelta(minutes=30)  # after a rest
WIDE = 10  # times the slice is looked through for messages whose domain may have one now


class Held(NamedTuple):
    """Messages that are ours until the lease ends. `moved`: others of the slice that were settled or postponed."""

    way: Way
    batch_id: int | None
    ids: Sequence[int]
    moved: int
    capped: bool  # a frequency cap may end some of them


def next_slice(sender: Sender) -> Held | None:
    """None when nothing is due, or nothing that is due may go now."""
    sender.room_soon = False
    if on_hold():
        return None
    for batch_id in _lanes(sender):
        if held := _slice_of(sender, batch_id):
            sender.last_batch = batch_id or sender.last_batch
            return held
    return None


def urgent_slice(sender: Sender) -> Held | None:
    """As `next_slice`, of what stands alone."""
    return _slice_of(sender, None) if waits_in(sender.channel, None, clock.now()) and not on_hold() else None


def _slice_of(sender: Sender, batch_id: int | None) -> Held | None:
    for way in _ways(sender, bulk=batch_id is not None):
        if sender.reach(way) and (held := claim(sender, way, batch_id)):
            return held
    return None


def _lanes(sender: Sender) -> Iterator[int | None]:
    """None for messages outside of batches; then each batch that has something due, the one after the last served first."""
    now = clock.now()
    if waits_in(sender.channel, None, now):
        yield None
    batches = running_batches(sender.channel)
    for batch_id in sorted(batches, key=lambda one: (one <= sender.last_batch, one)):
        if waits_in(sender.channel, batch_id, now):
            yield batch_id
        else:
            end_batch(batch_id)


def _ways(sender: Sender, *, bulk: bool) -> list[Way]:
    """Those that take such messages from our address, the one with the most room first.

    What is urgent tries a server that was away lately after all others.
    """
    limited = {way.server_id: way for way in sender.ways if way.server_id}
    free = [way for way in sender.ways if not way.server_id]
    if not limited:
        return free
    seller = company()
    domain = seller.email.rpartition("@")[2].lower() if seller else ""
    lane = MailServer.bulk if bulk else MailServer.transactional
    query = select(MailServer.id, MailServer.sender_domains).join(MailPace, MailPace.server_id == MailServer.id)
    query = query.where(MailServer.id.in_(limited), lane, MailPace.domain == "")
    lately = case((MailPace.rest_until > clock.now() - DOUBTED, 1), else_=0)
    order = MailPace.free_at.asc().nulls_first(), MailServer.id
    found = db.session.execute(query.order_by(*order) if bulk else query.order_by(lately, *order)).all()
    return free + [limited[row.id] for row in found if not row.sender_domains or domain in row.sender_domains]


def claim(sender: Sender, way: Way, batch_id: int | None) -> Held | None:
    """Take what may go through `way` now; None when there is no room or nothing that nobody else holds."""
    now = clock.now()
    with unit_of_work():
        gauge = Gauge(way.server_id, now) if way.server_id else None
        room = gauge.room(sender.worker, sender.pace.lease, bulk=batch_id is not None) if gauge else UNLIMITED
        room = min(sender.pace.slice, room, batch_room(batch_id, now))
        if not room:
            sender.room_soon = sender.room_soon or bool(gauge and gauge.soon)
            return None
        picky = bool(gauge and gauge.domains and batch_id)
        query = claimable(sender.channel, batch_id, now).with_only_columns(Message.id, Message.domain)
        query = query.limit(room * WIDE if picky else room).with_for_update(skip_locked=True)
        found = [(row.id, row.domain) for row in db.session.execute(query)]
        free, closes = sort_out([message_id for message_id, _ in found])
        moved, found = len(found) - len(free), [one for one in found if one[0] in free]
        going, waiting = _room_in_domains(gauge, found, room) if gauge and picky else ([one[0] for one in found], [])
        moved += postpone(waiting)
        held = _hold(sender, going, batch_id, now)
        # Where the hours end before the lease does, the message can be marked only until then.
        change(END_LEASE, [{"the_id": key, "until": at} for key, at in closes.items() if at < now + sender.pace.lease])
        if gauge:
            gauge.spend(len(held))
        batch_spend(batch_id, now, len(held))
    return Held(way, batch_id, held, moved, has_caps(sender.channel)) if held or moved else None


def _room_in_domains(gauge: Gauge, found: Sequence[tuple[int, str]], room: int) -> tuple[list[int], list[Any]]:
    going: list[int] = []
    waiting: list[Any] = []
    for one in found:
        if len(going) == room:
            break
        go, wait = gauge.split([one])
        going += go
        waiting += wait
    return going, waiting


def _hold(sender: Sender, ids: Sequence[int], batch_id: int | None, now: datetime) -> list[int]:
    values: dict[str, Any] = {
        "worker": sender.worker,
        "lease_until": now + sender.pace.lease,
        "dated_at": func.coalesce(Message.dated_at, now, type_=Message.dated_at.type),
    }
    if batch_id:
        values["content_id"] = func.coalesce(Message.content_id, *_said_in(batch_id))
    claimed = update(Message).where(Message.id.in_(ids), OPEN).values(values).returning(Message.id)
    return list(db.session.execute(claimed.execution_options(**NO_SYNC)).scalars()) if ids else []


def _said_in(batch_id: int) -> tuple[Any, Any]:
    """What the batch says in the language of the recipient, and in its own."""
    content = select(MessageBatch.content_id).where(MessageBatch.id == batch_id).scalar_subquery()
    translation = select(MessageContent.id).join(Contact, Contact.language == MessageContent.language)
    translation = translation.where(MessageContent.translates_id == content, Contact.id == Message.contact_id)
    return translation.correlate(Message).limit(1).scalar_subquery(), content


def sort_out(ids: Sequence[int]) -> tuple[frozenset[int], Mapping[int, datetime]]:
    """Settle those of the waiting messages that may not go, and put off those that go later, each with its reason.

    Returns those that may go now, and until when where the hours of their recipients end soon.
    """
    asked = select(
        Message.id, Message.channel, Message.address, Message.purpose, Message.contact_id, BLOCK.label("code")
    )
    rows = db.session.execute(asked.where(Message.id.in_(ids), OPEN)).all() if ids else ()
    times = timing([Asked(*row) for row in rows])
    change(SUPPRESS, [{"the_id": key, "why": code} for key, code in times.ends.items()])
    change(PUT_OFF, [{"the_id": key, "why": wait.code, "until": wait.until} for key, wait in times.waits.items()])
    return times.goes, times.closes


def change(statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(statement, rows)


def give_back(sender: Sender, held: Held) -> int:
    """What was not handed over is free again. Returns how many."""
    result: Any = db.session.execute(
        update(Message)
        .where(Message.id.in_(held.ids), Message.worker == sender.worker, OPEN, Message.lease_until.is_not(None))
        .values(lease_until=None)
        .execution_options(**NO_SYNC)
    )
    return int(result.rowcount)
