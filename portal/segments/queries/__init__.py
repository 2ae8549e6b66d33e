"""Which contacts a segment means, who is in it, and why."""

from ..rules import Event, Rows, Way, register_event, register_field, register_source, register_use
from . import known as known
from .compile import Part, Scope, condition
from .members import choices, is_member, matching, members, parts, scope_for, size_now

__all__ = [
    "Event",
    "Part",
    "Rows",
    "Scope",
    "Way",
    "choices",
    "condition",
    "is_member",
    "matching",
    "members",
    "parts",
    "register_event",
    "register_field",
    "register_source",
    "register_use",
    "scope_for",
    "size_now",
]
