"""States of events and registrations."""

from enum import StrEnum, auto


class EventState(StrEnum):
    DRAFT = auto()
    PUBLISHED = auto()
    CANCELLED = auto()
    ENDED = auto()


class RegistrationState(StrEnum):
    REGISTERED = auto()
    WAITLISTED = auto()
    CANCELLED = auto()
    ATTENDED = auto()
    NO_SHOW = auto()


E, R = EventState, RegistrationState
EVENT_MOVES = {
    E.DRAFT: frozenset({E.PUBLISHED}),
    E.PUBLISHED: frozenset({E.DRAFT, E.CANCELLED, E.ENDED}),
}
MOVES = {  # whether a seat is free decides between registered and waitlisted
    R.REGISTERED: frozenset({R.ATTENDED, R.NO_SHOW, R.CANCELLED}),
    R.WAITLISTED: frozenset({R.REGISTERED, R.CANCELLED}),
    R.CANCELLED: frozenset({R.REGISTERED, R.WAITLISTED}),
    R.ATTENDED: frozenset({R.REGISTERED, R.NO_SHOW}),
    R.NO_SHOW: frozenset({R.REGISTERED, R.ATTENDED}),
}
SEATED = (R.REGISTERED, R.ATTENDED, R.NO_SHOW)  # these hold a seat
COMING = (R.REGISTERED, R.WAITLISTED)  # who hears of changes
STATE_NAMES = {
    R.REGISTERED: "Registered",
    R.WAITLISTED: "Waiting list",
    R.CANCELLED: "Cancelled",
    R.ATTENDED: "Attended",
    R.NO_SHOW: "Did not come",
}
