"""What the owner of an address chooses on the preference page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.outbox import emit
from portal.kernel.upsert import insert_ignore, upsert

from ..events import DataRequested
from ..models import ContactPoint, DataRequest
from ..queries import choice_of, contacts_at, offered, points_of
from ..rules import Reader, address_hash
from ..states import Channel, ConsentState, Purpose, RequestKind, RequestState
from .ledger import record

LONGEST_PAUSE = timedelta(days=366)
ANSWER_WITHIN = timedelta(days=30)  # GDPR 12(3): a month


@dataclass(frozen=True)
class Told:
    """How it was said: where, in which words (by field of the page), from which address of the network."""

    source: str
    words: Mapping[str, str]
    ip: str | None


def choose(
    reader: Reader, *, channels: Collection[Channel], topic_ids: Collection[int], tracking: bool,
    paused_until: datetime | None, language: str, told: Told,
) -> None:  # fmt: skip
    """Write down what differs from what counts now: the evidence is of what was changed."""
    now = choice_of(reader)
    for point in points_of(reader):
        if (point.channel in channels) != (point.channel in now.channels):
            _say(point, Purpose.COMMERCIAL, point.channel in channels, told, told.words["channels"])
    for topic in offered():
        if (topic.id in topic_ids) != (topic.id in now.topic_ids):
            words = f"{told.words['topics']}: {topic.name}"
            _say(reader, Purpose.COMMERCIAL, topic.id in topic_ids, told, words, topic.id)
    if tracking != now.tracking:
        _say(reader, Purpose.TRACKING, tracking, told, told.words["tracking"])
    _keep(reader, paused_until, language)


def leave(reader: Reader, told: Told) -> None:
    """One click: no more of this topic, or of everything commercial where the message had none."""
    _say(reader, Purpose.COMMERCIAL, False, told, told.words["leave"], reader.topic_id)


def leave_all(reader: Reader, told: Told) -> None:
    """No more commercial messages wherever we would write to the person."""
    for point in points_of(reader):
        _say(point, Purpose.COMMERCIAL, False, told, told.words["leave"])


def _say(point: Reader, purpose: Purpose, yes: bool, told: Told, wording: str, topic_id: int | None = None) -> None:
    state = ConsentState.OPTED_IN if yes else ConsentState.OPTED_OUT
    record(
        point.channel, point.address, purpose, state,
        source=told.source, wording=wording, ip=told.ip, topic_id=topic_id,
    )  # fmt: skip


def _keep(reader: Reader, paused_until: datetime | None, language: str) -> None:
    """The pause holds for this address, the language for the contact as well."""
    if paused_until:
        paused_until = min(paused_until, clock.now() + LONGEST_PAUSE)
    point = {"channel": reader.channel, "address": reader.address, "language": language, "paused_until": paused_until}
    upsert(ContactPoint, [point], keys=("channel", "address"))
    for contact in contacts_at(reader.channel, reader.address):
        contact.language = language


def request_data(reader: Reader, kind: RequestKind, language: str) -> None:
    """Note what is asked for, once while it is open. A copy of the data is mailed; an erasure waits for a colleague."""
    digest, now = address_hash(reader.channel, reader.address), clock.now()
    row = {
        "kind": kind, "state": RequestState.OPEN, "channel": reader.channel, "address": reader.address,
        "address_hash": digest, "language": language, "at": now, "answer_by": (now + ANSWER_WITHIN).date(),
        "done_by": "", "note": "",
    }  # fmt: skip
    if insert_ignore(DataRequest, [row]) and kind == RequestKind.EXPORT and reader.channel == Channel.EMAIL:
        mine = DataRequest.address_hash == digest, DataRequest.kind == kind, DataRequest.state == RequestState.OPEN
        emit(DataRequested(request_id=db.session.scalars(select(DataRequest.id).where(*mine)).one()))
