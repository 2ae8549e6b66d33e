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


S = BroadcastState
MOVES = {
    S.DRAFT: frozenset({S.SCHEDULED, S.FREEZING, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.DRAFT, S.FREEZING, S.CANCELLED}),
    S.FREEZING: frozenset({S.SENDING, S.CANCELLED}),
    S.SENDING: frozenset({S.PAUSED, S.SENT, S.CANCELLED}),
    S.PAUSED: frozenset({S.SENDING, S.CANCELLED}),
}


class Dimension(StrEnum):
    """What messages are counted by."""

    ALL = auto()
    HOUR = auto()
    DOMAIN = auto()
    DEVICE = auto()
    LINK = auto()
