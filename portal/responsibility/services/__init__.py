"""Moving accounts between positions, and setting the rules by which they move and come in."""

from .engagement import set_cadence, set_engagement
from .routing import assign_lead, assign_orphans, remove_rule, set_rule
from .transfers import UNDO_WITHIN, cancel, carry_out_due, transfer, undo

__all__ = [
    "UNDO_WITHIN",
    "assign_lead",
    "assign_orphans",
    "cancel",
    "carry_out_due",
    "remove_rule",
    "set_cadence",
    "set_engagement",
    "set_rule",
    "transfer",
    "undo",
]
