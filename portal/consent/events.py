"""What happens in consent that others react to."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class ConfirmationAsked(Event):
    """A form asked for messages in the name of an address; its owner shall confirm that by a mailed link."""

    consent_id: int
    number: int  # which mail to this address it is
    language: str


@dataclass(frozen=True)
class DataRequested(Event):
    """The owner of an address asked for their data."""

    request_id: int


@dataclass(frozen=True)
class PersonErased(Event):
    """These contacts are nobody any more."""

    contact_ids: list[int]
