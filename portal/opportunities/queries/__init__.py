"""Reading deals: lists, the board, one deal with what its gates and health ask about, matches of a lead."""

from portal.organization.queries import business_day
from portal.targets.queries import midnight

from .board import Board, Card, Lane, board, closed_since, totals, usual_days
from .channels import Limit, discount_limit
from .customer import Worth, open_deals_of_account, worth_of_account
from .deal import closing, deal, facts_of, flags_of, last_activity, splits, stage_days
from .listing import LISTING, owners, territories
from .matching import Match, Matches, accounts_to_pick, matches_of, qualification_of
from .offers import OfferedProduct, products_for

__all__ = [
    "LISTING",
    "Board",
    "Card",
    "Lane",
    "Limit",
    "Match",
    "Matches",
    "OfferedProduct",
    "Worth",
    "accounts_to_pick",
    "board",
    "business_day",
    "closed_since",
    "closing",
    "deal",
    "discount_limit",
    "facts_of",
    "flags_of",
    "last_activity",
    "matches_of",
    "midnight",
    "open_deals_of_account",
    "owners",
    "products_for",
    "qualification_of",
    "splits",
    "stage_days",
    "territories",
    "totals",
    "usual_days",
    "worth_of_account",
]
