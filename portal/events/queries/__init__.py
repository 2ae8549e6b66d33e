"""Events, their guests, and what visitors see of them."""

from .guests import REGISTRATIONS, coming, latest, registration, registration_behind, tally, with_event
from .listed import EVENTS, event, published
from .public import Invitee, PublicEvent, invitee, preview, public_event

__all__ = [
    "EVENTS", "REGISTRATIONS", "Invitee", "PublicEvent", "coming", "event", "invitee", "latest", "preview", "public_event",
    "published", "registration", "registration_behind", "tally", "with_event",
]  # fmt: skip
