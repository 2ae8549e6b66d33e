"""Pinning accounts, planning who covers what, searching for a better balance, putting a model in force."""

from .activating import activate, groups_of, move
from .pinning import pin, unpin
from .proposing import propose, save_proposal, search
from .staffing import cover, discard

__all__ = ["activate", "cover", "discard", "groups_of", "move", "pin", "propose", "save_proposal", "search", "unpin"]
