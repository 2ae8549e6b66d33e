"""What a rule may ask, how it is built, checked, changed and said; no database here."""

from .days import Window, anniversaries, window
from .fields import (
    EVENTS,
    FIELDS,
    SOURCES,
    USES,
    Event,
    Field,
    Rows,
    Way,
    field_named,
    register_event,
    register_field,
    register_source,
    register_use,
)
from .gallery import GALLERY, template
from .operators import OPERATORS, Operator, operator
from .tree import EVERYBODY, Tree, check, leaves, parts_of, time_based
from .words import note_lines, sentence

__all__ = [
    "EVENTS",
    "EVERYBODY",
    "FIELDS",
    "GALLERY",
    "OPERATORS",
    "SOURCES",
    "USES",
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
    "register_source",
    "register_use",
    "sentence",
    "template",
    "time_based",
    "window",
]
