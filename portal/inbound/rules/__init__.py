"""Reading returned mails and events."""

from .notice import Notice
from .reading import read_mail

__all__ = ["Notice", "read_mail"]
