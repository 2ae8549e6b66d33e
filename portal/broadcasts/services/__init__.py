"""Counting what came of mailings."""

from .tallies import count_due, recount, uncounted

__all__ = ["count_due", "recount", "uncounted"]
