"""What segments can ask about events."""

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.events.models import Event, EventRegistration
from portal.events.states import SEATED, EventState, RegistrationState
from portal.kernel.db import db
from portal.segments.queries import Event as Happening
from portal.segments.queries import Rows, register_event, register_source

R = RegistrationState
MINE = EventRegistration


def _events() -> list[tuple[str, str]]:
    """The latest ones; older ones keep their name where a rule has them already."""
    recent = select(Event.id, Event.name).order_by(Event.starts_at.desc()).limit(500)
    return [(str(key), name) for key, name in db.session.execute(recent)]


def _about(event_id: int) -> Any:
    return MINE.event_id == event_id


def _name() -> Any:
    return select(Event.name).where(Event.id == MINE.event_id).correlate(MINE).scalar_subquery()


def _register(key: str, verb: str, denied: str, at: Any, *where: Any, needs: str = "", note: str = "") -> None:
    def rows(human: bool, timed: bool) -> Rows:
        return Rows(Contact.id, MINE.contact_id, at, MINE.event_id, _name(), where, _about)

    register_event(
        Happening(
            f"event.{key}", verb, denied, "an event", "Events", rows, subjects=_events, needs=needs, note=note,
            permission="events.view",
        )
    )  # fmt: skip


HELD = (Event.id == MINE.event_id, Event.state == EventState.ENDED)  # not before it is over did somebody not come
THERE = (Event.id == MINE.event_id, MINE.state == R.ATTENDED)
_register("registered", "registered for", "did not register for", MINE.registered_at, MINE.state.in_(SEATED))
_register(
    "waiting",
    "are on the waiting list of",
    "are not on the waiting list of",
    MINE.queued_at,
    MINE.state == R.WAITLISTED,
)
_register("cancelled", "cancelled for", "did not cancel for", MINE.cancelled_at, MINE.state == R.CANCELLED)
_register("expected", "had a seat at", "had no seat at", Event.starts_at, MINE.state.in_(SEATED), *HELD)
_register(
    "attended", "attended", "did not attend", Event.starts_at, *THERE, needs="event.expected",
    note="Only who had a seat at an event that is over can be said not to have attended. Its day is when it began.",
)  # fmt: skip
register_source(EventRegistration, EventRegistration.contact_id, Contact.id)
