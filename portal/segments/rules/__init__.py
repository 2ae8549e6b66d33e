"""What a rule may ask, how it is built, checked, changed and said; no database here."""

from .days import Window, anniversaries, window
from .fields import (
    EVENTS,
    FIELDS,
    Event,
    Field,
    Rows,
    Way,
    field_named,
    register_event,
    register_field,
)
from .operators import OPERATORS, Operator, operator
from .tree import EVERYBODY, Tree, check, leaves, parts_of, time_based
from .words import note_lines, sentence

__all__ = [
    "EVENTS",
    "EVERYBODY",
    "FIELDS",
    "OPERATORS",
    "Event",
    "Field",
    "Operator",
    "Rows",
    "Tree",
    "Way",
    "Window",
    "anniversaries",
    "check",
    "field_named",
    "leaves",
    "note_lines",
    "operator",
    "parts_of",
    "register_event",
    "register_field",
    "sentence",
    "time_based",
    "window",
]
