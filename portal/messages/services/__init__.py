"""Queueing messages, delivering them, keeping the pace of it, and settling those whose outcome nobody knows."""

from .batches import cancel_batch, clear_cancelled, open_batch, pause_batch, run_batch, watch
from .bounces import give_up_addresses
from .capture import Capture
from .delivery import deliver
from .events import News, record_event, record_events
from .letters import Desk, Letter
from .queue import host_of_ids, queue_email, queue_sms, write_content
from .servers import (
    add_domain,
    add_server,
    adopt_servers,
    change_domain,
    change_server,
    enter_server,
    forget_server,
    note_dns,
    wake_server,
)
from .settling import cancel, hold, recover, release, resend, treat_as_sent
from .traces import sent_to
from .ways import Transport, Way

__all__ = [
    "Capture", "Desk", "Letter", "News", "Transport", "Way", "add_domain", "add_server", "adopt_servers", "cancel",
    "cancel_batch", "change_domain", "change_server", "clear_cancelled", "deliver", "enter_server", "forget_server",
    "give_up_addresses", "hold", "host_of_ids", "note_dns", "open_batch", "pause_batch", "queue_email", "queue_sms",
    "record_event", "record_events", "recover", "release", "resend", "run_batch", "sent_to", "treat_as_sent",
    "wake_server", "watch", "write_content",
]  # fmt: skip
