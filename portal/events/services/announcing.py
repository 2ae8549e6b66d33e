"""Making events, changing them, and telling their guests."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from portal.campaigns.models import Campaign
from portal.campaigns.rules import utm_word
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.messages.services import host_of_ids
from portal.organization.queries import authorize, get, own_position
from portal.segments.services import touch

from .. import queries
from ..events import EventChanged
from ..models import Event, EventRegistration
from ..rules import COUNTED_AFTER, TIMES, check_times, moment
from ..states import EVENT_MOVES, EventState, RegistrationState
from .seats import move, promote

R = RegistrationState
WITH_CONTACT = EventRegistration.contact_id.is_not(None)
TOLD = ("name", "starts_at", "ends_at", "timezone", "venue", "online_url")  # a change of these concerns guests


def create_event(actor: Actor, **values: Any) -> int:
    authorize(actor, "events.edit")
    given = _checked(actor, values)
    made = Event(
        **given, slug=_free_slug(given["name"]), uid=f"{uuid.uuid4().hex}@{host_of_ids()}", owner_id=own_position(actor)
    )
    db.session.add(made)
    db.session.flush()
    return made.id


def change_event(actor: Actor, event_id: int, version: int | None, **values: Any) -> int:
    """Guests hear of what concerns them; more seats go to those who wait. Raises Stale, and Refused for fewer seats than
    are taken."""
    changed = _editable(actor, event_id)
    changed.expect(version)
    if changed.state in (EventState.CANCELLED, EventState.ENDED):
        raise Refused("events.over", f"This event is {changed.state}, so it stays as it was.")
    given = _checked(actor, values)
    if given["capacity"] is not None and given["capacity"] < changed.taken:
        words = f"{changed.taken} seats are taken already. Cancel registrations first."
        raise Refused("events.taken", words, "capacity")
    concerned = any(given[name] != getattr(changed, name) for name in TOLD)
    for name, value in given.items():
        setattr(changed, name, value)
    if concerned and changed.state == EventState.PUBLISHED:
        _tell(changed)
    db.session.flush()
    promote(changed)
    return changed.id


def publish_event(actor: Actor, event_id: int) -> None:
    found = _editable(actor, event_id)
    check_move(EVENT_MOVES, found.state, EventState.PUBLISHED, noun="event")
    if found.ends_at <= clock.now():
        raise Refused("events.past", "This event lies in the past: change its time first.")
    found.state = EventState.PUBLISHED


def withdraw_event(actor: Actor, event_id: int) -> None:
    """Back to a draft, as long as nobody has registered."""
    found = _editable(actor, event_id)
    check_move(EVENT_MOVES, found.state, EventState.DRAFT, noun="event")
    if db.session.scalar(select(exists().where(EventRegistration.event_id == event_id))):
        raise Refused("events.has_guests", "People have registered. Cancel the event, so that they are told.")
    found.state = EventState.DRAFT


def cancel_event(actor: Actor, event_id: int) -> None:
    """It does not take place, and everybody who wanted to come is told."""
    found = _editable(actor, event_id)
    check_move(EVENT_MOVES, found.state, EventState.CANCELLED, noun="event")
    found.state = EventState.CANCELLED
    _tell(found)


def _tell(event: Event) -> None:
    event.sequence += 1
    emit(EventChanged(event.id, event.sequence))


def _editable(actor: Actor, event_id: int) -> Event:
    found = queries.event(actor, event_id, lock=True)
    authorize(actor, "events.edit", found)
    return found


def _checked(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    times = {name: values[name] and moment(values[name], values["timezone"]) for name in TIMES}
    check_times(times["starts_at"], times["ends_at"], times["closes_at"])
    if values["campaign_id"]:
        get(actor, Campaign, values["campaign_id"])
    if not values["venue"] and not values["online_url"]:
        raise Refused("events.nowhere", "Say where it takes place, or give the address to join it.", "venue")
    return values | times


def _free_slug(name: str) -> str:
    """The name as an address; the second event of a name gets a number."""
    word = utm_word(name) or "event"
    used = set(db.session.scalars(select(Event.slug).where(Event.slug.startswith(word, autoescape=True))))
    return next(slug for n in range(1, len(used) + 2) if (slug := f"{word}-{n}" if n > 1 else word) not in used)


def end_events(now: datetime) -> None:
    """Events that are over have ended. A day later, where attendance was taken, the others did not come."""
    over = select(Event).where(Event.state == EventState.PUBLISHED, Event.ends_at <= now).with_for_update()
    for event in db.session.scalars(over).all():
        event.state = EventState.ENDED
        touch(select(EventRegistration.contact_id).where(EventRegistration.event_id == event.id, WITH_CONTACT))
    guest = EventRegistration.event_id == Event.id
    counted = exists().where(guest, EventRegistration.state == R.ATTENDED)
    done = select(Event.id).where(Event.state == EventState.ENDED, Event.ends_at <= now - COUNTED_AFTER, counted)
    missing = select(EventRegistration).where(
        EventRegistration.event_id.in_(done), EventRegistration.state == R.REGISTERED
    )
    for one in db.session.scalars(missing.with_for_update()).all():
        move(one, R.NO_SHOW, told=False)
