"""States of a broadcast."""

from enum import StrEnum, auto


class BroadcastState(StrEnum):
    DRAFT = auto()
    SCHEDULED = auto()
    FREEZING = auto()  # the audience is written down
    SENDING = auto()
    PAUSED = auto()
    SENT = auto()
    CANCELLED = auto()


class Timing(StrEnum):
    """When it goes out."""

    NOW = auto()
    AT = auto()  # everywhere at one moment
    LOCAL = auto()  # at the same wall time where each recipient lives


class Passed(StrEnum):
    """What becomes of a recipient for whom the wall time has passed already."""

    NEXT_DAY = auto()
    AT_ONCE = auto()


S = BroadcastState
MOVES = {
    S.DRAFT: frozenset({S.SCHEDULED, S.FREEZING}),
    S.SCHEDULED: frozenset({S.DRAFT, S.FREEZING, S.CANCELLED}),
    S.FREEZING: frozenset({S.SENDING, S.CANCELLED}),
    S.SENDING: frozenset({S.PAUSED, S.SENT, S.CANCELLED}),
    S.PAUSED: frozenset({S.SENDING, S.CANCELLED}),
}


class Metric(StrEnum):
    """What variants are compared by; machines never count."""

    CLICKS = auto()
    OPENS = auto()
    REPLIES = auto()
    CONVERSIONS = auto()


class Dimension(StrEnum):
    """What messages are counted by."""

    ALL = auto()
    HOUR = auto()
    DOMAIN = auto()
    DEVICE = auto()
    LINK = auto()
