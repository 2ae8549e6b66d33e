"""Where the models put every account, what that would move, and what nobody covers."""

from .book import Customer, book, customer
from .comparing import MapShape, Row, Scenario, outlines, scenario
from .coverage import Gap, gaps
from .kept import activation, activations, pins, proposal, proposals
from .moves import Move, Preview, decide, preview, why_here
from .quota import Shift, shifts

__all__ = [
    "Customer",
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
    "gaps",
    "outlines",
    "pins",
    "preview",
    "proposal",
    "proposals",
    "scenario",
    "shifts",
    "why_here",
]
