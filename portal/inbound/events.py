"""What people did."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class ContactReplied(Event):
    """A person answered one of our messages: whatever runs by itself towards this person ends."""

    contact_id: int
    message_id: int
    inbound_id: int
