"""What changed about the model."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class ModelChanged(Event):
    """Every open lead is to be scored anew, in slices: this one starts after `after_id`."""

    after_id: int
