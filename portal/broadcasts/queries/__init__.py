"""Broadcasts, how far they are, and what became of each recipient."""

from .lists import LISTING, broadcast, emails_of, facts, findings, freezing
from .progress import REASONS, Minute, Preview, Progress, preview, progress, why_not

__all__ = [
    "LISTING", "REASONS", "Minute", "Preview", "Progress", "broadcast", "emails_of", "facts", "findings", "freezing",
    "preview", "progress", "why_not",
]  # fmt: skip
