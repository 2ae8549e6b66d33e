"""Acts on deals. Every one joins the caller's unit of work."""

from .closing import close_lost, close_won, reopen, win
from .editing import edit_opportunity, finish_next_step, hand_over, open_opportunity, set_next_step
from .lines import add_line, change_line, remove_line
from .partners import open_from_registration, set_channel
from .qualification import NewDeal, Qualified, open_from_lead, undo_qualification
from .splits import set_splits
from .stages import move_stage

__all__ = [
    "NewDeal",
    "Qualified",
    "add_line",
    "change_line",
    "close_lost",
    "close_won",
    "edit_opportunity",
    "finish_next_step",
    "hand_over",
    "move_stage",
    "open_from_lead",
    "open_from_registration",
    "open_opportunity",
    "remove_line",
    "reopen",
    "set_channel",
    "set_next_step",
    "set_splits",
    "undo_qualification",
    "win",
]
