"""Who registered for events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, func, or_, select, true
from sqlalchemy.orm import contains_eager

from portal.accounts.models import Contact
from portal.consent.rules import ENDED, unseal_for
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import visible_to

from ..models import Event, EventRegistration
from ..rules import REGISTRATION
from ..states import COMING, STATE_NAMES, RegistrationState

_WITH_EVENT = select(EventRegistration).join(EventRegistration.event).options(contains_eager(EventRegistration.event))


def _registrations(actor: Actor) -> Select[Any]:
    """Of guests whose contact the reader sees; whoever keeps events sees all of them."""
    contacts = visible_to(actor, Contact).with_only_columns(Contact.id)
    seen = true() if actor.may("events.edit") else EventRegistration.contact_id.in_(contacts)
    return (
        select(EventRegistration)
        .join(EventRegistration.event)
        .outerjoin(EventRegistration.contact)
        .outerjoin(Contact.account)
        .options(
            contains_eager(EventRegistration.event),
            contains_eager(EventRegistration.contact).contains_eager(Contact.account),
        )
        .where(EventRegistration.event_id.in_(visible_to(actor, Event).with_only_columns(Event.id)), seen)
    )


def registration(actor: Actor, registration_id: int) -> EventRegistration:
    """With its event and contact. Raises NotFound for one the actor may not see."""
    found: EventRegistration | None = db.session.scalar(
        _registrations(actor).where(EventRegistration.id == registration_id)
    )
    if found is None:
        raise ENDED
    return found


def registration_behind(token: str) -> EventRegistration:
    """Of the guest with this link, with its event. Raises NotFound when it was not made here, has ended, or the person
    was erased."""
    found = db.session.scalar(_WITH_EVENT.where(EventRegistration.id == unseal_for(REGISTRATION, token)))
    if found is None or found.name == persons.NOBODY:
        raise ENDED
    return found


def with_event(registration_id: int) -> EventRegistration:
    return db.session.scalars(_WITH_EVENT.where(EventRegistration.id == registration_id)).one()


def coming(event_id: int, after_id: int, limit: int) -> Sequence[EventRegistration]:
    """Those who have a seat or wait for one, by id, with their event."""
    mine = EventRegistration.event_id == event_id, EventRegistration.id > after_id, EventRegistration.state.in_(COMING)
    return db.session.scalars(_WITH_EVENT.where(*mine).order_by(EventRegistration.id).limit(limit)).all()


def tally(event_id: int) -> dict[RegistrationState, int]:
    """Registrations by state."""
    query = select(EventRegistration.state, func.count()).where(EventRegistration.event_id == event_id)
    counted = dict(db.session.execute(query.group_by(EventRegistration.state)).all())
    return {state: counted.get(state, 0) for state in RegistrationState}


def latest(actor: Actor, event_id: int, limit: int = 20) -> Sequence[EventRegistration]:
    """The latest ones that the actor sees."""
    mine = _registrations(actor).where(EventRegistration.event_id == event_id)
    order = (EventRegistration.registered_at.desc(), EventRegistration.id.desc())
    return db.session.scalars(mine.order_by(*order).limit(limit)).all()


def _events(actor: Actor) -> list[tuple[str, str]]:
    named = visible_to(actor, Event).with_only_columns(Event.id, Event.name).order_by(Event.starts_at.desc()).limit(500)
    return [(str(row.id), row.name) for row in db.session.execute(named)]


REGISTRATIONS = Listing(
    name="event_registrations",
    query=_registrations,
    identity=EventRegistration.id,
    fields=(
        Field("name", "Guest", func.lower(EventRegistration.name), value=lambda one: one.name),
        Field("email", "Email", EventRegistration.email),
        Field("company", "Company", EventRegistration.company,
              value=lambda one: one.contact.account.name if one.contact and one.contact.account else one.company),
        Field("event", "Event", EventRegistration.event_id, value=lambda one: one.event.name, filter="choice",
              choices=_events, sortable=False),
        Field("state", "State", EventRegistration.state, kind="state", value=lambda one: STATE_NAMES[one.state],
              filter="choice", choices=lambda actor: [(key.value, name) for key, name in STATE_NAMES.items()]),
        Field("source", "Came by", EventRegistration.source, filter="contains"),
        Field("registered_at", "Registered", EventRegistration.registered_at, kind="datetime", filter="range"),
        Field("attended_at", "Came", EventRegistration.attended_at, kind="datetime", shown=False),
    ),
    sort="-registered_at",
    words=(EventRegistration.name, EventRegistration.email, EventRegistration.company),
    views=(("Coming", "state=registered"), ("Waiting", "state=waitlisted&sort=registered_at"), ("Came", "state=attended")),
)  # fmt: skip


def _of(person: persons.Person) -> Any:
    return or_(EventRegistration.email.in_(person.emails), EventRegistration.contact_id.in_(person.of(Contact.noun)))


ERASED: dict[str, Any] = {
    "name": persons.NOBODY, "email": EventRegistration.__table__.c.id.cast(String) + "@erased.invalid", "company": "",
    "origin": {}, "news": "", "ip": None,
}  # fmt: skip
persons.leave(persons.Trail("event registrations", EventRegistration, _of, ERASED))
