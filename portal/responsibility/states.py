"""States of a transfer; how an assignment rule picks somebody, and for what."""

from enum import StrEnum, auto


class TransferState(StrEnum):
    PLANNED = auto()
    DONE = auto()
    UNDONE = auto()
    CANCELLED = auto()


class Subject(StrEnum):
    LEADS = auto()
    ACCOUNTS = auto()


class Method(StrEnum):
    """How one of the positions of a rule is picked."""

    NAMED = auto()
    ROUND_ROBIN = auto()
    LOAD = auto()
    TERRITORY = auto()


S = TransferState
MOVES = {
    S.PLANNED: frozenset({S.DONE, S.CANCELLED}),
    S.DONE: frozenset({S.UNDONE}),
}
