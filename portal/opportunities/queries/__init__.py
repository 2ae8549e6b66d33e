"""Reading deals: lists, the board, one deal with what its gates and health ask about, matches of a lead."""

from .board import Board, Card, Lane, board, closed_since, usual_days
from .bookings import midnight, won_by_position
from .deal import business_day, closing, deal, facts_of, flags_of, last_activity, stage_days
from .listing import LISTING
from .matching import Match, Matches, matches_of, qualification_of

__all__ = [
    "LISTING",
    "Board",
    "Card",
    "Lane",
    "Match",
    "Matches",
    "board",
    "business_day",
    "closed_since",
    "closing",
    "deal",
    "facts_of",
    "flags_of",
    "last_activity",
    "matches_of",
    "midnight",
    "qualification_of",
    "stage_days",
    "usual_days",
    "won_by_position",
]
