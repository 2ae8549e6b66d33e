"""Events one by one and as a list."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import joinedload

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to

from ..models import Event
from ..states import EventState


def event(actor: Actor, event_id: int, *, lock: bool = False) -> Event:
    """With its campaign. Raises NotFound."""
    return get(actor, Event, event_id, lock=lock, load=(joinedload(Event.campaign),))


def published(actor: Actor) -> Sequence[Event]:
    """Those one can still be invited to, the next one first."""
    query = visible_to(actor, Event).where(Event.state == EventState.PUBLISHED, Event.starts_at > clock.now())
    return db.session.scalars(query.order_by(Event.starts_at, Event.id).limit(200)).all()


EVENTS = Listing(
    name="events",
    query=lambda actor: visible_to(actor, Event).options(joinedload(Event.campaign)),
    identity=Event.id,
    fields=(
        Field("name", "Event", func.lower(Event.name), value=lambda one: one.name),
        Field("starts_at", "Begins", Event.starts_at, kind="datetime", filter="range"),
        Field("venue", "Place", Event.venue, value=lambda one: one.venue.partition("\n")[0] or "Online"),
        Field("taken", "Seats taken", Event.taken, kind="number"),
        Field("capacity", "Seats", Event.capacity, kind="number"),
        Field("campaign", "Campaign", value=lambda one: one.campaign.name if one.campaign else ""),
        Field("state", "State", Event.state, kind="state", value=lambda one: one.state.capitalize(), filter="choice",
              choices=lambda actor: [(one.value, one.capitalize()) for one in EventState]),
    ),
    sort="-starts_at",
    words=(Event.name, Event.summary, Event.venue),
    views=(("Coming", "state=published&sort=starts_at"), ("Drafts", "state=draft"), ("Over", "state=ended")),
)  # fmt: skip
