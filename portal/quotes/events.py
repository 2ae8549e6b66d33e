"""What other parts hear of quotes."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class RevisionSent(Event):
    """The offer is frozen and on its way: print and mail it."""

    revision_id: int


@dataclass(frozen=True)
class QuoteAccepted(Event):
    quote_id: int
    revision_id: int


@dataclass(frozen=True)
class QuoteDeclined(Event):
    quote_id: int
    revision_id: int
