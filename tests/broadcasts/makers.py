"""Broadcasts and their audiences for the tests."""

from typing import Any

from sqlalchemy import insert, select

from portal.accounts.models import Contact
from portal.broadcasts import services
from portal.broadcasts.models import Broadcast
from portal.consent.models import Consent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.emails.models import Email
from portal.kernel import clock
from portal.kernel.actor import Actor, act_as
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.segments.models import Segment, SegmentMember
from portal.segments.states import SegmentKind, Source

HTML = """<html><head><title>Spring</title></head><body><p>Spring, {{ contact.first_name | default: "friend" }}</p>
<a href="https://shop.example/spring">Look</a> <a href="{{ links.unsubscribe }}">Unsubscribe</a>
<p>{{ company.name }}, {{ company.address }}</p></body></html>"""


def people(count: int, *, agreed: bool = True, domain: str = "example.com", **values: Any) -> list[int]:
    """Ids of new contacts, who said yes to commercial mail."""
    start = len(db.session.scalars(select(Contact.id)).all())
    db.session.rollback()
    rows = [
        {
            "first_name": f"Ann{n}",
            "last_name": f"Ash{n:05}",
            "email": f"ann{start + n}@{domain}",
            "created_at": clock.now(),
        }
        | {"job_title": "", "phone": "", "phone_e164": "", "mobile": "", "mobile_e164": "", "language": "en"}
        | {"country": "", "timezone": "", "version": 1}
        | values
        for n in range(count)
    ]
    with unit_of_work():
        found = insert(Contact.__table__).returning(Contact.id)  # type: ignore[arg-type]
        ids = [db.session.execute(found, row).scalar_one() for row in rows]
        if agreed:
            for row in rows:
                word = {"channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL, "state": ConsentState.OPTED_IN}
                db.session.add(Consent(address=row["email"], at=clock.now(), **word))
    return ids


def segment(ids: list[int], name: str = "Everybody") -> int:
    """A list of these contacts."""
    with unit_of_work():
        made = Segment(name=name, kind=SegmentKind.STATIC, size=len(ids))
        db.session.add(made)
        db.session.flush()
        db.session.add_all(SegmentMember(segment_id=made.id, contact_id=one, source=Source.MANUAL) for one in ids)
        return made.id


def draft(actor: Actor, segment_id: int, **values: Any) -> int:
    """An SMS-free, one-variant broadcast whose email is there."""
    with unit_of_work(), act_as(actor):
        made = services.create(actor, **{"name": "Spring", "segment_id": segment_id} | values)
        mail = Email(name="Spring", subject="Spring for {{ contact.first_name }}", source=HTML)
        db.session.add(mail)
        db.session.flush()
        made.variants[0].email_id = mail.id
        return made.id


def messages_of(broadcast_id: int) -> list[Message]:
    db.session.rollback()
    mine = select(Message).where(Message.noun_of == Broadcast.noun, Message.record_id == broadcast_id)
    return list(db.session.scalars(mine.order_by(Message.id)))
