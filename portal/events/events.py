"""What happened to events and registrations."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class RegistrationMoved(Event):
    """To another state; `sequence` is that of the registration since. `told`: the guest gets a mail about it."""

    registration_id: int
    sequence: int
    told: bool


@dataclass(frozen=True)
class ConfirmationAskedAgain(Event):
    """Somebody who is registered sent the form once more, by another copy of it."""

    registration_id: int
    nonce: str


@dataclass(frozen=True)
class EventChanged(Event):
    """When, where or whether it takes place. Guests are told a slice at a time."""

    event_id: int
    sequence: int
    after_id: int = 0
