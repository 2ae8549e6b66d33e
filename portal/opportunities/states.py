"""Stages of the process and states of the deal."""

from enum import StrEnum, auto


class Stage(StrEnum):
    QUALIFY = auto()
    DEVELOP = auto()
    PROPOSE = auto()
    CLOSE = auto()


class SplitKind(StrEnum):
    """Revenue is divided; overlay credits those who helped besides."""

    REVENUE = auto()
    OVERLAY = auto()


class OpportunityState(StrEnum):
    OPEN = auto()
    WON = auto()
    LOST = auto()


S = OpportunityState
MOVES = {
    S.OPEN: frozenset({S.WON, S.LOST}),
    S.WON: frozenset({S.OPEN}),
    S.LOST: frozenset({S.OPEN}),
}
PROBABILITY = {Stage.QUALIFY: 25, Stage.DEVELOP: 50, Stage.PROPOSE: 75, Stage.CLOSE: 90}
LOSS_REASONS = ("Price", "Competitor", "No decision", "No budget", "Timing", "Not a fit", "Other")
