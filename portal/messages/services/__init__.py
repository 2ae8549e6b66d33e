"""Queueing messages, delivering them, and settling those whose outcome nobody knows."""

from .capture import Capture
from .delivery import Transport, deliver
from .events import News, record_event, record_events
from .letters import Letter
from .queue import queue_email, queue_sms
from .settling import cancel, hold, pause, recover, release, resend, treat_as_sent

__all__ = [
    "Capture", "Letter", "News", "Transport", "cancel", "deliver", "hold", "pause", "queue_email", "queue_sms",
    "record_event", "record_events", "recover", "release", "resend", "treat_as_sent",
]  # fmt: skip
