"""What happens to segments."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class SegmentChanged(Event):
    """Its members have to be worked out again for everybody."""

    segment_id: int


@dataclass(frozen=True)
class ContactEnteredSegment(Event):
    """Many contacts in one event: there is never one for each."""

    segment_id: int
    contact_ids: Sequence[int]
    at: str  # ISO 8601


@dataclass(frozen=True)
class ContactLeftSegment(Event):
    segment_id: int
    contact_ids: Sequence[int]
    at: str
