"""What happened to messages."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class BatchEnded(Event):
    """Every message of it has gone, or never will."""

    batch_id: int


@dataclass(frozen=True)
class BatchStopped(Event):
    """A breaker has paused it; `why` is a sentence."""

    batch_id: int
    why: str
