"""States of a transfer."""

from enum import StrEnum, auto


class TransferState(StrEnum):
    PLANNED = auto()
    DONE = auto()
    UNDONE = auto()
    CANCELLED = auto()


S = TransferState
MOVES = {
    S.PLANNED: frozenset({S.DONE, S.CANCELLED}),
    S.DONE: frozenset({S.UNDONE}),
}
