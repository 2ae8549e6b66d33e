"""States of a lead."""

from enum import StrEnum, auto


class LeadState(StrEnum):
    NEW = auto()
    CONTACTED = auto()
    QUALIFIED = auto()
    DISQUALIFIED = auto()


S = LeadState
MOVES = {
    S.NEW: frozenset({S.CONTACTED, S.QUALIFIED, S.DISQUALIFIED}),
    S.CONTACTED: frozenset({S.QUALIFIED, S.DISQUALIFIED}),
    S.DISQUALIFIED: frozenset({S.NEW, S.CONTACTED}),
}
OPEN = frozenset({S.NEW, S.CONTACTED})
REASONS = ("Lost", "Cannot contact", "No longer interested", "Not a fit", "Spam", "Cancelled")
