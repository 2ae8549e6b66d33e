"""Where the models put every account, what that would move, and what nobody covers."""

from .book import Customer, book, customer
from .comparing import Difference, MapShape, Row, Scenario, differences, outlines, scenario, shapes
from .coverage import Gap, gaps
from .kept import activation, activations, pins, proposal, proposals, sellers, taken_back, work_of
from .moves import Move, Preview, decide, preview, why_here
from .quota import Shift, shifts

__all__ = [
    "Customer",
    "Difference",
    "Gap",
    "MapShape",
    "Move",
    "Preview",
    "Row",
    "Scenario",
    "Shift",
    "activation",
    "activations",
    "book",
    "customer",
    "decide",
    "differences",
    "gaps",
    "outlines",
    "pins",
    "preview",
    "proposal",
    "proposals",
    "scenario",
    "sellers",
    "shapes",
    "shifts",
    "why_here",
    "taken_back",
    "work_of",
]
