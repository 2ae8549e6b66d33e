"""Writing the audience down: a row of the ledger for everybody in the segment, slice by slice, each exactly once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, literal, select, type_coerce

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
HOLD_OUT = "hold-out"
NOT_YET = frozenset({*LATER, CAPPED})  # may well be over when it is the message's turn
COLUMNS: Mapping[str, Any] = {
    "contact_id": Integer, "owner_id": Integer, "territory_id": Integer, "recipient": String, "address": String,
    "address_hash": String, "domain": String, "reason": String, "message_id": String,
}  # fmt: skip
Row = list[int | str | None]
CONTACT, ADDRESS, DIGEST = 0, 4, 5  # places in COLUMNS


def audience(broadcast: Broadcast) -> list[int]:
    """The contacts in the segment at this moment who have no row yet, in the order in which they get one."""
    segment = db.session.get_one(Segment, broadcast.segment_id)
    ids = members(segment).where(Contact.id > broadcast.frozen_to)
    return sorted(db.session.scalars(ids))


def write_down(broadcast: Broadcast, ids: Sequence[int]) -> int:
    """The rows of a slice of the audience, and how far we are. Returns how many may get something."""
    now = clock.now()
    rows = _rows(broadcast, ids)
    blocked = _blocked(broadcast, [row for row in rows if row[ADDRESS]])
    batches, shares, test = _batches(broadcast), _shares(broadcast), f"broadcast:{broadcast.id}"
    dues, delays = _dues(broadcast, ids, now), {one.label: timedelta(hours=one.delay) for one in broadcast.variants}
    groups: dict[tuple[int | None, datetime, str], list[Row]] = {}
    for row in rows:
        contact_id, digest = row[CONTACT], str(row[DIGEST])
        code = blocked.get(int(contact_id or 0), "") if row[ADDRESS] else "no_address"
        arm = arm_of(int(digest[:12] or "0", 16), test, shares)
        if arm == HOLD_OUT:
            code = code or "hold_out"
        due = dues.get(contact_id, dues[None]) + delays.get(arm, timedelta(0))
        groups.setdefault((batches[arm], due, code), []).append(row)
    going = 0
    for (batch_id, due, code), some in groups.items():
        new = _insert(broadcast, some, batch_id, due, code, now)
        going += 0 if code else new
        if code == "hold_out" and broadcast.test:
            broadcast.test.held_out += new
        if new < len(some):
            _insert_doubles(broadcast, some, batch_id, now)
    broadcast.frozen_to = ids[-1]
    return going


def _rows(broadcast: Broadcast, ids: Sequence[int]) -> list[Row]:
    """As COLUMNS has them. Email addresses and numbers are in their normal spelling already."""
    address = Contact.email if broadcast.channel == Channel.EMAIL else Contact.mobile_e164
    people = select(
        Contact.id,
        Contact.owner_id,
        Contact.territory_id,
        Contact.first_name,
        Contact.last_name,
        address.label("address"),
    )
    wanted = as_table({"id": Integer}, [[one] for one in ids])
    found = db.session.execute(people.join(wanted, wanted.c.id == Contact.id).order_by(Contact.id))
    start, host = f"broadcast:{broadcast.id}:contact:", host_of_ids()
    rows: list[Row] = []
    for key, owner, territory, first, last, given in found:
        plain = (given or "").strip().lower()
        digest = address_hash(broadcast.channel, plain) if plain else ""
        domain = plain.rpartition("@")[2] if broadcast.channel == Channel.EMAIL else ""
        name = f"{first} {last}".strip()[:150]
        known_as = f"<b{broadcast.id}.{key}.{digest[:12]}@{host}>"
        rows.append([key, owner, territory, name, plain, digest, domain, f"{start}{key}", known_as])
    return rows


def _blocked(broadcast: Broadcast, rows: Sequence[Row]) -> dict[int, str]:
    """Contact -> the code of what keeps it from getting this, asked by the same condition as at the moment of sending."""
    asked = as_table(
        {"contact_id": Integer, "address": String, "digest": String},
        [[row[CONTACT], row[ADDRESS], row[DIGEST]] for row in rows],
    )
    channel = type_coerce(broadcast.channel, Consent.channel.type)
    purpose = type_coerce(literal(broadcast.purpose.value, String), Consent.purpose.type)
    code = block(channel, asked.c.address, asked.c.digest, purpose, broadcast.topic_id).label("code")
    found = db.session.execute(select(asked.c.contact_id, code))
    return {row.contact_id: row.code for row in found if row.code and row.code not in NOT_YET}


def _batches(broadcast: Broadcast) -> dict[str, int | None]:
    """Label of a variant -> its batch; "" is the rest that waits for a winner. Who is held out is in none."""
    others = {"": broadcast.rest_batch_id, HOLD_OUT: None}
    return {variant.label: variant.batch_id for variant in broadcast.variants} | others


def _shares(broadcast: Broadcast) -> list[Share]:
    held_out = broadcast.test.hold_out if broadcast.test else 0
    return [Share(HOLD_OUT, held_out), *(Share(variant.label, variant.share) for variant in broadcast.variants)]


def _dues(broadcast: Broadcast, ids: Sequence[int], now: datetime) -> dict[Any, datetime]:
    """Contact -> when its message is due; None: where nothing is said of a contact."""
    if broadcast.timing != Timing.LOCAL:
        return {None: broadcast.starts_at or now}
    known: dict[str, datetime] = {}
    for place in (places := places_of(ids)).values():
        if place.zone not in known:
            known[place.zone] = due_at(broadcast.wall_time, place.zone, broadcast.if_passed, now)
    return {contact_id: known[place.zone] for contact_id, place in places.items()}


def _insert(
    broadcast: Broadcast, rows: Sequence[Row], batch_id: int | None, due: datetime, code: str, now: datetime
) -> int:
    same = {
        "channel": broadcast.channel, "purpose": broadcast.purpose, "priority": BULK, "batch_id": batch_id,
        "topic_id": broadcast.topic_id, "noun_of": Broadcast.noun, "record_id": broadcast.id, "due_at": due,
        "state": MessageState.SUPPRESSED if code else MessageState.QUEUED, "state_reason": code,
        "created_at": now, "attempt": 0, "resent": False,
    }  # fmt: skip
    return insert_from(Message, same, as_table(COLUMNS, rows))


def _insert_doubles(broadcast: Broadcast, rows: Iterable[Row], batch_id: int | None, now: datetime) -> None:
    """Contacts whose address another one of the audience has. Those that have their row keep it."""
    doubles = [[*row[:ADDRESS], "", *row[ADDRESS + 1 :]] for row in rows if row[ADDRESS]]
    _insert(broadcast, doubles, batch_id, now, "duplicate", now)
