"""Moving accounts between positions."""

from .transfers import cancel, carry_out_due, transfer, undo

__all__ = ["cancel", "carry_out_due", "transfer", "undo"]
