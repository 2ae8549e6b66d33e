"""Leads as people see them, and what is known about them."""

from .capture import confirmed_since, leads_of, taken_in
from .evidence import count_by_grade, scores, what_if
from .listing import LISTING, STATE_NAMES, count_waiting, lead, my_open, open_lead_with
from .routing import answering, assignable, book_by_territory, coverage, register_assigner, taker

__all__ = [
    "LISTING", "STATE_NAMES", "answering", "assignable", "book_by_territory", "confirmed_since", "count_by_grade",
    "count_waiting", "coverage", "lead", "leads_of", "my_open", "open_lead_with", "register_assigner",
    "scores", "taker", "taken_in", "what_if",
]  # fmt: skip
