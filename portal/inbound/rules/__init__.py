"""Reading what comes back: mails and events."""

from .events import Told, read_events, shape_of
from .notice import Notice
from .reading import read_mail

__all__ = ["Notice", "Told", "read_events", "read_mail", "shape_of"]
