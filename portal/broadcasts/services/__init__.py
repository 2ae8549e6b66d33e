"""Writing broadcasts, writing their audience down, and letting them go."""

from .audience import SLICE, audience, write_down
from .drafts import add_variant, change, change_variant, create, remove_variant
from .sending import (
    begin_due,
    broadcast_ended,
    broadcast_stopped,
    cancel,
    frozen,
    pause,
    resume,
    start,
    take_back,
)

__all__ = [
    "SLICE", "add_variant", "audience", "begin_due", "broadcast_ended", "broadcast_stopped", "cancel", "change",
    "change_variant", "create", "frozen", "pause", "remove_variant", "resume", "start", "take_back", "write_down",
]  # fmt: skip
