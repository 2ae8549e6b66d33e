"""Keeping events, giving seats, and saying who came."""

from .announcing import cancel_event, change_event, create_event, end_events, publish_event, withdraw_event
from .noting import note_move
from .seats import Guest, cancel, mark, register, restore

__all__ = [
    "Guest", "cancel", "cancel_event", "change_event", "create_event", "end_events", "mark", "note_move",
    "publish_event", "register", "restore", "withdraw_event",
]  # fmt: skip
