"""States of long work."""

from enum import StrEnum, auto


class WorkState(StrEnum):
    QUEUED = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    CANCELLED = auto()


MOVES = {
    WorkState.QUEUED: frozenset({WorkState.RUNNING, WorkState.CANCELLED}),
    WorkState.RUNNING: frozenset({WorkState.RUNNING, WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED}),
    WorkState.FAILED: frozenset({WorkState.QUEUED}),
}
OPEN = frozenset({WorkState.QUEUED, WorkState.RUNNING})
