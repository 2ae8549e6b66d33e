"""Writing the audience down: a row of the ledger for everybody in the segment, slice by slice, each exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, case, cast, func, literal, select, type_coerce

from portal.accounts.models import Contact
from portal.consent.models import Consent
from portal.consent.queries import block, places_of
from portal.consent.rules import LATER, address_hash
from portal.consent.rules.words import CAPPED
from portal.consent.states import Channel
from portal.experiments.rules import Share, arm_of
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.upsert import as_table, insert_from
from portal.messages.models import Message
from portal.messages.services import host_of_ids
from portal.messages.states import MessageState
from portal.segments.models import Segment
from portal.segments.queries import members

from ..models import Broadcast
from ..rules import due_at
from ..states import Timing

AT_A_TIME = 5_000
BULK = 9  # priority
NO_DELAY = timedelta(0)
HOLD_OUT = "hold-out"
NOT_YET = sorted({*LATER, CAPPED})  # may well be over when it is the message's turn
ASKED: Mapping[str, Any] = {
    "contact_id": Integer, "address": String, "digest": String, "domain": String, "batch_id": Integer, "due": Integer,
    "held_out": Integer,
}  # fmt: skip
SURE = "MATERIALIZED"  # of a part of a statement: worked out once, and not again wherever it is used


def audience(broadcast: Broadcast) -> list[int]:
    """The contacts in the segment at this moment who have no row yet, in the order in which they get one."""
    segment = db.session.get_one(Segment, broadcast.segment_id)
    ids = members(segment).where(Contact.id > broadcast.frozen_to)
    return sorted(db.session.scalars(ids))


def write_down(broadcast: Broadcast, ids: Sequence[int]) -> int:
    """The rows of a slice of the audience, and how far we are. Returns how many are new."""
    dues: dict[datetime, int] = {}
    rows = list(_asked(broadcast, ids, dues))
    new = _insert(broadcast, rows, dues)
    if new < len(ids):
        new += _insert(broadcast, rows, dues, doubles=True)
    if broadcast.test:
        broadcast.test.held_out += _held_out(broadcast, [row[:1] for row in rows if row[-1]])
    broadcast.frozen_to = ids[-1]
    return new


def _asked(broadcast: Broadcast, ids: Sequence[int], dues: dict[datetime, int]) -> Iterator[Sequence[int | str | None]]:
    """As ASKED has them; `dues` gets a number for each time. Addresses are in their normal spelling already."""
    is_email = broadcast.channel == Channel.EMAIL
    batches, shares, test = _batches(broadcast), _shares(broadcast), f"broadcast:{broadcast.id}"
    times, delays = _dues(broadcast, ids), {one.label: timedelta(hours=one.delay) for one in broadcast.variants}
    wanted = as_table({"id": Integer}, [[one] for one in ids])
    people = select(Contact.id, Contact.email if is_email else Contact.mobile_e164)
    for key, given in db.session.execute(people.join(wanted, wanted.c.id == Contact.id)):
        address = (given or "").strip().lower()
        digest = address_hash(broadcast.channel, address) if address else ""
        arm = arm_of(int(digest[:12] or "0", 16), test, shares)
        due = times.get(key, times[None]) + delays.get(arm, NO_DELAY)
        domain = address.rpartition("@")[2] if is_email else ""
        yield key, address, digest, domain, batches[arm], dues.setdefault(due, len(dues)), int(arm == HOLD_OUT)


def _insert(broadcast: Broadcast, rows: Sequence[Any], dues: Mapping[datetime, int], *, doubles: bool = False) -> int:
    """Those that have their row keep it. `doubles`: only who has an address, which another one of the audience has too."""
    asked = select(as_table(ASKED, rows)).cte("asked", nesting=True).prefix_with(SURE)
    if doubles:
        judged = select(*asked.c, literal("duplicate").label("code")).where(asked.c.address != "")
    else:
        judged = select(*asked.c, _code(broadcast, asked.c).label("code"))
    one = judged.cte("judged", nesting=True).prefix_with(SURE).c
    who, number = Contact.__table__.c, cast(one.contact_id, String)
    own = {
        "contact_id": one.contact_id, "owner_id": who.owner_id, "territory_id": who.territory_id,
        "recipient": func.substr(func.trim(who.first_name + " " + who.last_name), 1, 150),
        "address": literal("") if doubles else one.address, "address_hash": one.digest, "domain": one.domain,
        "reason": _reason(broadcast, one.contact_id),
        "message_id": literal(f"<b{broadcast.id}.") + number + "." + func.substr(one.digest, 1, 12) + f"@{host_of_ids()}>",
        "batch_id": one.batch_id, "due_at": _at(one.due, dues), "state_reason": func.coalesce(one.code, ""),
        "state": case((one.code.is_(None), MessageState.QUEUED.value), else_=MessageState.SUPPRESSED.value),
    }  # fmt: skip
    same = {
        "channel": broadcast.channel, "purpose": broadcast.purpose, "priority": BULK, "topic_id": broadcast.topic_id,
        "noun_of": Broadcast.noun, "record_id": broadcast.id, "created_at": clock.now(), "attempt": 0, "resent": False,
    }  # fmt: skip
    source = select(*(value.label(name) for name, value in own.items()))
    source = source.join(Contact.__table__, who.id == one.contact_id).order_by(one.contact_id)
    return insert_from(Message, same, source.subquery())


def _held_out(broadcast: Broadcast, drawn: Sequence[Sequence[int | str | None]]) -> int:
    """How many of those who were drawn for the hold-out got nothing for no other reason."""
    one = as_table({"contact_id": Integer}, drawn).c
    found = select(func.count(Message.id)).where(Message.state_reason == "hold_out")
    return db.session.scalar(found.where(Message.reason == _reason(broadcast, one.contact_id))) or 0


def _reason(broadcast: Broadcast, contact_id: ColumnElement[int]) -> ColumnElement[str]:
    return literal(f"broadcast:{broadcast.id}:contact:") + cast(contact_id, String)


def _code(broadcast: Broadcast, asked: Any) -> ColumnElement[Any]:
    """What keeps the contact from getting it, asked by the same condition as at the moment of sending; NULL: nothing."""
    channel = type_coerce(broadcast.channel, Consent.channel.type)
    purpose = type_coerce(literal(broadcast.purpose.value, String), Consent.purpose.type)
    code = block(channel, asked.address, asked.digest, purpose, broadcast.topic_id)
    lasting = reduce(func.nullif, NOT_YET, code)
    held_out = case((asked.held_out == 1, "hold_out"))
    return case((asked.address == "", "no_address"), else_=func.coalesce(lasting, held_out))


def _at(number: ColumnElement[int], dues: Mapping[datetime, int]) -> ColumnElement[datetime]:
    """A time by its number."""
    kind = Message.due_at.type
    return case({at: literal(due, kind) for due, at in dues.items()}, value=number)


def _batches(broadcast: Broadcast) -> dict[str, int | None]:
    """Label of a variant -> its batch; "" is the rest that waits for a winner. Who is held out is in none."""
    others = {"": broadcast.rest_batch_id, HOLD_OUT: None}
    return {variant.label: variant.batch_id for variant in broadcast.variants} | others


def _shares(broadcast: Broadcast) -> list[Share]:
    held_out = broadcast.test.hold_out if broadcast.test else 0
    return [Share(HOLD_OUT, held_out), *(Share(variant.label, variant.share) for variant in broadcast.variants)]


def _dues(broadcast: Broadcast, ids: Sequence[int]) -> dict[int | None, datetime]:
    """Contact -> when its message is due; None: where nothing is said of a contact."""
    now = clock.now()
    if broadcast.timing != Timing.LOCAL:
        return {None: broadcast.starts_at or now}
    known: dict[str, datetime] = {}
    for place in (places := places_of(ids)).values():
        if place.zone not in known:
            known[place.zone] = due_at(broadcast.wall_time, place.zone, broadcast.if_passed, now)
    return {contact_id: known[place.zone] for contact_id, place in places.items()}
