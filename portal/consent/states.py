"""Channels, purposes and what somebody has said about them."""

from enum import StrEnum, auto


class Channel(StrEnum):
    EMAIL = auto()
    SMS = auto()


class Purpose(StrEnum):
    COMMERCIAL = auto()
    TRANSACTIONAL = auto()


class ConsentState(StrEnum):
    OPTED_IN = auto()
    OPTED_OUT = auto()


class SuppressionReason(StrEnum):
    UNSUBSCRIBED = auto()
    HARD_BOUNCE = auto()
    COMPLAINT = auto()
    STOP = auto()
    MANUAL = auto()
    ERASED = auto()
