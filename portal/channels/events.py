"""What happened to deal registrations."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class RegistrationSubmitted(Event):
    registration_id: int


@dataclass(frozen=True)
class RegistrationDecided(Event):
    registration_id: int
