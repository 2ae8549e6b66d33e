"""What visitors see of an event, and who was invited to it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.broadcasts.models import Broadcast
from portal.consent.states import Channel
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.messages.models import Message
from portal.messages.rules.tracking import read_token
from portal.organization.queries import get

from ..models import Event
from ..states import EventState


class PublicEvent(NamedTuple):
    """Plain values of an event that was announced."""

    id: int
    slug: str
    name: str
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    venue: str
    capacity: int | None
    taken: int
    closes_at: datetime | None
    state: EventState
    language: str
    news_wording: str
    uid: str
    sequence: int

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    def is_open(self, now: datetime) -> bool:
        return self.state == EventState.PUBLISHED and now < min(self.closes_at or self.starts_at, self.starts_at)


_SHOWN = select(*(Event.__table__.c[name] for name in PublicEvent._fields))


def public_event(slug: str) -> PublicEvent:
    """Announced, cancelled or over. Raises NotFound for a draft."""
    columns = Event.__table__.c
    row = db.session.execute(_SHOWN.where(columns.slug == slug, columns.state != EventState.DRAFT)).one_or_none()
    if row is None:
        raise NotFound("events.not_found", "There is no such event.")
    return PublicEvent(*row)


def preview(actor: Actor, event_id: int) -> PublicEvent:
    """As visitors would see it, announced or not."""
    found = get(actor, Event, event_id)
    return PublicEvent(*(getattr(found, name) for name in PublicEvent._fields))


class Invitee(NamedTuple):
    """Whom a message went to, and what it was."""

    message_id: int
    name: str
    email: str
    company: str
    source: str


def invitee(token: str) -> Invitee | None:
    """Behind the personal part of a link in a mail; None for one that was not made here."""
    read = read_token(token)
    if read is None:
        return None
    columns = (Message.id, Message.recipient, Message.address, Contact.first_name, Contact.last_name)
    query = (
        select(*columns, Account.name.label("company"), Broadcast.name.label("mailing"))
        .outerjoin(Contact, Contact.id == Message.contact_id)
        .outerjoin(Account, Account.id == Contact.account_id)
        .outerjoin(Broadcast, (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id))
        .where(Message.id == read[0], Message.channel == Channel.EMAIL)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    name = " ".join(part for part in (row.first_name, row.last_name) if part) or row.recipient
    return Invitee(row.id, name, row.address, row.company or "", f"invitation: {row.mailing or 'mail'}")
