"""Acts on quotes. Every one joins the caller's unit of work."""

from .answering import accept, decline
from .drafting import draft, draft_from_opportunity
from .editing import DraftValues, LineValues, preview, save_draft
from .sending import LINK, expire_ended, link_end, print_again, revise, send, withdraw

__all__ = [
    "LINK",
    "DraftValues",
    "LineValues",
    "accept",
    "decline",
    "draft",
    "draft_from_opportunity",
    "expire_ended",
    "link_end",
    "preview",
    "print_again",
    "revise",
    "save_draft",
    "send",
    "withdraw",
]
