"""Addresses, the words of a verdict, links, caps, and hours by the recipient's clock."""

from .addresses import address_hash, answer_in, normal_address, normal_email, normal_phone, reason_in, use_key
from .caps import SPAN_NAMES, SPANS, next_slot
from .hours import DEFAULT_HOURS, Hours, Window, hours_at, windows_for, windows_in
from .places import Place, is_zone, place_by
from .tokens import CONFIRM_WITHIN, CONFIRMATION, DATA, ENDED, FETCH_WITHIN, Reader, seal, seal_for, unseal, unseal_for
from .words import BLOCKS_ALL, LATER, WHY, Verdict

__all__ = [
    "BLOCKS_ALL", "CONFIRMATION", "CONFIRM_WITHIN", "DATA", "DEFAULT_HOURS", "ENDED", "FETCH_WITHIN", "LATER", "SPANS",
    "SPAN_NAMES", "WHY", "Hours", "Place", "Reader", "Verdict", "Window", "address_hash", "answer_in", "hours_at",
    "is_zone", "next_slot", "normal_address", "normal_email", "normal_phone", "place_by", "reason_in", "seal",
    "seal_for", "unseal", "unseal_for", "use_key", "windows_for", "windows_in",
]  # fmt: skip
