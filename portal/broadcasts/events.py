"""What happened to broadcasts."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class BroadcastSent(Event):
    """Every message of it has gone, or never will."""

    broadcast_id: int
