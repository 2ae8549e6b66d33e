"""Writing broadcasts, writing their audience down, letting them go, and counting what came of them."""

from .audience import AT_A_TIME, audience, write_down
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
from .tallies import count_due, recount, uncounted
from .trials import call_off, look, set_up, stop, tests_due

__all__ = [
    "AT_A_TIME", "add_variant", "audience", "begin_due", "broadcast_ended", "broadcast_stopped", "call_off", "cancel",
    "change", "change_variant", "count_due", "create", "frozen", "look", "pause", "recount", "remove_variant",
    "resume", "set_up", "start", "stop", "take_back", "tests_due", "uncounted", "write_down",
]  # fmt: skip
