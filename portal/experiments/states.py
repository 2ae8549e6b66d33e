"""How a test decides, and what may come of it."""

from enum import StrEnum, auto


class Method(StrEnum):
    FIXED = auto()  # judged once, at the time fixed before the start
    SEQUENTIAL = auto()  # judged at every look, as soon as it is clear


class Outcome(StrEnum):
    WINNER = auto()
    NO_DIFFERENCE = auto()
    NOT_ENOUGH = auto()
