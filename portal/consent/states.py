"""Channels, purposes, what somebody has said about them, and how a yes or a no is read."""

from enum import StrEnum, auto


class Channel(StrEnum):
    EMAIL = auto()
    SMS = auto()


class Purpose(StrEnum):
    COMMERCIAL = auto()
    TRANSACTIONAL = auto()
    TRACKING = auto()  # not a message: whether openings and clicks may be noted


SENT_FOR = (Purpose.COMMERCIAL, Purpose.TRANSACTIONAL)  # what a message can be for


class ConsentState(StrEnum):
    OPTED_IN = auto()
    OPTED_OUT = auto()
    PENDING = auto()  # asked for by a form; the owner of the address has not confirmed it yet


class Enforcement(StrEnum):
    """Who is written to: who said yes, who did not say no, or everybody."""

    RESTRICTIVE = auto()
    NON_RESTRICTIVE = auto()
    DISABLED = auto()


class OverCap(StrEnum):
    """What becomes of a message that would be one too many."""

    DROP = auto()
    WAIT = auto()


class RequestKind(StrEnum):
    """What a person asks of us under data protection law."""

    EXPORT = auto()
    ERASE = auto()


class RequestState(StrEnum):
    OPEN = auto()
    DONE = auto()
    REFUSED = auto()


class SuppressionReason(StrEnum):
    UNSUBSCRIBED = auto()
    HARD_BOUNCE = auto()
    COMPLAINT = auto()
    STOP = auto()
    MANUAL = auto()
    ERASED = auto()
