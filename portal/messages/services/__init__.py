"""Queueing messages, delivering them, and settling those whose outcome nobody knows."""

from .capture import Capture
from .delivery import Transport, deliver
from .letters import Letter
from .queue import queue_email, queue_sms
from .settling import cancel, hold, pause, recover, release, resend, treat_as_sent

__all__ = [
    "Capture", "Letter", "Transport", "cancel", "deliver", "hold", "pause", "queue_email", "queue_sms",
    "recover", "release", "resend", "treat_as_sent",
]  # fmt: skip
