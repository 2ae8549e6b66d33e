"""Who gets a seat. Every act holds the row of the event: nothing else decides about its seats meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.organization.queries import authorize

from .. import queries
from ..events import ConfirmationAskedAgain, RegistrationMoved
from ..models import Event, EventRegistration
from ..rules import CHECK_IN_BEFORE
from ..states import MOVES, SEATED, STATE_NAMES, RegistrationState

R = RegistrationState
BEGUN = Refused("events.begun", "This event has begun already.")


@dataclass(frozen=True)
class Guest:
    """Somebody who wants to come, and the form by which they said so."""

    name: str
    email: str
    nonce: str
    company: str = ""
    source: str = "page"
    message_id: int | None = None  # the invitation
    origin: Mapping[str, str] = field(default_factory=dict)
    news: str = ""
    ip: str | None = None


def locked(event_id: int) -> Event:
    """Raises NotFound. From here on nobody else gives or frees a seat of this event."""
    query = select(Event).where(Event.id == event_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("events.not_found", "There is no such event.")
    return found


def register(event_id: int, guest: Guest) -> RegistrationState:
    """A seat, or a place on the waiting list. Who has either keeps it and is sent the mail again, once per form.

    Raises Refused when registration is not open.
    """
    event, now = locked(event_id), clock.now()
    if not event.is_open(now):
        raise Refused("events.closed", "Registration for this event is closed.")
    mine = EventRegistration.event_id == event_id, EventRegistration.email == guest.email
    found = db.session.scalar(select(EventRegistration).where(*mine).execution_options(populate_existing=True))
    if found is not None and found.state != R.CANCELLED:
        if found.nonce != guest.nonce:
            found.nonce = guest.nonce
            emit(ConfirmationAskedAgain(found.id, guest.nonce))
        return found.state
    if found is None:
        found = EventRegistration(event_id=event_id, email=guest.email, sequence=-1)
    for name in ("name", "company", "nonce", "source", "message_id", "news", "ip"):
        setattr(found, name, getattr(guest, name))
    found.origin, found.registered_at = dict(guest.origin), now
    return _seat(event, found)


def _seat(event: Event, registration: EventRegistration) -> RegistrationState:
    """The last seat that is free, or the end of the line. A new registration is written once, with its state."""
    full = event.free is not None and event.free <= 0
    if not full:
        _take(event, 1)
    registration.cancelled_at, registration.queued_at = None, clock.now()
    db.session.add(registration)
    return move(registration, R.WAITLISTED if full else R.REGISTERED)


def _take(event: Event, seats: int) -> None:
    """Past the version: an editor of the event is not disturbed by its guests."""
    change = update(Event).where(Event.id == event.id).values(taken=Event.taken + seats).returning(Event.taken)
    set_committed_value(event, "taken", db.session.scalar(change.execution_options(synchronize_session=False)))


def move(registration: EventRegistration, state: RegistrationState, *, told: bool = True) -> RegistrationState:
    """Write it down, and owe what follows. Seats are counted by the caller."""
    registration.state, registration.sequence = state, registration.sequence + 1
    db.session.flush()
    emit(RegistrationMoved(registration.id, registration.sequence, told))
    return state


def promote(event: Event) -> int:
    """Seats that are free go to those who have waited longest; not any more once the event begins. Returns how many."""
    now = clock.now()
    if event.free == 0 or now >= event.starts_at:
        return 0
    line = select(EventRegistration).where(
        EventRegistration.event_id == event.id, EventRegistration.state == R.WAITLISTED
    )
    line = line.order_by(EventRegistration.queued_at, EventRegistration.id).limit(event.free)
    waiting = db.session.scalars(line.execution_options(populate_existing=True)).all()
    if waiting:
        _take(event, len(waiting))
    for one in waiting:
        one.promoted_at = now
        move(one, R.REGISTERED)
    return len(waiting)


def _held(registration_id: int) -> tuple[Event, EventRegistration]:
    """Both locked, the event first. Raises NotFound."""
    event_id = db.session.scalar(select(EventRegistration.event_id).where(EventRegistration.id == registration_id))
    event = locked(event_id or 0)
    return event, db.session.get_one(EventRegistration, registration_id, populate_existing=True)


def _editable(actor: Actor, registration_id: int) -> tuple[Event, EventRegistration]:
    queries.registration(actor, registration_id)
    event, found = _held(registration_id)
    authorize(actor, "events.edit", event)
    return event, found


def cancel(actor: Actor | None, registration_id: int) -> RegistrationState:
    """By somebody of ours, or (None) by the guest, with the link of the mail. The next in line gets the seat."""
    event, found = _editable(actor, registration_id) if actor else _held(registration_id)
    check_move(MOVES, found.state, R.CANCELLED, noun="registration")
    if actor is None and clock.now() >= event.starts_at:
        raise BEGUN
    seated = found.state in SEATED
    found.cancelled_at = clock.now()
    move(found, R.CANCELLED)
    if seated:
        _take(event, -1)
        promote(event)
    return R.CANCELLED


def restore(actor: Actor | None, registration_id: int) -> RegistrationState:
    """Takes a cancellation back, as far as a seat is free; else they are last in line."""
    event, found = _editable(actor, registration_id) if actor else _held(registration_id)
    if found.state != R.CANCELLED:
        return found.state
    if not (event.is_open(clock.now()) if actor is None else clock.now() < event.starts_at):
        raise BEGUN
    return _seat(event, found)


def mark(actor: Actor, registration_id: int, state: RegistrationState) -> None:
    """Came, did not come, or neither is known (registered). Told to nobody."""
    event, found = _editable(actor, registration_id)
    if found.state == state:
        return
    if found.state not in SEATED:
        raise Refused("events.no_seat", f"{found.name} holds no seat: {STATE_NAMES[found.state].lower()}.")
    check_move(MOVES, found.state, state, noun="registration")
    now = clock.now()
    if now < event.starts_at - CHECK_IN_BEFORE and state != R.REGISTERED:
        raise Refused("events.not_begun", "Who came can be said from 12 hours before it begins.")
    found.attended_at = min(max(now, event.starts_at), event.ends_at) if state == R.ATTENDED else None
    move(found, state, told=False)
