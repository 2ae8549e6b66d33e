"""A mailing of last month with what came of it, and a draft that waits for its segment to be looked at."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.broadcasts.services.sending import content_of
from portal.broadcasts.states import BroadcastState
from portal.consent.rules import address_hash
from portal.consent.states import Channel, Purpose
from portal.emails.models import Email, EmailVersion
from portal.kernel import clock
from portal.kernel.bulk import add_rows
from portal.kernel.db import db
from portal.kernel.upsert import insert_rows
from portal.messages.models import Message, MessageBatch, MessageEvent
from portal.messages.services import host_of_ids
from portal.messages.services.events import settle
from portal.messages.states import BatchState, EventKind, MessageState, Verdict
from portal.segments.models import Segment, SegmentMember
from portal.segments.states import SegmentKind, Source

from .world import World

K = EventKind
A_MINUTE = 9  # messages, as a new address is warmed up
# Of those it reached: what they did, how likely, and hours after the mail at most.
DEEDS = ((K.OPENED, Verdict.PROXY, 0.18, 2), (K.OPENED, Verdict.HUMAN, 0.31, 40), (K.CLICKED, Verdict.HUMAN, 0.08, 44))


def load(world: World) -> None:
    begun = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=26)
    mail = db.session.scalars(select(Email).where(Email.name == "Touring bicycle, launch")).one()
    people = db.session.execute(
        select(Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.owner_id, Contact.territory_id)
        .where(Contact.email.is_not(None)).order_by(Contact.id)
    ).all()  # fmt: skip
    note = "Everybody at a store with an address"
    segment = Segment(name="Store contacts", note=note, kind=SegmentKind.STATIC, size=len(people))
    db.session.add(segment)
    db.session.flush()
    stay = {"segment_id": segment.id, "source": Source.IMPORT, "entered_at": begun - timedelta(days=30)}
    insert_rows(SegmentMember, [stay | {"contact_id": person.id} for person in people])
    batch = _sent(mail, segment.id, begun, len(people))
    random = Random(4)
    rows = [_row(person, batch, begun, place, random) for place, person in enumerate(people)]
    _events(rows, add_rows(Message, rows), random)
    draft = Broadcast(name="Workshop letter, November", segment_id=segment.id)
    letter = db.session.scalars(select(Email.id).where(Email.name == draft.name, Email.language == "en")).first()
    draft.variants = [BroadcastVariant(label="A", email_id=letter)]
    db.session.add(draft)
    db.session.flush()


def _sent(mail: Email, segment_id: int, begun: datetime, people: int) -> MessageBatch:
    version = db.session.scalars(select(EmailVersion).where(EmailVersion.email_id == mail.id)).one()
    variant = BroadcastVariant(label="A", email_id=mail.id, version_id=version.id)
    broadcast = Broadcast(
        name="Touring bicycle, launch", segment_id=segment_id, state=BroadcastState.SENT, starts_at=begun,
        frozen_at=begun, ended_at=begun + timedelta(minutes=people / A_MINUTE + 1), created_at=begun - timedelta(days=3),
        variants=[variant],
    )  # fmt: skip
    db.session.add(broadcast)
    db.session.flush()
    batch = MessageBatch(
        channel=Channel.EMAIL, noun_of=Broadcast.noun, record_id=broadcast.id, content_id=content_of(version, variant).id,
        state=BatchState.DONE, created_at=begun,
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    variant.batch_id = batch.id
    return batch


def _row(person: Any, batch: MessageBatch, begun: datetime, place: int, random: Random) -> dict[str, Any]:
    sent_at = begun + timedelta(minutes=place / A_MINUTE)
    left_out = random.random() < 0.06
    return {
        "reason": f"broadcast:{batch.record_id}:contact:{person.id}", "channel": Channel.EMAIL,
        "purpose": Purpose.COMMERCIAL, "priority": 9, "address": person.email, "domain": person.email.rpartition("@")[2],
        "address_hash": address_hash(Channel.EMAIL, person.email), "content_id": batch.content_id,
        "recipient": f"{person.first_name} {person.last_name}".strip(), "contact_id": person.id,
        "message_id": f"<b{batch.record_id}.{person.id}@{host_of_ids()}>", "batch_id": batch.id,
        "noun_of": Broadcast.noun, "record_id": batch.record_id, "owner_id": person.owner_id,
        "territory_id": person.territory_id, "created_at": begun, "due_at": begun, "dated_at": begun,
        "state": MessageState.SUPPRESSED if left_out else MessageState.SENT,
        "state_reason": random.choice(("no_consent", "no_consent", "opted_out", "unsubscribed")) if left_out else "",
        "sent_at": None if left_out else sent_at, "attempt": 0 if left_out else 1,
    }  # fmt: skip


def _events(rows: list[dict[str, Any]], ids: Any, random: Random) -> None:
    """Bounces, openings by people and by machines, and clicks, in the hours after the mail."""
    events: list[dict[str, Any]] = []
    empty = {"link": None, "verdict": None, "why": "", "status": "", "source": "", "external_id": None}
    empty |= {"network": "", "method": "", "user_agent": ""}
    for key, row in zip(ids, rows, strict=True):
        if row["sent_at"] is None:
            continue
        mine = empty | {"message_id": key, "contact_id": row["contact_id"]}
        if random.random() < 0.012:
            said = {"kind": K.HARD_BOUNCED, "status": "5.1.1", "source": "dsn", "why": "550 5.1.1 No such user"}
            events.append(mine | said | {"at": row["sent_at"] + timedelta(seconds=30)})
            continue
        for kind, verdict, share, hours in DEEDS:
            if random.random() < share:
                at = row["sent_at"] + timedelta(hours=hours * random.random() ** 3, seconds=20)
                link = random.randrange(4) if kind == K.CLICKED else None
                events.append(mine | {"kind": kind, "verdict": verdict, "at": at, "link": link})
    insert_rows(MessageEvent, events)
    settle([event["message_id"] for event in events])
