"""Which contacts a segment means, who is in it, and why."""

from ..rules import Event, Rows, Way, register_event, register_field, register_source, register_use
from . import known as known
from .compile import Part, Scope, condition
from .lists import (
    KIND_NAMES,
    SEGMENTS,
    Use,
    circle,
    contact_with,
    list_choices,
    member_rows,
    names_in,
    overlap,
    overrides,
    seen_size,
    segment_choices,
    touched,
    traffic,
    uses_of,
    wholes,
)
from .members import is_member, matching, members, parts, scope_for, size_now
from .preview import Preview, preview
from .why import Explanation, explain, segments_of

__all__ = [
    "KIND_NAMES",
    "SEGMENTS",
    "Event",
    "Explanation",
    "Part",
    "Preview",
    "Rows",
    "Scope",
    "Use",
    "Way",
    "circle",
    "condition",
    "contact_with",
    "explain",
    "is_member",
    "list_choices",
    "matching",
    "member_rows",
    "members",
    "names_in",
    "overlap",
    "overrides",
    "parts",
    "preview",
    "register_event",
    "register_field",
    "register_source",
    "register_use",
    "scope_for",
    "seen_size",
    "segment_choices",
    "segments_of",
    "size_now",
    "touched",
    "traffic",
    "uses_of",
    "wholes",
]
