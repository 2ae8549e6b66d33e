"""States of a message."""

from enum import StrEnum, auto


class MessageState(StrEnum):
    QUEUED = auto()
    SENDING = auto()
    SENT = auto()
    DEFERRED = auto()
    FAILED = auto()
    SUPPRESSED = auto()
    UNCERTAIN = auto()
    CANCELLED = auto()


S = MessageState
MOVES = {
    S.QUEUED: frozenset({S.SENDING, S.SUPPRESSED, S.CANCELLED}),
    S.DEFERRED: frozenset({S.SENDING, S.SUPPRESSED, S.CANCELLED, S.FAILED}),
    S.SENDING: frozenset({S.SENT, S.QUEUED, S.DEFERRED, S.FAILED, S.UNCERTAIN}),
    S.UNCERTAIN: frozenset({S.QUEUED, S.SENT}),
}
