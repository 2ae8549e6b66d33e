"""States of a quote revision."""

from enum import StrEnum, auto


class RevisionState(StrEnum):
    DRAFT = auto()
    SENT = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    EXPIRED = auto()
    SUPERSEDED = auto()
    CANCELLED = auto()


S = RevisionState
MOVES = {
    S.DRAFT: frozenset({S.SENT, S.CANCELLED}),
    S.SENT: frozenset({S.ACCEPTED, S.DECLINED, S.EXPIRED, S.SUPERSEDED, S.CANCELLED}),
}
