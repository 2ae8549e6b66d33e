"""Which contacts a segment means, who is in it, and why."""

from ..rules import Event, Rows, Way, register_event, register_field
from . import known as known
from .compile import Part, Scope, condition
from .members import is_member, matching, members, parts, scope_for, size_now

__all__ = [
    "Event",
    "Part",
    "Rows",
    "Scope",
    "Way",
    "condition",
    "is_member",
    "matching",
    "members",
    "parts",
    "register_event",
    "register_field",
    "scope_for",
    "size_now",
]
