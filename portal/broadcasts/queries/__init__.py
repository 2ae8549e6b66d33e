"""Broadcasts, how far they are, and what became of each recipient."""

from .lists import LISTING, broadcast
from .progress import Minute, Preview, Progress, preview, progress, why_not

__all__ = ["LISTING", "Minute", "Preview", "Progress", "broadcast", "preview", "progress", "why_not"]
