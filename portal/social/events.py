"""What happens to posts."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class PublicationDue(Event):
    publication_id: int
    round: int  # how often the post was scheduled: an older appointment means nothing any more
    attempt: int  # how often it was tried before
