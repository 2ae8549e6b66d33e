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


class BatchState(StrEnum):
    """Whether the messages of a batch may be claimed."""

    HELD = auto()  # not yet: being written, or the rest that waits for a winner
    RUNNING = auto()
    PAUSED = auto()
    DONE = auto()
    CANCELLED = auto()


B = BatchState
BATCH_MOVES = {
    B.HELD: frozenset({B.RUNNING, B.CANCELLED}),
    B.RUNNING: frozenset({B.PAUSED, B.DONE, B.CANCELLED}),
    B.PAUSED: frozenset({B.RUNNING, B.CANCELLED}),
}


class EventKind(StrEnum):
    """What happened to a message after it was handed over."""

    DELIVERED = auto()
    OPENED = auto()
    CLICKED = auto()
    REPLIED = auto()
    AUTO_REPLIED = auto()
    HARD_BOUNCED = auto()
    SOFT_BOUNCED = auto()
    BLOCKED = auto()
    COMPLAINED = auto()
    UNSUBSCRIBED = auto()


class Verdict(StrEnum):
    """Who opened or clicked."""

    HUMAN = auto()
    PROXY = auto()
    SCANNER = auto()
