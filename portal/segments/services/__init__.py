"""Making segments and keeping who is in them."""

from .members import add_members, import_members, let_rule_decide, remove_members
from .segments import create_segment, delete_segment, take_snapshot, update_segment
from .upkeep import count_again, follow, refresh, sweep, touch

__all__ = [
    "add_members",
    "count_again",
    "create_segment",
    "delete_segment",
    "follow",
    "import_members",
    "let_rule_decide",
    "refresh",
    "remove_members",
    "sweep",
    "take_snapshot",
    "touch",
    "update_segment",
]
