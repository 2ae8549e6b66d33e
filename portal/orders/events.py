"""What other parts hear of orders."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """Print and mail the confirmation."""

    order_id: int
