"""Broadcasts, how far they are, and what became of each recipient."""

from .lists import LISTING, broadcast
from .progress import Minute, Preview, Progress, preview, progress, why_not
from .trials import Look, Trial, decides_at, ends_at, trial

__all__ = [
    "LISTING", "Look", "Minute", "Preview", "Progress", "Trial", "broadcast", "decides_at", "ends_at", "preview",
    "progress", "trial", "why_not",
]  # fmt: skip
