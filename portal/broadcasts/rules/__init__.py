"""When each recipient's message is due, who is left out, and what an SMS takes."""

from .local import due_at, first_due
from .sms import Segments, segments_of

LEFT_OUT = {
    "no_address": "The contact has no address on this channel.",
    "duplicate": "Another contact in the audience has the same address and gets the message.",
    "hold_out": "Left out on purpose, to compare with those who got it.",
}

__all__ = ["LEFT_OUT", "Segments", "due_at", "first_due", "segments_of"]
