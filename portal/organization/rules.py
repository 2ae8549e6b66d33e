"""What a logo may be, and how a newcomer ramps up."""

from collections.abc import Sequence
from decimal import Decimal

LOGO_LIMIT = 512 * 1024
_STARTS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def picture_kind(content: bytes) -> str | None:
    """The media type by the first bytes; None for anything but PNG and JPEG."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


def ramp_factor(percents: Sequence[int], months: int) -> Decimal:
    """The share of the full quota in the month that begins `months` whole months after the first one."""
    return Decimal(percents[months]) / 100 if months < len(percents) else Decimal(1)
