"""Taking in mail and what mail services tell, and acting on it."""

from . import traces as traces
from .effects import Fact, take_effect
from .hooks import receive, refuse, set_webhook
from .intake import reclassify, take_in
from .mailboxes import enter, forget, polled, switch, take_one
from .texts import take_text

__all__ = [
    "Fact", "enter", "forget", "polled", "receive", "reclassify", "refuse", "set_webhook", "switch", "take_effect",
    "take_in", "take_one", "take_text",
]  # fmt: skip
