"""What follows from a registration outside its event: the contact, its timeline, its campaign, its consent."""

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.accounts.queries import matches
from portal.accounts.rules import domain_of, split_name
from portal.activities.services import log
from portal.activities.states import Kind
from portal.broadcasts.models import Broadcast
from portal.campaigns.services import Response, enrol, respond
from portal.consent import services as consent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.db import db
from portal.messages.models import Message

from ..models import Event, EventRegistration
from ..states import RegistrationState

R = RegistrationState
SAID = {
    R.REGISTERED: (Kind.FORM, "Registered for"),
    R.WAITLISTED: (Kind.FORM, "Is on the waiting list of"),
    R.CANCELLED: (Kind.SYSTEM, "Cancelled the registration for"),
    R.ATTENDED: (Kind.MEETING, "Attended"),
    R.NO_SHOW: (Kind.SYSTEM, "Did not come to"),
}


def note_move(registration_id: int, sequence: int) -> None:
    """Once for every move, however often it is called; a move that was followed by another one is passed over."""
    found = db.session.get_one(EventRegistration, registration_id, with_for_update=True, populate_existing=True)
    if found.sequence != sequence or found.noted >= sequence:
        return
    event, first = db.session.get_one(Event, found.event_id), found.noted < 0
    contact = _contact(found, event)
    found.noted, found.contact_id = sequence, contact.id
    kind, did = SAID[found.state]
    log(
        kind, f"{did} “{event.name}”", author=contact.name, at=found.attended_at or clock.now(),
        about=[(Event.noun, event.id), (Contact.noun, contact.id)], url=f"/events/{event.id}",
        owner_id=contact.owner_id, territory_id=contact.territory_id,
    )  # fmt: skip
    if found.state in (R.REGISTERED, R.WAITLISTED, R.ATTENDED):
        _respond(found, event, f"{did} {event.name}")
    if first and found.news:
        _agree(found, event)


def _contact(found: EventRegistration, event: Event) -> Contact:
    """The contact with the address, or a new one: at the account whose domain it is, if there is just one."""
    known = db.session.scalar(select(Contact).where(Contact.email == found.email))
    if known is not None:
        return known
    first, last = split_name(found.name)
    there = matches(domain_of(found.email), "")
    account = db.session.get_one(Account, there[0].account_id) if len(there) == 1 else None
    made = Contact(
        first_name=first, last_name=last or found.email.partition("@")[0], email=found.email, language=event.language,
        account_id=account.id if account else None, owner_id=account.owner_id if account else None,
        territory_id=account.territory_id if account else None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _respond(found: EventRegistration, event: Event, what: str) -> None:
    """To the campaign of the event, or else to that of the mailing which invited them."""
    campaign_id = event.campaign_id or db.session.scalar(
        select(Broadcast.campaign_id)
        .join(Message, (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id))
        .where(Message.id == found.message_id)
    )
    if campaign_id:
        enrol(campaign_id, select(Contact.id).where(Contact.id == found.contact_id), source=f"event: {event.name}")
        assert found.contact_id is not None
        respond([Response(campaign_id, found.contact_id, found.attended_at or found.registered_at, what)])


def _agree(found: EventRegistration, event: Event) -> None:
    said: dict[str, Any] = {
        "source": f"event:{event.slug}",
        "wording": found.news,
        "ip": found.ip,
        "topic_id": event.topic_id,
    }
    if event.double_opt_in:
        consent.ask(found.email, language=event.language, **said)
    else:
        consent.record(Channel.EMAIL, found.email, Purpose.COMMERCIAL, ConsentState.OPTED_IN, **said)
